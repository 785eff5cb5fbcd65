/** What can be the matter with how a detector was made or is driven. The codes are stable; the messages are not. */
export const SWIM_ERROR_CODES = Object.freeze({
  INVALID_OPTION: "an option given by the program is unusable; the message names it; thrown at construction",
  INVALID_MEMBER: "the id given is no member id, or this node's own",
} as const);

export type SwimErrorCode = keyof typeof SWIM_ERROR_CODES;

const MARK = Symbol.for("@rollcall/swim.SwimError");

/**
 * The one error this package throws. Recognise it with {@link isSwimError}, not `instanceof`: two copies of this package
 * may be installed.
 */
export class SwimError extends Error {
  override readonly name = "SwimError";
  readonly code: SwimErrorCode;

  constructor(code: SwimErrorCode, message: string) {
    super(message);
    this.code = code;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Whether a value is a `SwimError`, from whichever copy of this package. */
export function isSwimError(value: unknown): value is SwimError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
}
