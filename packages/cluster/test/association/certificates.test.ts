import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { encodeHandshake } from "../../src/handshake/handshake-message.js";
import { noAuthentication } from "../../src/handshake/handshake-session.js";
import { secretAuthentication } from "../../src/handshake/secret-authentication.js";
import type { UniqueNode } from "../../src/node.js";
import type { Connection, Transport } from "../../src/transport/transport.js";
import { NOTHING_LEFT, type Talker, Talkers } from "../support/talkers.js";

/** A transport whose connections know why the other side cannot be the node it says it is. */
function suspicious(transport: Transport, contradiction: (claimed: UniqueNode) => string | undefined): Transport {
  const wrap = (connection: Connection): Connection => Object.assign(connection, { contradiction });
  return {
    listen: (at, onConnection) => transport.listen(at, (connection) => onConnection(wrap(connection))),
    connect: async (...to) => wrap(await transport.connect(...to)),
  };
}

/** Two talkers; the one with the number takes nobody for who he says he is. */
async function pairWith(suspect: 1 | 2, authentication = noAuthentication) {
  const talkers = new Talkers();
  talkers.authentication = authentication;
  const asked: string[] = [];
  talkers.wrap = (transport, host) =>
    host.endsWith(`.${suspect}`)
      ? suspicious(transport, (claimed) => {
          asked.push(claimed.host);
          return "the certificate is for somebody else";
        })
      : transport;
  const [a, b] = await talkers.pair();
  return { talkers, a, b, asked };
}

const REFUSED = { code: "CERTIFICATE_REFUSED", reason: "the certificate is for somebody else" };

const random = seededRandom("nonces");
const secret = secretAuthentication("a secret of the cluster", () =>
  Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)),
);

describe.each([
  ["without a secret", noAuthentication],
  ["with a secret", secret],
])("a certificate that is not one for the node that its owner says he is, %s,", (_, authentication) => {
  it.each([
    ["answers", 2],
    ["dials", 1],
  ] as const)("is refused by the side that %s, both sides know why, and nothing is left", async (_, suspect) => {
    const { talkers, a, b, asked } = await pairWith(suspect, authentication);
    const outcome = await talkers.clock.settle(a.associations.dial(b.self, undefined));
    expect(outcome).toMatchObject({ kind: "rejected", rejection: REFUSED, by: suspect === 1 ? "us" : "them" });
    await talkers.clock.advance(100);
    expect([a.rejections, b.rejections]).toMatchObject([[REFUSED], [REFUSED]]);
    expect(asked).toEqual([(suspect === 1 ? b : a).self.host]);
    expect([a.associations.open, b.associations.open]).toEqual([0, 0]);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });

  it("is refused by the side that dials before any offer, and the one that answers notes why", async () => {
    const talkers = new Talkers();
    talkers.authentication = authentication;
    const a = await talkers.add(1);
    const heard = await say(talkers, a, encodeHandshake({ kind: "reject", ...REFUSED, code: "CERTIFICATE_REFUSED" }));
    expect(heard).toEqual(["closed"]);
    expect(a.rejections).toMatchObject([REFUSED]);
    expect(await talkers.end(a)).toEqual(NOTHING_LEFT);
  });
});

/** What a talker answers a stranger. */
async function say(talkers: Talkers, to: Talker, frame: Uint8Array): Promise<string[]> {
  const heard: string[] = [];
  const transport = talkers.network.transport("10.9.9.9");
  const connection = await talkers.clock.settle(transport.connect(to.self, 1_000, new AbortController().signal));
  connection.handle({
    onFrame: (received) => heard.push(Buffer.from(received).toString()),
    onClose: () => heard.push("closed"),
  });
  connection.send(frame);
  await talkers.clock.advance(100);
  return heard;
}
