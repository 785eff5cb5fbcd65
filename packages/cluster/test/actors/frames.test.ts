import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Incoming, type RecordHandler } from "../../src/actors/wire/incoming.js";
import { Outgoing } from "../../src/actors/wire/outgoing.js";
import { RecordReader } from "../../src/actors/wire/record-reader.js";
import { RecordWriter } from "../../src/actors/wire/record-writer.js";
import { type WireContext, WireTypes } from "../../src/actors/wire/wire-context.js";

const WIRE: WireContext = {
  types: new WireTypes([]),
  toRef: () => {
    throw new Error("there are no references here");
  },
};

/** What one side writes, and what the other hears of it. */
function line(options: { room?: number; maxMessageBytes?: number } = {}) {
  const { room = Number.POSITIVE_INFINITY, maxMessageBytes = 100_000 } = options;
  const frames: Buffer[] = [];
  const heard: unknown[] = [];
  const state = { ready: true, dropped: 0, turns: 0 };
  const note =
    (what: string) =>
    (...args: unknown[]) => {
      heard.push([what, ...args]);
    };
  const handler: RecordHandler = {
    onCall: note("call"),
    onUnreadableCall: note("unreadable call"),
    onResult: note("result"),
    onFailure: note("failure"),
    onUnreadableAnswer: note("unreadable answer"),
    onWatch: note("watch"),
    onTerminated: note("terminated"),
    onMessage: note("message"),
    onUnreadableMessage: note("unreadable message"),
    onLost: note("lost"),
  };
  const outgoing = new Outgoing({
    wire: WIRE,
    frameKind: 3,
    maxMessageBytes,
    maxFrameBytes: 1_000_000,
    maxWaitingBytes: 10_000,
    isReady: () => state.ready,
    send: (frame) => {
      if (frames.length >= room) return false;
      frames.push(frame);
      return true;
    },
    onDropped: () => state.dropped++,
    onFlushed: () => state.turns++,
  });
  const incoming = new Incoming({ wire: WIRE, maxMessageBytes, maxDepth: 256, handler });
  const deliver = () => {
    for (const frame of frames.splice(0)) incoming.receive(frame);
  };
  return { outgoing, incoming, frames, heard, state, deliver };
}

