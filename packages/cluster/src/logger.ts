/**
 * Where a system says what it does. A pino logger or `console` satisfies it.
 * `debug` tells of single connections and rounds, `info` of members, `warn` of what somebody should look at.
 */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Says nothing. The default: a library is quiet until told otherwise. */
export const quietLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
});
