import { describe, expect, it } from "vitest";
import { seededRandom } from "../src/seeded-random.js";
import { SimulatedNetwork } from "../src/simulated-network.js";
import { VirtualClock } from "../src/virtual-clock.js";

const [A, B] = [
  { host: "a", port: 1 },
  { host: "b", port: 2 },
];

function world(latencyMs: readonly [number, number] = [0.2, 1]) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, random: seededRandom(1), latencyMs });
  const heard: string[] = [];
  const process = clock.process();
  const socket = network.datagramSocket(B, (text, from) => heard.push(`${from.host}: ${Buffer.from(text)}`), process);
  const a = network.datagramSocket(A, () => {});
  const send = (...texts: string[]) => {
    for (const text of texts) a.send(B, Buffer.from(text));
  };
  return { clock, network, heard, process, socket, a, send };
}

const numbers = Array.from({ length: 1_000 }, (_, at) => String(at));

describe("datagrams", () => {
  it("arrive, and overtake each other", async () => {
    const { clock, heard, send } = world([1, 100]);
    send(...numbers);
    await clock.advance(200);
    const sent = numbers.map((number) => `a: ${number}`);
    expect(heard).not.toEqual(sent);
    expect(heard.toSorted()).toEqual(sent.toSorted());
  });

  it("get lost, or arrive twice, as often as the link's conditions say", async () => {
    const { clock, network, heard, send } = world();
    network.impair({ loss: 0.2 });
    send(...numbers);
    await clock.advance(10);
    expect(heard.length).toBeGreaterThan(750);
    expect(heard.length).toBeLessThan(850);
    network.repair();
    network.impair({ duplication: 0.3 });
    heard.length = 0;
    send(...numbers);
    await clock.advance(10);
    expect(heard.length).toBeGreaterThan(1_250);
    expect(heard.length).toBeLessThan(1_350);
    expect(new Set(heard).size).toBe(1_000);
  });

  it("are gone for good where a link is cut, a host is dark or a socket closed", async () => {
    const { clock, network, heard, socket, send } = world();
    network.cut(["a"], ["b"]);
    send("cut");
    await clock.advance(10);
    network.heal();
    network.powerOff("b");
    send("dark");
    await clock.advance(10);
    network.transport("b");
    send("heard");
    await clock.advance(10);
    socket.close();
    send("closed");
    await clock.advance(10);
    expect(heard).toEqual(["a: heard"]);
  });

  it("wait for a process that stands still, and are neither sent nor received by a dead one", async () => {
    const { clock, network, heard, process, send } = world();
    process.freeze();
    send("waits");
    await clock.advance(10);
    expect(heard).toEqual([]);
    process.thaw();
    await clock.advance(0);
    expect(heard).toEqual(["a: waits"]);
    process.kill();
    send("late");
    const dying = clock.process();
    network.datagramSocket({ host: "c", port: 1 }, () => {}, dying).send(A, Buffer.from("alive"));
    dying.kill();
    await clock.advance(10);
    expect(heard).toHaveLength(1);
  });

  it("need an address of their own", () => {
    const { network, a } = world();
    expect(a.address).toBe("a:1");
    expect(() => network.datagramSocket(A, () => {})).toThrow("a:1");
  });
});
