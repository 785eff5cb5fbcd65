import { systemClock } from "@rollcall/core";
import { SimulatedNetwork, seededRandom, VirtualClock } from "@rollcall/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { TcpTransport } from "../../src/transport/tcp-transport.js";
import type { Connection, Listener, Transport } from "../../src/transport/transport.js";

/** Two transports that can reach each other, and how to let time pass until a promise has settled. */
interface World {
  readonly host: string;
  readonly here: Transport;
  readonly there: Transport;
  settle<T>(promise: Promise<T>): Promise<T>;
}

const WORLDS: Readonly<Record<string, () => World>> = {
  "TCP on the loopback interface": () => {
    const transport = () => new TcpTransport({ maxFrameBytes: 1_000_000, maxUnsentBytes: 10_000_000 }, systemClock);
    return { host: "127.0.0.1", here: transport(), there: transport(), settle: (promise) => promise };
  },
  "the simulated network": () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock, random: seededRandom(1) });
    const [here, there] = [network.transport("10.0.0.1"), network.transport("10.0.0.2")];
    return { host: "10.0.0.2", here, there, settle: (promise) => clock.settle(promise, 10_000) };
  },
};

/** One end of a connection. What it heard can be waited for. */
class End {
  readonly heard: (string | Error | undefined)[] = [];
  readonly connection: Connection;
  #listeners: (() => void)[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    connection.handle({
      onFrame: (frame) => this.#hear(Buffer.from(frame).toString()),
      onClose: (error) => this.#hear(error),
    });
  }

  send(...texts: string[]): boolean[] {
    return texts.map((text) => this.connection.send(Buffer.from(text)));
  }

  /** Resolves when it has heard so many things: frames, and how it ended. */
  async hears(count: number): Promise<(string | Error | undefined)[]> {
    while (this.heard.length < count) await new Promise<void>((resolve) => this.#listeners.push(resolve));
    return this.heard;
  }

  #hear(what: string | Error | undefined): void {
    this.heard.push(what);
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

const { signal } = new AbortController();
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const each of cleanUp.splice(0)) each();
});

/** A listener, and a connection to it from both ends. */
async function open({
  host,
  here,
  there,
  settle,
}: World): Promise<{ listener: Listener; a: End; b: End; port: number }> {
  let accepted: (end: End) => void = () => {};
  const arriving = new Promise<End>((resolve) => {
    accepted = resolve;
  });
  const listener = await there.listen({ host, port: 0 }, (connection) => accepted(new End(connection)));
  const a = new End(await settle(here.connect({ host, port: listener.port }, 5_000, signal)));
  const b = await settle(arriving);
  cleanUp.push(() => {
    a.connection.destroy();
    b.connection.destroy();
    void listener.close();
  });
  return { listener, a, b, port: listener.port };
}

describe.each(Object.entries(WORLDS))("a connection over %s", (_, makeWorld) => {
  it("carries frames whole and in order, both ways, empty and large ones too", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    const large = "x".repeat(300_000);
    expect(a.send("one", "", large, "four")).toEqual([true, true, true, true]);
    b.send("back");
    expect(await world.settle(b.hears(4))).toEqual(["one", "", large, "four"]);
    expect(await world.settle(a.hears(1))).toEqual(["back"]);
  });

  it("carries frames of all sizes in the order in which they were sent, many in one turn", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    const texts = Array.from({ length: 300 }, (_, at) => `${at}:`.padEnd(at % 50 === 0 ? 20_000 + at : at % 300, "x"));
    a.send(...texts);
    expect(await world.settle(b.hears(texts.length))).toEqual(texts);
  });

  it("that is closed delivers what was sent before, and both sides hear once that it ended", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    a.send("last", "words");
    a.connection.close();
    expect(a.send("late")).toEqual([false]);
    expect(await world.settle(b.hears(3))).toEqual(["last", "words", undefined]);
    expect(await world.settle(a.hears(1))).toEqual([undefined]);
    a.connection.close();
    b.connection.close();
    expect(b.send("late")).toEqual([false]);
  });

  it("that is destroyed says nothing any more on this side, and ends on the other", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    b.send("unheard");
    a.connection.destroy();
    expect(a.send("late")).toEqual([false]);
    await world.settle(b.hears(1));
    expect(a.heard).toEqual([]);
  });

  it("breaks on both sides when a frame is larger than allowed, and takes one that is not", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    b.connection.limitFrames(5);
    a.send("12345", "123456", "7");
    const [frame, error] = await world.settle(b.hears(2));
    expect([frame, error]).toEqual(["12345", expect.any(Error)]);
    await world.settle(a.hears(1));
    expect(b.heard).toHaveLength(2);
  });

  it("hands frames to the handler that was set last, also if that happened while a frame was handled", async () => {
    const world = makeWorld();
    const { a, b } = await open(world);
    const second: string[] = [];
    let done: () => void = () => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    b.connection.handle({
      onFrame: () => {
        b.connection.handle({
          onFrame: (frame) => second.push(Buffer.from(frame).toString()) === 2 && done(),
          onClose: () => {},
        });
      },
      onClose: () => {},
    });
    a.send("first", "second", "third");
    await world.settle(all);
    expect(second).toEqual(["second", "third"]);
  });
});

describe.each(Object.entries(WORLDS))("a listener over %s", (_, makeWorld) => {
  it("is the only one at its address", async () => {
    const world = makeWorld();
    const { port } = await open(world);
    await expect(world.there.listen({ host: world.host, port }, () => {})).rejects.toMatchObject({
      code: "BIND_FAILED",
      message: expect.stringContaining(`${world.host}:${port}`),
    });
  });

  it("that is closed refuses newcomers, leaves connections open, and has ended when they have", async () => {
    const world = makeWorld();
    const { listener, a, b, port } = await open(world);
    let ended = false;
    const closing = listener.close().then(() => {
      ended = true;
    });
    const refused = world.here.connect({ host: world.host, port }, 1_000, signal);
    await expect(world.settle(refused)).rejects.toMatchObject({ code: "CONNECT_FAILED" });
    a.send("still here");
    expect(await world.settle(b.hears(1))).toEqual(["still here"]);
    expect(ended).toBe(false);
    b.connection.close();
    await world.settle(closing);
  });
});

describe.each(Object.entries(WORLDS))("connecting over %s", (_, makeWorld) => {
  it("fails where nobody listens, naming address and cause", async () => {
    const world = makeWorld();
    const { listener, a, b, port } = await open(world);
    a.connection.destroy();
    b.connection.destroy();
    await world.settle(listener.close());
    await expect(world.settle(world.here.connect({ host: world.host, port }, 1_000, signal))).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining(`${world.host}:${port}`),
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("fails with the signal's reason when that aborts, before or meanwhile", async () => {
    const world = makeWorld();
    const { port } = await open(world);
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const meanwhile = world.here.connect({ host: world.host, port }, 1_000, controller.signal);
    controller.abort(reason);
    await expect(world.settle(meanwhile)).rejects.toBe(reason);
    const before = world.here.connect({ host: world.host, port }, 1_000, controller.signal);
    await expect(world.settle(before)).rejects.toBe(reason);
  });
});
