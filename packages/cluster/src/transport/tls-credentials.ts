import { constants, createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { ClusterError, type ClusterErrorCode } from "../cluster-error.js";
import type { TlsMaterial, TlsSettings } from "./tls-settings.js";

/** What the settings name, as read. */
export interface Material {
  readonly ca: readonly Piece[];
  readonly certificate: Piece;
  readonly key: Piece;
}

interface Piece {
  /** What to call it in a message: the setting, and the file if it is one. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** What a node shows others, and whom it trusts. */
export interface Credentials {
  readonly certificate: X509Certificate;
  readonly authorities: readonly X509Certificate[];
  /** For a server, which makes a context of its own. */
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

/** Whether anything comes from a file. */
export function isFromFiles({ ca, certificate, key }: TlsSettings): boolean {
  return [...listed(ca), certificate, key].some(isPath);
}

/**
 * Reads what the settings name.
 *
 * @throws ClusterError `TLS_FILE_UNREADABLE`
 */
export async function readMaterial(settings: TlsSettings): Promise<Material> {
  const [certificate, key, ...ca] = await Promise.all([
    read("settings.tls.certificate", settings.certificate),
    read("settings.tls.key", settings.key),
    ...listed(settings.ca).map((each) => read("settings.tls.ca", each)),
  ]);
  return { ca, certificate, key };
}

/** The same for the same bytes. */
export function fingerprint({ ca, certificate, key }: Material): string {
  const hash = createHash("sha256");
  for (const { bytes } of [...ca, certificate, key]) hash.update(`${bytes.length}:`).update(bytes);
  return hash.digest("hex");
}

/**
 * Checks that all of it belongs together and can be used.
 *
 * @param now by the wall clock, in milliseconds
 * @throws ClusterError `TLS_MATERIAL_INVALID`, `TLS_PASSPHRASE_WRONG`, `TLS_KEY_MISMATCH` or `TLS_EXPIRED`
 */
export function makeCredentials(material: Material, settings: TlsSettings, now: number): Credentials {
  const certificate = parseCertificate(material.certificate, material.certificate.bytes);
  const key = parseKey(material.key, settings.passphrase);
  if (!certificate.checkPrivateKey(key)) {
    const { certificate: one, key: other } = material;
    fail("TLS_KEY_MISMATCH", `${other.name} is not the key of ${one.name}. Take both from the same place`);
  }
  const { name } = material.certificate;
  checkUse(name, certificate, settings.mutual ?? true);
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() <= now) {
    fail("TLS_EXPIRED", `${name} has expired on ${validToDate.toISOString()}. Renew it, or set this machine's clock`);
  }
  if (validFromDate.getTime() > now) {
    fail("TLS_EXPIRED", `${name} is valid from ${validFromDate.toISOString()} on. Set this machine's clock`);
  }
  const authorities = material.ca.flatMap(parseAuthorities);
  const options: SecureContextOptions = {
    ca: material.ca.map(({ bytes }) => bytes),
    cert: material.certificate.bytes,
    key: material.key.bytes,
    passphrase: settings.passphrase,
    minVersion: settings.minVersion ?? "TLSv1.3",
    // Nobody takes a session up again: whoever comes is checked as of now.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
  try {
    return { certificate, authorities, options, context: createSecureContext(options) };
  } catch (cause) {
    return fail("TLS_MATERIAL_INVALID", `settings.tls cannot be used: ${(cause as Error).message}`, cause);
  }
}

function listed(ca: TlsSettings["ca"]): readonly TlsMaterial[] {
  return Array.isArray(ca) ? ca : [ca as TlsMaterial];
}

function isPath(material: TlsMaterial): material is string {
  return typeof material === "string" && !material.includes("-----BEGIN ");
}

async function read(setting: string, material: TlsMaterial): Promise<Piece> {
  if (!isPath(material)) return { name: setting, bytes: Buffer.from(material as Uint8Array) };
  try {
    return { name: `${setting} (${material})`, bytes: await readFile(material) };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "this process may not read it" : code;
    return fail("TLS_FILE_UNREADABLE", `${setting} is ${JSON.stringify(material)}: ${why}`, cause);
  }
}

function parseCertificate({ name }: Piece, bytes: Buffer | string): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    return fail("TLS_MATERIAL_INVALID", `${name} is not a certificate. It has to be one in PEM`, cause);
  }
}

const ONE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function parseAuthorities(piece: Piece): X509Certificate[] {
  const found = piece.bytes.toString("latin1").match(ONE) ?? [];
  if (found.length === 0) fail("TLS_MATERIAL_INVALID", `${piece.name} has no certificate in it. It has to be PEM`);
  return found.map((text) => parseCertificate(piece, text));
}

function parseKey({ name, bytes }: Piece, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: bytes, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    if (!/ENCRYPTED/.test(bytes.toString("latin1"))) {
      return fail("TLS_MATERIAL_INVALID", `${name} is not a private key. It has to be one in PEM`, cause);
    }
    const why =
      passphrase === undefined ? "there is no settings.tls.passphrase" : "settings.tls.passphrase does not fit";
    return fail("TLS_PASSPHRASE_WRONG", `${name} is encrypted, and ${why}`, cause);
  }
}

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** What others would refuse is better said here. A certificate that names no use is good for any. */
function checkUse(name: string, { keyUsage }: X509Certificate, mutual: boolean): void {
  if (keyUsage === undefined || keyUsage.length === 0) return;
  const missing = [...(keyUsage.includes(SERVER_AUTH) ? [] : ["serverAuth"])];
  if (mutual && !keyUsage.includes(CLIENT_AUTH)) missing.push("clientAuth");
  if (missing.length === 0) return;
  const why = `lacks ${missing.join(" and ")} in its extended key usage; nodes dial and are dialled`;
  fail("TLS_MATERIAL_INVALID", `${name} ${why}. Issue it for both`);
}

function fail(code: ClusterErrorCode, message: string, cause?: unknown): never {
  throw new ClusterError(code, `${message}.`, { cause });
}
