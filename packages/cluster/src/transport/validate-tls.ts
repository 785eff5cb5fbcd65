import { ClusterError } from "../cluster-error.js";
import { NAME_TYPES } from "./tls-identity.js";
import type { TlsSettings } from "./tls-settings.js";

/**
 * Whether the settings can be used; what is in the files is looked at later.
 *
 * @throws ClusterError `INVALID_SETTING` naming the first that cannot
 */
export function validateTls(settings: TlsSettings): void {
  const check = (ok: boolean, name: string, wanted: string): void => {
    // The value is not shown: it may be a key.
    if (!ok) throw new ClusterError("INVALID_SETTING", `settings.tls${name} has to be ${wanted}.`);
  };
  check(typeof settings === "object" && settings !== null, "", "an object with ca, certificate and key");
  const material = "the path of a PEM file, or its content as a string or bytes";
  const { ca, certificate, key, mutual, minVersion, passphrase, serverName, verifyPeer } = settings;
  const authorities: readonly unknown[] = Array.isArray(ca) ? ca : [ca];
  check(authorities.length > 0 && authorities.every(isMaterial), ".ca", `${material}, or several of them`);
  check(isMaterial(certificate), ".certificate", material);
  check(isMaterial(key), ".key", material);
  check(passphrase === undefined || typeof passphrase === "string", ".passphrase", "a string");
  check(mutual === undefined || typeof mutual === "boolean", ".mutual", "true or false");
  const versions: readonly unknown[] = [undefined, "TLSv1.2", "TLSv1.3"];
  check(versions.includes(minVersion), ".minVersion", '"TLSv1.3" or "TLSv1.2"');
  const isRule = serverName === undefined || serverName === false || isText(serverName) || isFunction(serverName);
  check(isRule, ".serverName", "a host name, a function that gives one, or false");
  const patterns: readonly unknown[] = Array.isArray(verifyPeer) ? verifyPeer : [verifyPeer];
  const isPattern = (value: unknown) => isText(value) && NAME_TYPES.test(value);
  const verifies =
    verifyPeer === undefined || isFunction(verifyPeer) || (patterns.length > 0 && patterns.every(isPattern));
  check(verifies, ".verifyPeer", "a function, or patterns that begin with DNS:, IP:, URI: or email:");
  for (const [name, least] of [
    ["reloadEveryMs", 1],
    ["renewWithinMs", 0],
    ["warnBeforeExpiryMs", 0],
  ] as const) {
    const value: unknown = settings[name];
    const ok = value === undefined || (typeof value === "number" && value >= least);
    check(ok, `.${name}`, `a number of milliseconds, at least ${least}`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isMaterial(value: unknown): boolean {
  return isText(value) || (value instanceof Uint8Array && value.length > 0);
}
