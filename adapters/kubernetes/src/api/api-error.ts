import { DiscoveryError, type DiscoveryErrorCode } from "@rollcall/core";
import type { Connection } from "../credentials/connection.js";
import type { Resource } from "../resources/resource.js";

/** The server no longer knows what changed since the version, or where the page began: list again. */
export class Expired extends Error {}

/** What was asked, for messages. */
export interface Asked {
  readonly name: string;
  readonly connection: Connection;
  readonly resource: Resource;
  readonly namespace: string;
  readonly verb: "list" | "watch";
}

/** What we read of a Status, the API's way of saying no. */
export interface Status {
  readonly code?: number;
  readonly message?: string;
}

/**
 * What a status of the server means, whether it came as that of an HTTP response or in an event.
 *
 * @returns an {@link Expired} for 410, else a DiscoveryError
 */
export function refusal(asked: Asked, { code = 0, message = "" }: Status): Error {
  const { name, connection, resource, namespace, verb } = asked;
  const said = message === "" ? "" : ` It said: ${message.trim().slice(0, 500)}`;
  const error = (errorCode: DiscoveryErrorCode, what: string) =>
    new DiscoveryError(errorCode, `${name}: ${connection.url} ${what}${said}`, { adapter: name });
  switch (code) {
    case 410:
      return new Expired(message);
    case 400:
      return error(
        "MISCONFIGURED",
        `cannot read the request; is ${JSON.stringify(resource.labelSelector)} a label selector?`,
      );
    case 401:
      return error(
        "UNAUTHENTICATED",
        `does not accept ${credentialOf(connection)} (${connection.source}); has it expired, or is it another cluster's?`,
      );
    case 403:
      return error(
        "FORBIDDEN",
        `says that we may not ${verb} ${resource.plural} in namespace ${namespace} (${connection.source}). ` +
          `Add this to the rules of a Role there, and bind it to that account: ${rbacRule(resource)}.`,
      );
    case 404:
      return error(
        "MISCONFIGURED",
        `knows no ${resource.plural} of ${resource.apiGroup || "v1"}: it is no Kubernetes API server, or one before 1.21.`,
      );
    case 429:
      return error("UNAVAILABLE", "has too much to do (429).");
    default:
      if (code >= 500) return error("UNAVAILABLE", `is in trouble (${code}).`);
      return error("INVALID_RESPONSE", `answered with status ${code}; is something else listening there?`);
  }
}

/** The whole rule, in YAML that can be pasted, since who lacks one verb will want the other next. */
export function rbacRule({ apiGroup, plural }: Resource): string {
  return `{apiGroups: ["${apiGroup}"], resources: ["${plural}"], verbs: ["list", "watch"]}`;
}

function credentialOf({ token, cert }: Connection): string {
  if (token !== undefined) return "the token";
  return cert === undefined ? "requests without credentials" : "the client certificate";
}

/** Of OpenSSL and Node.js, about the certificate of the server. */
const UNTRUSTED =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT)/;

/** What a connection that cannot be made, or that broke, means. */
export function connectionTrouble({ name, connection }: Asked, cause: unknown): DiscoveryError {
  const { message, code = "" } = cause as NodeJS.ErrnoException;
  const why = message || code;
  if (UNTRUSTED.test(code)) {
    const what = `${name}: the certificate of ${connection.url} is not to be trusted: ${why}`;
    const advice = `is the ca of ${connection.source} that of this cluster?`;
    return new DiscoveryError("MISCONFIGURED", `${what}; ${advice}`, { adapter: name, cause });
  }
  if (code.startsWith("ERR_OSSL") || code.startsWith("ERR_SSL")) {
    const what = `${name}: no secure connection to ${connection.url}: ${why}`;
    const advice = `are certificate and key of ${connection.source} in order, and does the server speak TLS?`;
    return new DiscoveryError("MISCONFIGURED", `${what}; ${advice}`, { adapter: name, retryable: true, cause });
  }
  const what = `${name}: ${connection.url} cannot be reached or broke the connection: ${why}`;
  return new DiscoveryError("UNAVAILABLE", `${what}; is the API server there, and the way to it open?`, {
    adapter: name,
    cause,
  });
}