describe("what one node says to the actors of another", () => {
  it("is heard in order, whatever it is", () => {
    const { deliver, heard, outgoing } = line();
    outgoing.call(1, "greeter", "greet", ["you"]);
    outgoing.call(2, "greeter", "greet", []);
    outgoing.result(2 ** 40, { a: 1 });
    outgoing.result(7, undefined);
    outgoing.failure(8, ["REMOTE_ERROR", "no"]);
    outgoing.watch("greeter", true);
    outgoing.watch("greeter", false);
    outgoing.terminated("greeter", 1);
    outgoing.message("topic", new Map([["a", 1]]));
    outgoing.lost(3);
    outgoing.flush();
    deliver();
    expect(heard).toEqual([
      ["call", 1, "greeter", "greet", ["you"]],
      ["call", 2, "greeter", "greet", []],
      ["result", 2 ** 40, { a: 1 }],
      ["result", 7, undefined],
      ["failure", 8, ["REMOTE_ERROR", "no"]],
      ["watch", "greeter", true],
      ["watch", "greeter", false],
      ["terminated", "greeter", 1],
      ["message", "topic", new Map([["a", 1]])],
      ["lost", 3],
    ]);
  });

  it("goes in one frame a turn of the event loop", async () => {
    const { frames, outgoing, state } = line();
    for (let call = 0; call < 100; call++) outgoing.call(call, "greeter", "greet", ["you"]);
    expect(frames).toHaveLength(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(frames).toHaveLength(1);
    expect(state.turns).toBe(1);
  });

  it("says names and keys once", () => {
    const { frames, outgoing } = line();
    const sizes = [0, 1].map((call) => {
      outgoing.call(call, "a-greeter-with-a-long-name", "aMethodWithALongName", [{ aLongKey: 1 }]);
      outgoing.flush();
      return frames.at(-1)?.length ?? 0;
    });
    expect(sizes[1]).toBeLessThan(25);
    expect(sizes[0]).toBeGreaterThan(70);
  });

  it("says them again after a connection was lost, and is heard though frames are missing", () => {
    const { deliver, frames, heard, outgoing } = line();
    outgoing.call(1, "greeter", "greet", [{ key: 1 }]);
    outgoing.flush();
    frames.length = 0;
    outgoing.renew();
    outgoing.call(2, "greeter", "greet", [{ key: 2 }]);
    outgoing.flush();
    deliver();
    expect(heard).toEqual([["call", 2, "greeter", "greet", [{ key: 2 }]]]);
  });

  it("is not taken for something else when a frame is missing of which nobody has said so", () => {
    const { deliver, frames, heard, incoming, outgoing } = line();
    outgoing.call(1, "greeter", "greet", [{ key: 1 }]);
    outgoing.flush();
    frames.length = 0;
    outgoing.call(2, "greeter", "greet", [{ key: 2 }]);
    outgoing.flush();
    expect(deliver).toThrow(/came without those before it/);
    expect(incoming.isLost).toBe(true);
    outgoing.call(3, "greeter", "greet", [{ key: 3 }]);
    outgoing.flush();
    expect(deliver).toThrow();
    expect(heard).toEqual([]);
  });

  it("is lost, and said to be, when there is no room; what follows is heard", () => {
    const { deliver, heard, outgoing, state } = line({ room: 1 });
    outgoing.message("topic", "first");
    outgoing.flush();
    outgoing.message("topic", { lost: true });
    outgoing.flush();
    expect(state.dropped).toBe(1);
    deliver();
    outgoing.message("topic", { lost: false });
    outgoing.flush();
    deliver();
    expect(heard).toEqual([
      ["message", "topic", "first"],
      ["message", "topic", { lost: false }],
    ]);
  });

  it("waits while the node is not ready, as far as there is room", () => {
    const { deliver, heard, outgoing, state } = line();
    state.ready = false;
    outgoing.message("topic", "early");
    outgoing.flush();
    expect(() => {
      for (let more = 0; more < 10_000; more++) outgoing.message("topic", "x".repeat(100));
    }).toThrow(expect.objectContaining({ code: "CONGESTED" }));
    state.ready = true;
    outgoing.flush();
    deliver();
    expect(heard[0]).toEqual(["message", "topic", "early"]);
  });

  it("may use more names than are remembered", () => {
    const { deliver, heard, outgoing } = line();
    for (let call = 0; call < 120_000; call++) {
      outgoing.call(call, `actor-${call}`, "greet", []);
      deliver();
    }
    outgoing.flush();
    deliver();
    expect(heard).toHaveLength(120_000);
    expect(heard.every((call, number) => (call as unknown[])[2] === `actor-${number}`)).toBe(true);
  });

  it("does not contain what is too large, and all the rest", () => {
    const { deliver, heard, outgoing } = line({ maxMessageBytes: 1_000 });
    outgoing.call(1, "greeter", "greet", ["before"]);
    const large = () => outgoing.call(2, "greeter", "greet", ["x".repeat(1_001)]);
    expect(large).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
    const manyKeys = Object.fromEntries(Array.from({ length: 200 }, (_, key) => [`key ${key}`, 1]));
    expect(() => outgoing.call(2, "greeter", "greet", [manyKeys])).toThrow(/maxMessageBytes/);
    expect(() => outgoing.call(2, "greeter", "greet", [() => {}])).toThrow(
      expect.objectContaining({ code: "NOT_SENDABLE" }),
    );
    outgoing.call(3, "greeter", "greet", ["after", { key: 1 }]);
    outgoing.flush();
    deliver();
    expect(heard).toEqual([
      ["call", 1, "greeter", "greet", ["before"]],
      ["call", 3, "greeter", "greet", ["after", { key: 1 }]],
    ]);
  });

  it("is refused, call by call, if it is larger than the other side allows", () => {
    const sender = line();
    const { heard, incoming } = line({ maxMessageBytes: 1_000 });
    sender.outgoing.call(1, "greeter", "greet", ["x".repeat(2_000)]);
    sender.outgoing.call(2, "greeter", "greet", ["y"]);
    sender.outgoing.flush();
    for (const frame of sender.frames) incoming.receive(frame);
    expect(heard).toEqual([
      ["unreadable call", 1, "greeter", "greet", "it takes 2004 bytes"],
      ["call", 2, "greeter", "greet", ["y"]],
    ]);
  });
});

describe("frames", () => {
  it("may say something that only later versions know, if it can be left out", () => {
    const { deliver, frames, heard, outgoing } = line();
    outgoing.message("topic", 1);
    outgoing.flush();
    const later = Buffer.from([200, 3, 1, 2, 3]);
    frames[0] = Buffer.concat([frames[0] as Buffer, later]);
    deliver();
    expect(heard).toEqual([["message", "topic", 1]]);
  });

  it("are read or refused, whatever they are", () => {
    const { heard, incoming } = line();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(5), (bytes, epoch) => {
        const frame = Buffer.concat([Buffer.from([3, 0, 0, 0, epoch, 0, 0, 0, 0]), bytes]);
        try {
          incoming.receive(frame);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        heard.length = 0;
      }),
      { numRuns: 5_000 },
    );
  });

  it("that were changed on the way are read or refused", () => {
    const { frames, outgoing } = line();
    outgoing.call(1, "greeter", "greet", [{ key: [1, "two", { three: 3 }] }]);
    outgoing.result(2, new Map([["a", new Date(0)]]));
    outgoing.flush();
    const whole = frames[0] as Buffer;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const changed = Buffer.from(whole.subarray(0, length));
        if (at < length) changed[at] = value;
        try {
          line().incoming.receive(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it("hold whole numbers up to the largest safe one", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        const writer = new RecordWriter();
        writer.reserve(8);
        writer.number(number);
        const reader = new RecordReader(writer.take(), 0);
        expect(reader.number()).toBe(number);
        expect(reader.isAtEnd).toBe(true);
      }),
      { examples: [[0], [127], [128], [0x0fffffff], [0x10000000], [Number.MAX_SAFE_INTEGER]] },
    );
    expect(() => new RecordReader(Buffer.alloc(20, 255), 0).number()).toThrow();
  });
});
