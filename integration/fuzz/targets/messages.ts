import { isDeepStrictEqual } from "node:util";
import { parseActorId } from "../../../packages/cluster/src/actors/declaring/actor-id.js";
import type { AnyActorRef } from "../../../packages/cluster/src/actors/declaring/actor-types.js";
import { refShape } from "../../../packages/cluster/src/actors/declaring/ref-shape.js";
import { fromWire, toWire } from "../../../packages/cluster/src/actors/receptionist/replication-message.js";
import { fromFailure } from "../../../packages/cluster/src/actors/wire/failure-codec.js";
import { Incoming, type RecordHandler } from "../../../packages/cluster/src/actors/wire/incoming.js";
import { FRAME_HEADER_BYTES, Outgoing } from "../../../packages/cluster/src/actors/wire/outgoing.js";
import { RECORD, RecordWriter } from "../../../packages/cluster/src/actors/wire/record-writer.js";
import { extendTo, ValueWriter } from "../../../packages/cluster/src/actors/wire/value-codec.js";
import { type WireContext, WireTypes } from "../../../packages/cluster/src/actors/wire/wire-context.js";
import { errorType } from "../../../packages/cluster/src/actors/wire/wire-type.js";
import { UniqueNode } from "../../../packages/cluster/src/node.js";
import type { Target } from "../lib/target.ts";

class OutOfStock extends Error {
  readonly left = 3;
}

const MAX_BYTES = 1_048_576;
const MAX_DEPTH = 64;
const NODE = new UniqueNode("orders", "10.0.0.7", 7337, "0000000000000001");

extendTo(OutOfStock);
const wire: WireContext = {
  types: new WireTypes([errorType(OutOfStock)]),
  toRef: (id, key) => {
    const target = {
      id: parseActorId(id, "orders", (nodeId, host, port) => new UniqueNode("orders", host, port, nodeId)),
    };
    return refShape(key.split(",")).make({ ...target, call: async () => undefined });
  },
};
const REF: AnyActorRef = wire.toRef(`orders@10.0.0.7:7337#${NODE.id}/stock`, "order,restock");

/** All that is said, as another node sends it in one frame, without the head of that. */
function recordsOf(say: (outgoing: Outgoing) => void): Buffer {
  let sent: Buffer | undefined;
  const outgoing = new Outgoing({
    ...{ wire, frameKind: 3, maxMessageBytes: MAX_BYTES, maxFrameBytes: 4 * MAX_BYTES, maxWaitingBytes: MAX_BYTES },
    isReady: () => true,
    send: (frame) => {
      sent = frame;
      return true;
    },
    onDropped: () => {},
    onFlushed: () => {},
  });
  say(outgoing);
  outgoing.flush();
  if (sent === undefined) throw new Error("Nothing was sent.");
  return sent.subarray(FRAME_HEADER_BYTES);
}

/** What is read, as a list; a value that goes deeper than allowed is an error. */
class Reading implements RecordHandler {
  readonly said: unknown[][] = [];
  /** What came first. */
  first: string | undefined;

  onCall(number: number, actor: string, method: string, args: readonly unknown[]): void {
    this.#add("call", number, actor, method, args);
  }
  onUnreadableCall(number: number, actor: string, method: string): void {
    this.#add("unreadable call", number, actor, method);
  }
  onResult(number: number, value: unknown): void {
    this.#add("result", number, value);
  }
  onFailure(number: number, failure: unknown): void {
    const error = fromFailure(failure, { actor: String(REF), method: "order" });
    this.#add("failure", number, error instanceof Error ? error.message : typeof error);
  }
  onUnreadableAnswer(number: number): void {
    this.#add("unreadable answer", number);
  }
  onWatch(actor: string, on: boolean): void {
    this.#add("watch", actor, on);
  }
  onTerminated(actor: string, reason: number): void {
    this.#add("terminated", actor, reason);
  }
  onMessage(topic: string, message: unknown): void {
    try {
      this.#add("message", topic, toWire(fromWire(message)));
    } catch {
      this.#add("unreadable to the receptionist", topic);
    }
  }
  onUnreadableMessage(topic: string): void {
    this.#add("unreadable message", topic);
  }
  onLost(epoch: number): void {
    this.#add("lost", epoch);
  }

