/** A secret, or what gives the one that is good now: it is asked before each connection. */
export type Secret = string | (() => string);

/** How to log in at the server. Secrets appear in no message and no error. */
export type NatsAuth =
  | { readonly user: string; readonly pass: Secret }
  | { readonly token: Secret }
  /** The seed of an nkey of kind user, `SU…`. */
  | { readonly nkey: Secret }
  /** What is in a credentials file: a JWT and the seed that belongs to it. */
  | { readonly creds: Secret }
  /** Path of a credentials file. It is read again for each connection, so that it may be replaced. */
  | { readonly credsFile: string };

const SHAPES: readonly string[] = ["pass,user", "token", "nkey", "creds", "credsFile"];

export function isAuth(value: unknown): value is NatsAuth {
  const entries = Object.entries(Object(value));
  const shape = entries.map(([key]) => key).sort();
  const usable = (secret: unknown) => typeof secret === "function" || (typeof secret === "string" && secret !== "");
  return SHAPES.includes(shape.join()) && entries.every(([, secret]) => usable(secret));
}

/** What of `auth` the server has to accept, for messages: `the token of the option auth`. */
export function describeAuth(auth: NatsAuth | undefined): string {
  if (auth === undefined) return "a connection without the option auth";
  if ("user" in auth) return `user ${JSON.stringify(auth.user)} with the password of the option auth`;
  return `the ${Object.keys(auth)[0]} of the option auth`;
}
