import "reflect-metadata/lite";
import { createPrivateKey, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR_MS = 3_600_000;

/** A certificate and its key, in PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface Wish {
  readonly commonName?: string;
  /** As `{ type: "dns", value: "…" }`. Default: the loopback address, and `localhost`. */
  readonly names?: readonly { readonly type: "dns" | "ip" | "url"; readonly value: string }[];
  /** In milliseconds from now. Default: an hour ago. */
  readonly fromMs?: number;
  /** In milliseconds from now. Default: in an hour. */
  readonly untilMs?: number;
  readonly passphrase?: string;
  /** Default: both. */
  readonly usages?: readonly ("serverAuth" | "clientAuth")[];
}

const LOOPBACK = [
  { type: "ip", value: "127.0.0.1" },
  { type: "dns", value: "localhost" },
] as const;

/** A certificate authority of a test's own. */
export class TestAuthority {
  readonly certificate: string;
  readonly #own: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(own: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.certificate = own.toString("pem");
    this.#own = own;
    this.#keys = keys;
  }

  static async create(commonName = "test authority"): Promise<TestAuthority> {
    const keys = await makeKeys();
    const own = await X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [commonName] }],
      ...lifetime({}),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    });
    return new TestAuthority(own, keys);
  }

  async issue(wish: Wish = {}): Promise<Issued> {
    const { commonName = "a node", names = LOOPBACK, usages = ["serverAuth", "clientAuth"] } = wish;
    const keys = await makeKeys();
    const made = await X509CertificateGenerator.create({
      subject: [{ CN: [commonName] }],
      issuer: this.#own.subjectName,
      ...lifetime(wish),
      signingKey: this.#keys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new SubjectAlternativeNameExtension([...names]),
        new ExtendedKeyUsageExtension(usages.map((usage) => ExtendedKeyUsage[usage])),
      ],
    });
    return { certificate: made.toString("pem"), key: await exportKey(keys.privateKey, wish.passphrase) };
  }
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

function lifetime({ fromMs = -HOUR_MS, untilMs = HOUR_MS }: Wish) {
  const now = Date.now();
  return { notBefore: new Date(now + fromMs), notAfter: new Date(now + untilMs) };
}

async function exportKey(key: webcrypto.CryptoKey, passphrase: string | undefined): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  const object = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return object.export({ format: "pem", type: "pkcs8", ...encryption }).toString();
}
