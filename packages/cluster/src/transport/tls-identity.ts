import type { X509Certificate } from "node:crypto";
import type { UniqueNode } from "../node.js";
import { canonicalAddress, subjectNames } from "./certificate.js";
import type { TlsSettings } from "./tls-settings.js";

/** What a pattern may begin with. */
export const NAME_TYPES = /^(DNS|IP|URI|email):./;

/**
 * Why somebody with this certificate cannot be the node that he says he is; undefined if he can.
 *
 * @param rule `settings.tls.verifyPeer`
 */
export function contradiction(
  rule: TlsSettings["verifyPeer"],
  certificate: X509Certificate,
  claimed: UniqueNode,
): string | undefined {
  if (rule === undefined) return undefined;
  const refused = `${certificate.subject.split("\n").join(", ")} is refused as ${claimed.address}`;
  if (typeof rule === "function") {
    const answer = ask(rule, certificate, claimed);
    return answer === true ? undefined : `${refused}: ${answer}`.slice(0, MAX_REASON);
  }
  const patterns = typeof rule === "string" ? [rule] : rule;
  const names = subjectNames(certificate);
  if (patterns.some((pattern) => names.some((name) => fits(pattern, name, claimed)))) return undefined;
  const has = names.length === 0 ? "it has no names" : `it is for ${names.slice(0, MAX_NAMES).join(" ")}`;
  return `${refused}: ${has}, settings.tls.verifyPeer of the other wants ${patterns.join(" or ")}`.slice(0, MAX_REASON);
}

/** The reason goes into a frame of bounded size. */
const MAX_REASON = 500;
const MAX_NAMES = 4;

/** Anything but a plain yes is a no, a promise too: whoever comes must not get in because of a mistake in a function. */
function ask(
  check: (certificate: X509Certificate, claimed: UniqueNode) => unknown,
  ...about: [X509Certificate, UniqueNode]
) {
  try {
    const answer = check(...about);
    if (answer === true) return true;
    if (typeof answer === "string") return answer;
    return answer === false
      ? "settings.tls.verifyPeer says no"
      : "settings.tls.verifyPeer gave neither true nor a reason";
  } catch (error) {
    return `settings.tls.verifyPeer failed: ${(error as Error)?.message}`;
  }
}

function fits(pattern: string, name: string, { host, port, system }: UniqueNode): boolean {
  const filled: Readonly<Record<string, string>> = { host: canonicalAddress(host), port: String(port), system };
  const source = pattern.replace(/\{(host|port|system)\}|\*|[^*{]+|\{/g, (part, field?: string) => {
    if (part === "*") return "[^./]+";
    return literally(field === undefined ? part : (filled[field] as string));
  });
  // Names of hosts are the same in capitals; paths are not.
  return new RegExp(`^${source}$`, pattern.startsWith("URI:") ? "" : "i").test(name);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
