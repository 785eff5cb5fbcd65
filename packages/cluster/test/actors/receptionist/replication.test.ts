import { seededRandom } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { ReplicationNetwork } from "./support/replication-network.js";

const names = (count: number) => Array.from({ length: count }, (_, at) => `a${String(at).padStart(4, "0")}`);

test("what is registered on one node is known to all, by one message to each", async () => {
  const network = new ReplicationNetwork(5);
  await network.advance(10);
  network.sent.length = 0;
  network.register(network.node(1), "a", "b");
  await network.advance(3);
  for (const node of network.nodes) expect(network.known(node)).toEqual(["n1/a", "n1/b"]);
  expect(network.sent.map(({ message }) => message.kind)).toEqual(["parts", "parts", "parts", "parts"]);
});

test("only what has changed is sent", async () => {
  const network = new ReplicationNetwork(3);
  const [, second] = network.register(network.node(1), "a", "b", "c");
  await network.advance(1_000);
  network.sent.length = 0;
  network.unregister(network.node(1), second as number);
  network.register(network.node(1), "d");
  await network.advance(3);
  const told = network.sent.flatMap(({ message }) => (message.kind === "parts" ? message.parts : []));
  expect(told.map(([, part]) => [part.registrations.map(({ actor }) => actor), part.removals.length])).toEqual([
    [["d"], 1],
    [["d"], 1],
  ]);
  expect(network.known(network.node(3))).toEqual(["n1/a", "n1/c", "n1/d"]);
});

test("five hundred registrations stream in batches, the next when the last has been acknowledged", async () => {
  const network = new ReplicationNetwork(3);
  network.register(network.node(1), ...names(500));
  await network.untilAllAgree();
  expect(network.known(network.node(3))).toHaveLength(500);
  const toThird = network.sent.filter(
    ({ from, to }) => (from === "n1" && to === "n3") || (from === "n3" && to === "n1"),
  );
  const talk = toThird.map(({ message }) => message.kind).filter((kind) => kind === "parts" || kind === "pull");
  expect(talk).toEqual(["parts", "pull", "parts", "pull", "parts", "pull", "parts", "pull", "parts"]);
  for (const { message } of network.sent) {
    if (message.kind !== "parts") continue;
    for (const [, part] of message.parts) expect(part.registrations.length).toBeLessThanOrEqual(100);
  }
});

test("a message has at least one registration and otherwise no more than so many bytes", async () => {
  const network = new ReplicationNetwork(2, { batchSize: 10_000 });
  const long = names(1_000).map((name) => name + "x".repeat(250));
  network.register(network.node(1), ...long);
  await network.untilAllAgree();
  expect(Math.max(...network.sent.map(({ bytes }) => bytes))).toBeLessThan(75_000);
});

test("who joins late is told everything by whom it meets, whoever's it is", async () => {
  const network = new ReplicationNetwork(20);
  for (const node of network.nodes) network.register(node, "a", "b");
  await network.untilAllAgree();
  await network.advance(10_000);
  network.sent.length = 0;
  network.add("late");
  expect(await network.untilAllAgree()).toBeLessThan(50);
  const parts = network.sent.filter(({ to, message }) => to === "late" && message.kind === "parts");
  expect(new Set(parts.map(({ from }) => from)).size).toBe(1);
});

test.each([1, 2, 3, 4, 5])("what was lost is made up for when two compare (seed %i)", async (seed) => {
  const network = new ReplicationNetwork(5, { seed });
  network.loses = ({ message }) => message.kind === "parts";
  network.register(network.node(1), "a");
  await network.advance(50);
  network.loses = () => false;
  expect(await network.untilAllAgree()).toBeLessThan(5_000);
});

test("with every third message lost all come to know the same", async () => {
  const network = new ReplicationNetwork(8);
  const random = seededRandom("losses");
  network.loses = () => random() < 1 / 3;
  for (const node of network.nodes) {
    const numbers = network.register(node, ...names(150));
    network.unregister(node, ...numbers.slice(0, 50));
  }
  await network.untilAllAgree(60_000);
  expect(network.known(network.node(1))).toHaveLength(800);
});

test("two that cannot talk to each other know the same through a third", async () => {
  const network = new ReplicationNetwork(3);
  network.loses = ({ from, to }) => [from, to].sort().join() === "n1,n2";
  network.register(network.node(1), "a");
  network.register(network.node(2), "b");
  await network.untilAllAgree(20_000);
  expect(network.known(network.node(1))).toEqual(["n1/a", "n2/b"]);
});

test("what is registered on a node that has gone vanishes everywhere, and nothing brings it back", async () => {
  const network = new ReplicationNetwork(4);
  network.register(network.node(1), "a");
  await network.untilAllAgree();
  const late = network.node(4).replication;
  network.remove("n1");
  for (const node of network.nodes) expect(node.changes).toEqual(["+n1/a", "-n1/a"]);
  const known = { added: 9, removed: 0 };
  late.receive("n2", { kind: "offer", logs: [["n1", known]], complete: false }, network.clock.now());
  const registration = { number: 9, key: "key", actor: "ghost", shape: "greet" };
  const part = { after: { added: 0, removed: 0 }, upTo: known, known, registrations: [registration], removals: [] };
  late.receive("n2", { kind: "parts", answers: false, parts: [["n1", part]] }, network.clock.now());
  late.receive("n1", { kind: "parts", answers: false, parts: [["n1", part]] }, network.clock.now());
  await network.advance(10_000);
  for (const node of network.nodes) expect(network.known(node)).toEqual([]);
});

test.each([3, 60])("at rest each of %i nodes sends one small message in an interval", async (size) => {
  const network = new ReplicationNetwork(size);
  for (const node of network.nodes) network.register(node, "a", "b", "c");
  await network.untilAllAgree(20_000);
  await network.advance(20_000);
  network.sent.length = 0;
  await network.advance(20_000);
  expect(network.sent.length / size).toBeGreaterThan(2);
  expect(network.sent.length / size).toBeLessThan(6);
  for (const { bytes, message } of network.sent) {
    expect(message.kind).toBe("digest");
    expect(bytes).toBeLessThan(40);
  }
});

test("actors that come and go without end leave nothing behind", async () => {
  const network = new ReplicationNetwork(3);
  const node = network.node(1);
  for (let round = 0; round < 60; round++) {
    const numbers = network.register(node, ...names(100));
    network.unregister(node, ...numbers);
    if (round % 10 === 0) await network.advance(30);
  }
  const [last] = network.register(node, "last");
  await network.untilAllAgree(20_000);
  expect(last).toBe(12_001);
  for (const { replication } of network.nodes) expect(replication.directory.size).toBe(1);
});