  #add(kind: string, ...what: unknown[]): void {
    // One more for the list around it.
    if (depthOf(what) > MAX_DEPTH + 1) throw new Error("A value goes deeper than allowed.");
    this.first ??= kind;
    this.said.push([kind, ...what]);
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return 0;
  const parts = value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value);
  return 1 + Math.max(0, ...parts.slice(0, 1_000).map(depthOf));
}

/** What an input begins with that is one value, and not records: most changes of those leave nothing that can be read. */
const VALUE = 0xff;
const writer = new ValueWriter(wire, MAX_BYTES);

function valueInput(value: unknown): Buffer {
  const { bytes, start, end } = writer.pack(value);
  return Buffer.concat([Buffer.of(VALUE), bytes.subarray(start, end)]);
}

/** The records that bring a value, and before it the keys of the objects that the seeds have. */
function recordsWith(value: Buffer): Buffer {
  const records = new RecordWriter();
  records.reserve(16);
  records.byte(RECORD.shapes);
  records.text(SHAPES);
  records.reserve(16);
  records.byte(RECORD.result);
  records.number(1);
  records.block(value, 0, value.length);
  return records.take();
}

function read(records: Buffer): Reading {
  const handler = new Reading();
  const incoming = new Incoming({ wire, maxMessageBytes: MAX_BYTES, maxDepth: MAX_DEPTH, handler });
  incoming.receive(Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), records]));
  return handler;
}

const SEEDS = [
  recordsOf((out) => {
    out.call(1, "stock", "order", [{ item: "tea", count: 2 }, { item: "mug", count: 1 }, REF, [1.5, -1, null]]);
    out.call(2, "stock", "restock", [new Date(0), new Map([["a", 1]]), new Set([1]), 2n ** 70n, new Uint8Array(9)]);
  }),
  recordsOf((out) => {
    out.result(1, { left: 3 });
    out.result(2, undefined);
    out.failure(3, ["REMOTE_ERROR", "no", "Error", undefined]);
    out.failure(4, [new OutOfStock("none left")]);
  }),
  recordsOf((out) => {
    out.watch("stock", true);
    out.watch("stock", false);
    out.terminated("stock", 1);
    out.lost(0);
  }),
  recordsOf((out) => {
    out.message("receptionist", toWire({ kind: "digest", digest: { high: 1, low: -1 } }));
    out.message("receptionist", toWire({ kind: "pull", logs: [[NODE.id, { added: 1, removed: 0 }]] }));
  }),
];
const VALUES = [
  valueInput([{ item: "tea", count: 2 }, REF, new OutOfStock("none left"), { deeper: [{ item: "mug" }] }]),
  valueInput([1.5, -1, 2 ** 40, null, undefined, true, 2n ** 70n, "text", new Uint8Array(9), new Float64Array(2)]),
  valueInput([new Date(0), new Map([["a", 1]]), new Set([1]), /a+/g, new Error("no")]),
];
const SHAPES = JSON.stringify(writer.takeShapes());
const [WELL_FORMED] = SEEDS as [Buffer];
const EXPECTED = read(WELL_FORMED).said.map(String);

export const target: Target = {
  isJson: false,
  // Lengths of four bytes in msgpack: of arrays, maps, texts, bytes, extensions; and extensions that msgpackr knows.
  words: [
    ...["\xdd\x01\x00\x00\x00", "\xdf\x01\x00\x00\x00", "\xdb\x00\x00\xff\xff", "\xc6\x00\x00\xff\xff"],
    ...["\xdc\xff\xff", "\xc9\x00\x00\x00\x01", "\xd4r", "\xd6b", "\xd4t", "\xd4x", "__proto__", "\x01\x02[]"],
  ],
  seeds: [...SEEDS, ...VALUES],
  run(bytes) {
    let outcome: string;
    try {
      const records = bytes[0] === VALUE ? recordsWith(bytes.subarray(1)) : bytes;
      outcome = read(records).first ?? "nothing";
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("A value")) throw error;
      outcome = "refused";
    }
    if (!isDeepStrictEqual(Object.keys(Object.prototype), [])) throw new Error("All objects have something new.");
    if (!isDeepStrictEqual(read(WELL_FORMED).said.map(String), EXPECTED)) {
      throw new Error("What others say is read differently since.");
    }
    return outcome;
  },
};
