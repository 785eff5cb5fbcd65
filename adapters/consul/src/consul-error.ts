import { DiscoveryError, type DiscoveryErrorCode } from "@rollcall/core";

/** What was asked when it went wrong, for the message. */
export interface Asked {
  /** The discovery's name. */
  readonly adapter: string;
  /** Where the agent is, without credentials. */
  readonly server: string;
  /** Such as `the registration`. */
  readonly what: string;
  /** The ACL permissions that it takes, such as `service:write on "orders"`. */
  readonly needs: string;
  /** Whether a token went with it. */
  readonly withToken: boolean;
}

/** What the client throws: an error of the network, or one with the answer that it did not like. */
interface Thrown {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly isCodec?: boolean;
  readonly isResponse?: boolean;
  readonly response?: { readonly statusCode?: number; readonly body?: unknown };
}

type Verdict = readonly [code: DiscoveryErrorCode, message: string, retryable?: boolean];

/** Consul's own words are short; pages of proxies are not. */
const LONGEST_QUOTE = 200;

/**
 * Says what is the matter. The client's error is not handed on as the cause, because the request hangs on it, with the
 * token in its headers: the cause holds its message and code alone.
 */
export function toConsulError(thrown: unknown, asked: Asked): DiscoveryError {
  const error = Object(thrown) as Thrown;
  // The client puts its own name and that of the method in front.
  const text = String(error.message ?? thrown).replace(/^(consul: )?([\w.]+: )?/, "");
  const cause = Object.assign(new Error(text), typeof error.code === "string" ? { code: error.code } : {});
  return failure(verdictOn(error, text, asked), asked, cause);
}

function verdictOn(error: Thrown, text: string, asked: Asked): Verdict {
  if (error.isResponse === true) return refused(error, asked);
  return error.isCodec === true ? unreadable(text, asked) : unreachable(error.code, text, asked);
}

/** Something answers, and it does not talk as Consul does. */
export function notConsul(body: unknown, asked: Asked): DiscoveryError {
  return failure(unreadable(JSON.stringify(body) ?? "nothing", asked), asked);
}

function failure([code, message, retryable]: Verdict, { adapter }: Asked, cause?: Error): DiscoveryError {
  const details = { adapter, ...(cause && { cause }), ...(retryable !== undefined && { retryable }) };
  return new DiscoveryError(code, `${adapter}: ${message}`, details);
}

function refused({ response }: Thrown, { server, what, needs, withToken }: Asked): Verdict {
  const { statusCode: status = 0, body } = response ?? {};
  const said = quote(body);
  const answered = `${server} answered ${what} with ${status}${said === "" ? "" : ` (${said})`}`;
  if (status === 403 || status === 401) {
    if (/ACL not found|token does not exist/i.test(said)) {
      return ["UNAUTHENTICATED", `${answered}: it does not know the token, or no longer. Set the option token.`];
    }
    const [, permission, resource] = /lacks permission '([^']+)'(?: on "([^"]+)")?/.exec(said) ?? [];
    const missing =
      permission === undefined ? needs : `${permission}${resource === undefined ? "" : ` on "${resource}"`}`;
    const whose = withToken ? "the token lacks" : "without a token one lacks";
    return ["FORBIDDEN", `${answered}: ${whose} the ACL permission ${missing}. It takes ${needs}.`];
  }
  if (/No path to datacenter/i.test(said)) {
    return [
      "MISCONFIGURED",
      `${answered}: no such datacenter is known there. Set the option datacenter to one that is.`,
      true,
    ];
  }
  if (/boolean expression/i.test(said)) return ["MISCONFIGURED", `${answered}. Check the option filter.`];
  if (/HTTP request to an HTTPS server/i.test(said)) {
    return ["MISCONFIGURED", `${answered}: it wants TLS. Give the option url as https:, and tls.ca if need be.`];
  }
  if (status === 429) return ["UNAVAILABLE", `${answered}: it has too much to do (rate or connection limit).`];
  if (status >= 500) return ["UNAVAILABLE", `${answered}. Look at the servers' logs, and whether they have a leader.`];
  if (status === 404) {
    return ["INVALID_RESPONSE", `${answered}: that is no Consul agent, or another path. Check the option url.`];
  }
  return ["MISCONFIGURED", `${answered}. Check the options.`];
}

function unreadable(text: string, { server, what }: Asked): Verdict {
  return [
    "INVALID_RESPONSE",
    `${server} answered ${what} with ${quote(text)}: that is no Consul agent. Check the option url.`,
  ];
}

function unreachable(code: unknown, text: string, { server, what }: Asked): Verdict {
  const failed = `${what} at ${server} failed (${quote(text)})`;
  if (typeof code === "string") {
    if (
      /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|ALERT_UNKNOWN_CA/.test(code) ||
      /alert (bad certificate|certificate required|unknown ca)/i.test(text)
    ) {
      return ["UNAUTHENTICATED", `${failed}: the agent wants another certificate of ours. Set tls.cert and tls.key.`];
    }
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
      return ["MISCONFIGURED", `${failed}: the agent's certificate is for another name. Set tls.servername, or url.`];
    }
    if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
      return ["MISCONFIGURED", `${failed}: the agent needs a new certificate, or a clock is wrong.`, true];
    }
    if (/CERT|ISSUER|SELF_SIGNED|LEAF_SIGNATURE/.test(code)) {
      return [
        "MISCONFIGURED",
        `${failed}: the agent's certificate is not signed by an authority we trust. Set tls.ca.`,
      ];
    }
    if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
      return ["MISCONFIGURED", `${failed}: TLS does not come about. Check whether url has to be http:, and tls.`];
    }
    if (code === "ENOTFOUND") return ["UNAVAILABLE", `${failed}: there is no such host. Check the option url.`];
  }
  return ["UNAVAILABLE", `${failed}. Is the agent running? Set the option url if it is elsewhere.`];
}

function quote(said: unknown): string {
  const text = typeof said === "string" || Buffer.isBuffer(said) ? String(said).trim().replace(/\s+/g, " ") : "";
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
