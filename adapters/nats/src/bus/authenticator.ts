import { readFile } from "node:fs/promises";
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { DiscoveryError } from "@rollcall/core";
import type { NatsAuth, Secret } from "./auth.js";

/**
 * What the client asks when a server wants to know who we are.
 *
 * @throws DiscoveryError `MISCONFIGURED` when the credentials cannot be read; nothing of them is in it
 */
export async function authenticatorOf(auth: NatsAuth, adapter: string): Promise<Authenticator> {
  const unusable = (what: string, cause?: unknown) =>
    new DiscoveryError("MISCONFIGURED", `${adapter}: ${what}.`, { adapter, cause });
  if ("user" in auth) return usernamePasswordAuthenticator(auth.user, reveal(auth.pass));
  if ("token" in auth) return tokenAuthenticator(reveal(auth.token));
  let made: Authenticator;
  let source = "the seed in auth.nkey; it begins with SU";
  if ("nkey" in auth) made = nkeyAuthenticator(encode(reveal(auth.nkey)));
  else if ("creds" in auth) {
    source = "the credentials in auth.creds; they hold a JWT and a seed";
    made = credsAuthenticator(encode(reveal(auth.creds)));
  } else {
    source = `the credentials in ${auth.credsFile}, of auth.credsFile; the file holds a JWT and a seed`;
    const contents = await readFile(auth.credsFile).catch((cause: Error) => {
      throw unusable(`cannot read auth.credsFile: ${cause.message}`, cause);
    });
    made = credsAuthenticator(contents);
  }
  try {
    // The client would ask at a moment at which a failure closes it without a word why.
    made("a nonce");
  } catch {
    // The cause is left out: it may hold a part of what it could not read.
    throw unusable(`cannot use ${source}`);
  }
  return made;
}

function reveal(secret: Secret): string {
  return typeof secret === "function" ? secret() : secret;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
