import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import type { Cleanup } from "../support/cleanup.ts";

/** A user that a server knows by its public key. */
export function nkeyUser(): { publicKey: string; seed: string } {
  const pair = nkeys.createUser();
  return { publicKey: pair.getPublicKey(), seed: seedOf(pair) };
}

/** An operator with one account, and what a server has to know of them. It never hears of the users beforehand. */
export function operatorMode(): { readonly configuration: string; user(name: string): string } {
  const [operator, account] = [nkeys.createOperator(), nkeys.createAccount()];
  const limits = { subs: -1, data: -1, payload: -1 };
  const accountLimits = { ...limits, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  const operatorToken = token(operator, operator, "operator", { type: "operator" });
  const accountToken = token(operator, account, "account", { type: "account", limits: accountLimits });
  return {
    configuration: `operator: ${operatorToken}
      resolver: MEMORY
      resolver_preload: { ${account.getPublicKey()}: ${accountToken} }`,
    user(name) {
      const pair = nkeys.createUser();
      const jwt = token(account, pair, name, { type: "user", pub: {}, sub: {}, ...limits });
      const part = (kind: string, text: string) => `-----BEGIN ${kind}-----\n${text}\n------END ${kind}------\n\n`;
      return part("NATS USER JWT", jwt) + part("USER NKEY SEED", seedOf(pair));
    },
  };
}

export async function temporaryFolder(onEnd: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rollcall-nats-test-"));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A JWT as NATS has them, version 2. */
function token(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, name: string, nats: object): string {
  const claims = {
    jti: createHash("sha256").update(randomBytes(16)).digest("hex"),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url")}`;
}

function seedOf(pair: nkeys.KeyPair): string {
  return Buffer.from(pair.getSeed()).toString("latin1");
}
