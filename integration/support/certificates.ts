import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../servers/run.ts";
import type { Cleanup } from "./cleanup.ts";

/** A certificate with its key, as paths. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate with its key: files for servers, which take paths, and texts for clients. */
export interface Certificate extends CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

const DAYS = ["-days", "2"];
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority of a test's own. Takes openssl on PATH. */
export class Authority {
  readonly #folder: string;
  /** Its certificate, which those have to know who trust it. */
  readonly certificate: string;
  #issued = 0;

  private constructor(folder: string, certificate: string) {
    this.#folder = folder;
    this.certificate = certificate;
  }

  /** Its files go at the end. */
  static async create(onEnd: Cleanup): Promise<Authority> {
    const folder = await mkdtemp(join(tmpdir(), "rollcall-authority-"));
    onEnd(() => rm(folder, { recursive: true, force: true }));
    const [key, file] = [join(folder, "ca.key"), join(folder, "ca.pem")];
    const name = ["-subj", "/CN=A test's own authority"];
    await run(["openssl", "req", "-x509", ...NEW_KEY, "-keyout", key, "-out", file, ...DAYS, ...name]);
    return new Authority(folder, await readFile(file, "utf8"));
  }

  get certificateFile(): string {
    return join(this.#folder, "ca.pem");
  }

  /**
   * A certificate for servers and clients on this machine.
   *
   * @param commonName by which servers with accounts know a client
   */
  async issue(commonName: string): Promise<Certificate> {
    const base = join(this.#folder, `issued-${++this.#issued}`);
    const [keyFile, certificateFile] = [`${base}.key`, `${base}.pem`];
    const [request, extensions] = [`${base}.csr`, `${base}.ext`];
    await writeFile(
      extensions,
      "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n",
    );
    const authority = ["-CA", this.certificateFile, "-CAkey", join(this.#folder, "ca.key"), "-CAcreateserial"];
    await run([
      "openssl",
      "req",
      "-new",
      ...NEW_KEY,
      "-keyout",
      keyFile,
      "-out",
      request,
      "-subj",
      `/CN=${commonName}`,
    ]);
    const out = ["-out", certificateFile, "-extfile", extensions];
    await run(["openssl", "x509", "-req", "-in", request, ...authority, ...DAYS, ...out]);
    const [certificate, key] = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
    return { certificateFile, keyFile, certificate, key };
  }
}
