import type { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import type { CertificateExplanation } from "./tls-settings.js";

/** One name after the other; one that has something special in it stands in quotes, as JSON. */
const NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

/** The names that a certificate is for, as `DNS:a.example`, `IP:10.0.0.7`, `URI:spiffe://…`, `email:…`. */
export function subjectNames(certificate: X509Certificate): string[] {
  const names: string[] = [];
  for (const [, type = "", value = ""] of (certificate.subjectAltName ?? "").matchAll(NAME)) {
    const text = value.startsWith('"') ? String(JSON.parse(value)) : value;
    if (type === "IP Address") names.push(`IP:${canonicalAddress(text)}`);
    else names.push(`${type}:${text}`);
  }
  return names;
}

/** An address written the one way that there is for it. */
export function canonicalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

export function explainCertificate(certificate: X509Certificate): CertificateExplanation {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: subjectNames(certificate),
    validFrom: certificate.validFromDate.toISOString(),
    expires: certificate.validToDate.toISOString(),
    fingerprint: certificate.fingerprint256,
  };
}

/** Node.js writes one part a line. */
function oneLine(name: string | undefined): string {
  return (name ?? "").split("\n").join(", ");
}
