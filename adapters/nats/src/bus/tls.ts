import { readFile } from "node:fs/promises";
import { DiscoveryError } from "@rollcall/core";

/** TLS to the server. Texts are in PEM; a path is read again for each connection, so that the file may be replaced. */
export interface NatsTls {
  /** Certificates of the authorities to trust, instead of those that Node.js trusts. */
  readonly ca?: string;
  readonly caFile?: string;
  /** Our certificate, for servers that verify their clients. */
  readonly cert?: string;
  readonly certFile?: string;
  /** The private key to it. */
  readonly key?: string;
  readonly keyFile?: string;
  /** The name that the server's certificate has to be for. Default: the host that is connected to. */
  readonly servername?: string;
  /** For servers with `handshake_first`, which speak TLS from the first byte on. Default false. */
  readonly handshakeFirst?: boolean;
}

const MATERIAL = ["ca", "cert", "key"] as const;

/** The members of {@link NatsTls} that are texts. */
export const TLS_TEXTS: readonly string[] = [...MATERIAL.flatMap((name) => [name, `${name}File`]), "servername"];

export function isTls(value: unknown): value is NatsTls {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, content]) =>
    name === "handshakeFirst" ? typeof content === "boolean" : TLS_TEXTS.includes(name) && typeof content === "string",
  );
}

/** @throws DiscoveryError `MISCONFIGURED` naming the file that cannot be read */
export async function readTls(tls: NatsTls, adapter: string): Promise<NatsTls> {
  const { caFile, certFile, keyFile, ...rest } = tls;
  const read: Record<string, string> = {};
  for (const [name, path] of Object.entries({ ca: caFile, cert: certFile, key: keyFile })) {
    if (path === undefined) continue;
    read[name] = await readFile(path, "utf8").catch((cause: Error) => {
      const message = `${adapter}: cannot read tls.${name}File: ${cause.message}.`;
      throw new DiscoveryError("MISCONFIGURED", message, { adapter, cause });
    });
  }
  // What it does not know, such as the server name, the client hands on to Node.js.
  return { ...rest, ...read };
}
