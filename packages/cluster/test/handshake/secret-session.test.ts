import { describe, expect, it } from "vitest";
import { decodeHandshake, encodeHandshake, type HandshakeMessage } from "../../src/handshake/handshake-message.js";
import { type HandshakeSession, noAuthentication, type Unread } from "../../src/handshake/handshake-session.js";
import { PROTOCOL_VERSION } from "../../src/handshake/protocol-version.js";
import { type Secret, secretAuthentication } from "../../src/handshake/secret-authentication.js";
import { node } from "../support/nodes.js";

const SECRET = "a secret of the cluster";
const OTHER = "the secret of somebody else";

const offer: HandshakeMessage = { kind: "offer", protocol: PROTOCOL_VERSION, from: node(1), targetId: undefined };
const accept: HandshakeMessage = { kind: "accept", protocol: PROTOCOL_VERSION, from: node(2), existing: "none" };
const confirm: HandshakeMessage = { kind: "confirm", use: true };
const tombstoned: HandshakeMessage = { kind: "reject", code: "TOMBSTONED", reason: "gone" };

let drawn = 0;
/** Other ones each time, and the same in each run. */
const nonce = () => Buffer.alloc(32, ++drawn);
const withSecret = (secret: Secret) => secretAuthentication(secret, nonce);

const say = (session: HandshakeSession, message: HandshakeMessage) => session.write(encodeHandshake(message));
const codeOf = (read: HandshakeMessage | Unread) => (read.kind === "unread" ? read.because.code : read.kind);

/** A handshake that has come as far as the offer, the answer or the decision, and every frame so far. */
function begun({
  dialling = SECRET as Secret,
  answering = SECRET as Secret,
  bindings = [] as (Uint8Array | undefined)[],
} = {}) {
  const dial = withSecret(dialling).dial(bindings[0]);
  const answer = withSecret(answering).answer(bindings[1]);
  return { dial, answer, offered: say(dial, offer) };
}

function answered() {
  const { dial, answer, offered } = begun();
  answer.read(offered);
  return { dial, answer, offered, accepted: say(answer, accept) };
}

function decided() {
  const { dial, answer, offered, accepted } = answered();
  dial.read(accepted);
  return { dial, answer, offered, accepted, confirmed: say(dial, confirm) };
}

