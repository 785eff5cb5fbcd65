import { DiscoveryError, type DiscoveryErrorCode, isDiscoveryError } from "@rollcall/core";
import { GrpcError, STATUS } from "./grpc/grpc-error.js";

/** What was asked for, and of whom. */
export interface Attempt {
  /** The discovery's name. */
  readonly name: string;
  readonly url: string;
  readonly folder: string;
  readonly username: string | undefined;
  /** The permission that it takes. */
  readonly permission: "read" | "readwrite";
}

type Described = readonly [code: DiscoveryErrorCode, what: string];

/** Nothing that goes wrong has a password, a token or a key in its message. */
export function failureOf(error: unknown, attempt: Attempt): DiscoveryError {
  if (isDiscoveryError(error)) return error;
  const [code, what] = error instanceof GrpcError ? ofCall(error, attempt) : ofConnection(error as Error, attempt);
  const { name } = attempt;
  return new DiscoveryError(code, `${name}: ${what}`, { adapter: name, cause: error });
}

function ofCall({ status, message }: GrpcError, { url, folder, username, permission }: Attempt): Described {
  const said = `${url} says: ${message}`;
  if (status === STATUS.PERMISSION_DENIED || message.includes("permission denied")) {
    const grant = `etcdctl role grant-permission ROLE ${permission} --prefix ${folder}`;
    return [
      "FORBIDDEN",
      `${said}. The user ${username ?? "(none)"} needs the permission ${permission} for the keys that begin with ` +
        `${folder}; grant it to a role of that user: ${grant}`,
    ];
  }
  if (status === STATUS.UNAUTHENTICATED || /authentication failed|user name (is empty|not found)/.test(message)) {
    const advice = username === undefined ? "name a user" : `see whether the password of ${username} is right`;
    return ["UNAUTHENTICATED", `${said}. It asks who one is: ${advice}, in the option auth.`];
  }
  if (status === STATUS.DEADLINE_EXCEEDED) return ["TIMED_OUT", `${url}: ${message}.`];
  if (status === STATUS.OUT_OF_RANGE) {
    return ["UNAVAILABLE", `${url}: ${message}, so what has happened since cannot be told; everything is read again.`];
  }
  return ["UNAVAILABLE", `${said}${/[.?]$/.test(message) ? "" : "."}`];
}

const UNTRUSTED = /CERT|SIGNATURE|ISSUER|SELF_SIGNED/;
/** A server's TLS alert: it refused ours. */
const REFUSED_CERTIFICATE = /ALERT|TLSV1/;

function ofConnection(error: Error & { code?: string }, { url }: Attempt): Described {
  const { code = "", message } = error;
  if (error instanceof RangeError) {
    return ["INVALID_RESPONSE", `what ${url} answered is not what etcd answers: ${message}.`];
  }
  if (REFUSED_CERTIFICATE.test(code)) {
    return [
      "UNAUTHENTICATED",
      `${url} does not accept the certificate that was shown, or wants one (${code}): see tls.cert and tls.key.`,
    ];
  }
  if (UNTRUSTED.test(code)) {
    const advice = "name the authority that issued it in the option tls.ca, and the name it is for in tls.servername";
    return ["MISCONFIGURED", `the certificate of ${url} cannot be trusted (${code}: ${message}); ${advice}.`];
  }
  if (/^ERR_SSL|EPROTO|ERR_HTTP2/.test(code)) {
    return [
      "UNAVAILABLE",
      `${url} does not speak as expected (${code}: ${message}): is it an etcd server, and should it be http or https?`,
    ];
  }
  return ["UNAVAILABLE", `${url} cannot be reached: ${message || code}. Is it running, and is the option urls right?`];
}
