import { ClusterError, type ClusterErrorCode } from "../cluster-error.js";

/** What is wrong, and what to do about it. */
interface Trouble {
  readonly code: ClusterErrorCode;
  readonly why: string;
}

/** Which of the two sides' certificate or behaviour is meant. */
export type Side = "dials" | "answers";

const other = (side: Side): Side => (side === "dials" ? "answers" : "dials");

/** Codes of OpenSSL's verification, where there is more to say than that it is not trusted. */
const BAD_CERTIFICATES: Readonly<Record<string, (whose: string) => Trouble>> = {
  CERT_HAS_EXPIRED: (whose) => ({ code: "TLS_EXPIRED", why: `${whose} has expired: renew it, or set the clock` }),
  CERT_NOT_YET_VALID: (whose) => ({ code: "TLS_EXPIRED", why: `${whose} is not valid yet: set the clocks` }),
  INVALID_PURPOSE: (whose) => ({
    code: "TLS_UNTRUSTED",
    why: `${whose} is not meant for this: its extended key usage needs both serverAuth and clientAuth`,
  }),
  NOT_SHOWN: (whose) => ({ code: "TLS_UNTRUSTED", why: `${whose} was not shown: set settings.tls there` }),
};

/**
 * Why the certificate of one side is not taken, for both sides to read.
 *
 * @param code as in `authorizationError`, or `NOT_SHOWN`
 */
export function distrust(whose: Side, code: string): Trouble {
  const certificate = `the certificate of the node that ${whose}`;
  const known = BAD_CERTIFICATES[code];
  if (known !== undefined) return known(certificate);
  const remedy = `add its authority to settings.tls.ca of the node that ${other(whose)}, or give it another certificate`;
  return {
    code: "TLS_UNTRUSTED",
    why: `${certificate} is signed by nobody whom the other trusts (${code}): ${remedy}`,
  };
}

const PLAINTEXT =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|BAD_RECORD_TYPE)$/;
const VERSION = /^ERR_SSL_(UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|VERSION_TOO_LOW|UNKNOWN_PROTOCOL)$/;
const REFUSED = /^ERR_SSL_\w+_ALERT_(\w*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)\w*)$/;

/** What a failed TLS handshake means. `peer` is where the other side is. */
export function handshakeError(cause: NodeJS.ErrnoException | undefined, peer: string, we: Side): ClusterError {
  const { code, why } = meaning(cause, we);
  return new ClusterError(code, `No TLS with ${peer}: ${why}.`, { cause });
}

function meaning(cause: NodeJS.ErrnoException | undefined, we: Side): Trouble {
  const code = cause?.code ?? "";
  if (PLAINTEXT.test(code)) {
    const why = "it does not speak TLS. Set settings.tls on every node; if it is none, see what runs there";
    return { code: "TLS_PLAINTEXT", why };
  }
  if (VERSION.test(code)) {
    const why = "the two have no version in common. Let both speak TLS 1.3, or set settings.tls.minVersion on both";
    return { code: "TLS_VERSION", why: `${why} (${code})` };
  }
  const refused = REFUSED.exec(code)?.[1];
  if (refused !== undefined) {
    return { code: "TLS_UNTRUSTED", why: `it does not accept the certificate of the node that ${we} (${refused})` };
  }
  const gone = cause === undefined || code === "ECONNRESET" || code === "EPIPE";
  if (!gone) return { code: "TLS_FAILED", why: cause.message };
  const hints = "It may have no settings.tls, too many handshakes under way, or have been stopped";
  return { code: "TLS_FAILED", why: `it ended the connection during the TLS handshake. ${hints}` };
}
