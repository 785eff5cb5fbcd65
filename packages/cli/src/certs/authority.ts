// What @peculiar/x509 is built on throws when it is loaded without a Reflect polyfill.
import "reflect-metadata/lite";
import { createPrivateKey, type webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Clocks differ: a certificate is good from a little before it was made. */
const BEFORE_MS = 60 * 60 * 1_000;

/** A certificate and its key, in PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** An authority to try TLS with. Its key is a file like others: for more than that there are better ones. */
export class Authority {
  /** Its certificate and key, to be kept. */
  readonly files: Issued;
  readonly #certificate: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(files: Issued, certificate: X509Certificate, key: webcrypto.CryptoKey) {
    this.files = files;
    this.#certificate = certificate;
    this.#key = key;
  }

  static async create(name: string, days: number): Promise<Authority> {
    const keys = await makeKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [name] }],
      ...lifetime(days),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        // It signs nodes, and no authorities.
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const files = { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
    return new Authority(files, certificate, keys.privateKey);
  }

  /** @throws Error if the files are no certificate and key, or do not belong together */
  static async open(files: Issued): Promise<Authority> {
    const certificate = new X509Certificate(files.certificate);
    const der = createPrivateKey(files.key).export({ format: "der", type: "pkcs8" });
    const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), ALGORITHM, false, ["sign"]);
    const probe = await X509CertificateGenerator.create({
      subject: "CN=probe",
      issuer: certificate.subjectName,
      signingKey: key,
      publicKey: certificate.publicKey,
      signingAlgorithm: ALGORITHM,
    });
    if (!(await probe.verify({ publicKey: certificate.publicKey, signatureOnly: true }))) {
      throw new Error("the key is not that of the certificate");
    }
    return new Authority(files, certificate, key);
  }

  /** When it stops being good. */
  get expires(): Date {
    return this.#certificate.notAfter;
  }

  /** @param names host names and addresses by which the node is dialled; it is called by the first */
  async issue(names: readonly string[], days: number): Promise<Issued> {
    const keys = await makeKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: [{ CN: [names[0] ?? "node"] }],
      issuer: this.#certificate.subjectName,
      ...lifetime(days),
      signingKey: this.#key,
      publicKey: keys.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        // Nodes dial and are dialled.
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
  }
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

function lifetime(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - BEFORE_MS), notAfter: new Date(now + days * DAY_MS) };
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ format: "pem", type: "pkcs8" })
    .toString();
}
