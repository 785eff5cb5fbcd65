/** How objects of a class cross nodes. */
// biome-ignore lint/suspicious/noExplicitAny: a list of types of different classes has no other common type
export interface WireType<T extends object = any, Wire = any> {
  /** Stands for the class in messages; the same on all nodes, and unique among those that are registered. */
  readonly name: string;
  readonly class: abstract new (...args: never[]) => T;
  /** Gives something that can be sent: plain data, references, objects of other registered types. */
  readonly encode: (value: T) => Wire;
  /** Makes the object again, of what comes from another node: look at it as at anything from outside. */
  readonly decode: (wire: Wire) => T;
}

/** Puts the types of a wire type's parts together, which a literal in a list would leave unchecked. */
export function wireType<T extends object, Wire>(type: WireType<T, Wire>): WireType<T, Wire> {
  return type;
}

/**
 * A wire type for a class of errors: message, cause-less, and all fields of its own cross. The object is made without
 * calling the constructor.
 *
 * @param name default: that of the class; set it if the program is minified
 */
export function errorType<T extends Error>(
  errorClass: abstract new (...args: never[]) => T,
  name: string = errorClass.name,
): WireType<T, Record<string, unknown>> {
  return {
    name,
    class: errorClass,
    encode: (error) => ({ ...(error as object), message: error.message, name: error.name }),
    decode: (fields) => {
      const error: T = Object.create(errorClass.prototype);
      for (const key of Object.keys(fields)) {
        const enumerable = key !== "message" && key !== "name";
        Object.defineProperty(error, key, { value: fields[key], enumerable, configurable: true, writable: true });
      }
      Error.captureStackTrace(error);
      return error;
    },
  };
}