describe("two sides that know the secret", () => {
  it("understand each other", () => {
    const { dial, answer, offered } = begun();
    expect(answer.read(offered)).toEqual(offer);
    expect(dial.read(say(answer, accept))).toEqual(accept);
    expect(answer.read(say(dial, confirm))).toEqual(confirm);
  });

  it("can say no to each other, at both turns", () => {
    const { dial, answer, offered } = begun();
    answer.read(offered);
    expect(dial.read(say(answer, tombstoned))).toEqual(tombstoned);
    const late = answered();
    late.dial.read(late.accepted);
    expect(late.answer.read(say(late.dial, tombstoned))).toEqual(tombstoned);
  });

  it("show nothing of what they say", () => {
    const { offered, accepted, confirmed } = decided();
    for (const frame of [offered, accepted, confirmed]) {
      const text = Buffer.from(frame).toString();
      expect(text).toMatch(/^\{"rollcall":"sealed","scheme":1,/);
      const { body } = decodeHandshake(frame) as { body: Uint8Array };
      for (const shown of [text, Buffer.from(body).toString("latin1")])
        expect(shown).not.toMatch(/test|10\.0|7337|offer/);
    }
  });

  it("understand each other with what TLS tells both, and not when somebody is between them", () => {
    const [one, other] = [Buffer.from("exporter of one"), Buffer.from("of another")];
    const same = begun({ bindings: [one, Buffer.from(one)] });
    expect(same.answer.read(same.offered)).toEqual(offer);
    for (const bindings of [
      [one, other],
      [one, undefined],
      [undefined, other],
    ]) {
      const { answer, offered } = begun({ bindings });
      expect(codeOf(answer.read(offered))).toBe("UNAUTHENTICATED");
    }
  });
});

describe("while a secret is changed", () => {
  it.each<[string, Secret, Secret, boolean]>([
    ["one that is accepted besides the own", OTHER, [SECRET, OTHER], true],
    ["the first of its own, known to the other side", [SECRET, OTHER], SECRET, true],
    ["the first of its own, unknown to the other side", [OTHER, SECRET], SECRET, false],
    ["one of eight", OTHER, [...Array.from({ length: 7 }, (_, at) => `${at} secrets of no use`), OTHER], true],
    ["the same secret as bytes", Buffer.from(SECRET), SECRET, true],
    ["another secret", OTHER, SECRET, false],
    ["the secret in capitals", SECRET.toUpperCase(), SECRET, false],
  ])("a node that proves with %s is heard: %s, %s, %s", (_, dialling, answering, isHeard) => {
    const { dial, answer, offered } = begun({ dialling, answering });
    expect(codeOf(answer.read(offered))).toBe(isHeard ? "offer" : "UNAUTHENTICATED");
    if (!isHeard) return;
    // The answer is sealed with the secret that was proven, as the other side may know no other.
    expect(dial.read(say(answer, accept))).toEqual(accept);
    expect(answer.read(say(dial, confirm))).toEqual(confirm);
  });
});

describe("the answering side", () => {
  const plain = (message: HandshakeMessage) => () => encodeHandshake(message);
  const anothers = () => begun({ dialling: OTHER }).offered;

  it.each<[string, () => Uint8Array]>([
    ["nothing", () => Buffer.alloc(0)],
    ["garbage", () => Buffer.from("GET / HTTP/1.1")],
    ["an offer in the open", plain(offer)],
    ["an answer in the open", plain(accept)],
    ["a confirmation in the open", plain(confirm)],
    ["a refusal in the open", plain(tombstoned)],
    ["an offer sealed with another secret", anothers],
    ["an offer without a nonce", () => changed(begun().offered, { nonce: Buffer.alloc(0) })],
    ["an offer with half a nonce", () => changed(begun().offered, { nonce: Buffer.alloc(16, 1) })],
    ["an offer with the nonce of another", () => changed(begun().offered, { nonce: nonce() })],
    ["an offer without a proof", () => changed(begun().offered, { proof: Buffer.alloc(0) })],
    ["an offer with the proof of another", () => changed(begun().offered, { proof: proofOf(begun().offered) })],
    ["the answer of another handshake", () => answered().accepted],
    ["the decision of another handshake", () => decided().confirmed],
  ])("that waits for an offer says UNAUTHENTICATED, in the open, to %s", (_, frame) => {
    const { answer } = begun();
    const read = answer.read(frame()) as Unread;
    expect(codeOf(read)).toBe("UNAUTHENTICATED");
    expect(read.because).not.toHaveProperty("by");
    // What it says then everybody can read, and nothing of this node is in it.
    const said = Buffer.from(say(answer, read.because)).toString();
    expect(said).toMatch(/^\{"rollcall":"reject","code":"UNAUTHENTICATED","reason":".*settings\.secret/);
    expect(said).not.toMatch(/10\.0|test|7337/);
  });

  it("has something else to say to an offer in the open than to one that does not open", () => {
    const reasons = [encodeHandshake(offer), anothers()].map(
      (frame) => (begun().answer.read(frame) as Unread).because.reason,
    );
    expect(reasons).toEqual([
      "the node that answers has a secret and the one that dials has none: set the same settings.secret on every node",
      expect.stringMatching(/no secret in common.*first settings\.secret of the node that dials/),
    ]);
  });

  it("opens no offer a second time", () => {
    const authentication = withSecret(SECRET);
    const offered = say(authentication.dial(undefined), offer);
    expect(authentication.answer(undefined).read(offered)).toEqual(offer);
    expect(codeOf(authentication.answer(undefined).read(offered))).toBe("UNAUTHENTICATED");
  });

  it("says to who knows the secret and makes no sense that it is not understood, where others cannot read it", () => {
    for (const said of [Buffer.from("nonsense"), say(withSecret(SECRET).dial(undefined), offer)]) {
      const { dial, answer } = {
        dial: withSecret(SECRET).dial(undefined),
        answer: withSecret(SECRET).answer(undefined),
      };
      const read = answer.read(dial.write(said)) as Unread;
      expect(codeOf(read)).toBe("NOT_UNDERSTOOD");
      expect(dial.read(say(answer, read.because))).toMatchObject({ kind: "reject", code: "NOT_UNDERSTOOD" });
    }
  });

  it.each<[string, (handshake: ReturnType<typeof decided>) => Uint8Array]>([
    ["nothing", () => Buffer.alloc(0)],
    ["a confirmation in the open", plain(confirm)],
    ["a refusal in the open", plain(tombstoned)],
    ["the offer once more", ({ offered }) => offered],
    ["its own answer", ({ accepted }) => accepted],
    ["the offer of another handshake", () => begun().offered],
    ["the decision of another handshake", () => decided().confirmed],
    [
      "the decision with the proof of another",
      ({ confirmed }) => changed(confirmed, { proof: proofOf(decided().confirmed) }),
    ],
    ["the decision with another body", ({ confirmed }) => changed(confirmed, { body: Buffer.from("{}") })],
  ])("that waits for the decision takes %s for nobody's", (_, frame) => {
    const handshake = decided();
    expect(codeOf(handshake.answer.read(frame(handshake)))).toBe("UNAUTHENTICATED");
  });

  it("takes one decision, and hears none before it has answered", () => {
    const { answer, confirmed } = decided();
    expect(answer.read(confirmed)).toEqual(confirm);
    expect(codeOf(answer.read(confirmed))).toBe("UNAUTHENTICATED");
    const hasty = begun();
    hasty.answer.read(hasty.offered);
    expect(codeOf(hasty.answer.read(confirmed))).toBe("UNAUTHENTICATED");
  });
});

describe("the dialling side", () => {
  it.each<[string, (handshake: ReturnType<typeof answered>) => Uint8Array]>([
    ["nothing", () => Buffer.alloc(0)],
    ["garbage", () => Buffer.from("HTTP/1.1 400 Bad Request")],
    ["an acceptance in the open", () => encodeHandshake(accept)],
    ["a refusal in the open that would make it go", () => encodeHandshake(tombstoned)],
    ["its own offer", ({ offered }) => offered],
    ["the offer of another", () => begun().offered],
    ["the answer of another handshake", () => answered().accepted],
    ["the answer with another nonce", ({ accepted }) => changed(accepted, { nonce: nonce() })],
    ["the answer without a nonce", ({ accepted }) => changed(accepted, { nonce: Buffer.alloc(0) })],
    [
      "the answer with the proof of another",
      ({ accepted }) => changed(accepted, { proof: proofOf(answered().accepted) }),
    ],
    ["the answer with another body", ({ accepted }) => changed(accepted, { body: Buffer.from("{}") })],
    ["a decision", () => decided().confirmed],
  ])("takes %s for an answer of somebody who does not know the secret", (_, frame) => {
    const handshake = answered();
    expect(codeOf(handshake.dial.read(frame(handshake)))).toBe("UNAUTHENTICATED");
  });

  it("hears in the open that it is not authenticated, and nothing else", () => {
    const refusal: HandshakeMessage = { kind: "reject", code: "UNAUTHENTICATED", reason: "no" };
    expect(begun().dial.read(encodeHandshake(refusal))).toEqual(refusal);
  });

  it("hears nothing before it has offered, one answer after that, and has nothing to say before it", () => {
    const { dial, accepted } = answered();
    expect(codeOf(withSecret(SECRET).dial(undefined).read(accepted))).toBe("UNAUTHENTICATED");
    expect(() => say(dial, confirm)).toThrow("before the answer");
    expect(dial.read(accepted)).toEqual(accept);
    expect(codeOf(dial.read(accepted))).toBe("UNAUTHENTICATED");
  });
});

describe("a node without a secret", () => {
  it("says UNAUTHENTICATED, and what to do, to one that has a secret", () => {
    const read = noAuthentication.answer(undefined).read(begun().offered);
    expect(read).toMatchObject({
      because: { code: "UNAUTHENTICATED", reason: expect.stringContaining("the one that answers has none") },
    });
  });

  it("hears from one that has a secret what to do", () => {
    const { answer } = begun();
    const plain = noAuthentication.dial(undefined);
    const { because } = answer.read(say(plain, offer)) as Unread;
    expect(plain.read(say(answer, because))).toEqual(because);
  });
});

/** The same frame with something else in one place. */
function changed(frame: Uint8Array, fields: Partial<Record<"nonce" | "body" | "proof", Uint8Array>>): Uint8Array {
  return encodeHandshake({ ...(decodeHandshake(frame) as HandshakeMessage & { kind: "sealed" }), ...fields });
}

function proofOf(frame: Uint8Array): Uint8Array {
  return (decodeHandshake(frame) as { proof: Uint8Array }).proof;
}
