import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import type { ClusterSystem } from "@rollcall/cluster";
import { isJoinError } from "@rollcall/join";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Authority, type Certificate } from "../support/certificates.ts";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";

const SECRET = "known to the nodes and nobody else";
const cleanups: (() => Promise<unknown>)[] = [];

let authority: Authority;
let certificate: Certificate;

beforeAll(async () => {
  authority = await Authority.create((cleanup) => void cleanups.push(async () => await cleanup()));
  certificate = await authority.issue("a node");
  return async () => {
    for (const cleanup of cleanups) await cleanup();
  };
});

const withTls =
  (secret: string | undefined): Parameters<typeof startNode>[0] =>
  (settings) => {
    settings.secret = secret;
    settings.tls = { ca: authority.certificate, certificate: certificate.certificate, key: certificate.key };
  };

/** Somebody with a certificate of the same authority, who passes on what both sides say, and could read and change it. */
async function between({ cluster: { self } }: ClusterSystem): Promise<string> {
  const { certificate: cert, key } = await authority.issue("somebody between");
  const ca = authority.certificate;
  const server = createServer({ cert, key, ca, requestCert: true }, (incoming) => {
    const outgoing = connect({ host: self.host, port: self.port, cert, key, ca });
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
      from.pipe(to);
    }
    onTestFinished(() => void outgoing.destroy());
    onTestFinished(() => void incoming.destroy());
  });
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("nodes with TLS and a secret", () => {
  it("form a cluster", async () => {
    const first = await startNode(withTls(SECRET));
    const second = await startNodeThatKnows([first.cluster.self.address], withTls(SECRET));
    await everybodyUp([first, second]);
  });

  it("notice somebody between them who has a certificate of their authority", async () => {
    const [first, second] = [await startNode(withTls(SECRET)), await startNode(withTls(SECRET))];
    const joining = second.cluster.join(await between(first), { maxAttempts: 1 });
    const error = await joining.catch((thrown: unknown) => thrown);
    expect(isJoinError(error) && error.lastCode).toBe("UNAUTHENTICATED");
    expect(first.cluster.explain().rejections).toEqual({ UNAUTHENTICATED: 1 });
    expect(first.cluster.membership.size).toBe(1);
  });

  it("would not notice him without the secret", async () => {
    const [first, second] = [await startNode(withTls(undefined)), await startNode(withTls(undefined))];
    await second.cluster.join(await between(first));
    await everybodyUp([first, second]);
  });
});
