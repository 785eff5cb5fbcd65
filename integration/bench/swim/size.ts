import { quantile } from "../../../packages/swim/test/support/quantile.ts";
import { SwimNetwork } from "../../../packages/swim/test/support/swim-network.ts";
import { Table } from "../lib/table.ts";

/** What a large cluster makes of news, of losing one in ten, and of being split; and what it costs at rest. */
export function measureSize(size: number): void {
  measureRest(size);
  measureSpread(size);
  measureLosses(size);
  measureSplits();
}

function measureRest(size: number): void {
  const table = new Table("a minute at rest", ["msgs/s/node", "real s", "µs a message"]);
  for (const nodes of [10, size]) {
    const network = new SwimNetwork({ size: nodes });
    network.run(5000);
    const { total } = network.sent;
    const started = performance.now();
    network.run(60_000);
    const realMs = performance.now() - started;
    const messages = network.sent.total - total;
    table.row(`${nodes} nodes`, [messages / nodes / 60, realMs / 1000, (1000 * realMs) / messages]);
  }
  table.print();
}

function measureSpread(size: number): void {
  const table = new Table(`news to ${size}: ms from the first to`, ["half", "99 %", "all"]);
  for (const [name, loss, latencyMs] of [
    ["", 0, [0.2, 1]],
    [", 5 % lost", 0.05, [0.2, 1]],
    [", 5 to 20 ms", 0, [5, 20]],
  ] as const) {
    const network = new SwimNetwork({ size, latencyMs });
    network.run(3000);
    network.loss = loss;
    network.pause(0);
    table.row(`a suspicion${name}`, learntAfter(network, "suspect", 8000));
    network.resume(0);
    table.row(`its refutation${name}`, learntAfter(network, "reachable", 4000));
  }
  table.print();
}

function learntAfter(network: SwimNetwork, state: string, withinMs: number): number[] {
  const at: number[] = [];
  network.onChange = ({ at: now, subject, to }) => {
    if (subject === 0 && to === state) at.push(now);
  };
  network.run(withinMs);
  return [0.5, 0.99, 1].map((q) => quantile(at, q) - (at[0] ?? 0));
}

function measureLosses(size: number): void {
  const table = new Table(`one in ten of ${size} at once: ms until known to`, [
    "half",
    "99 %",
    "all",
    "wrongly",
    "real s",
  ]);
  for (const how of ["kill", "pause"] as const) {
    const network = new SwimNetwork({ size });
    network.run(5000);
    const began = network.now;
    const known: number[] = [];
    let wrong = 0;
    network.onChange = ({ at, observer, subject, to }) => {
      if (to !== "unreachable" || network.node(observer).state !== "running") return;
      if (subject % 10 === 0) known.push(at - began);
      else wrong++;
    };
    const started = performance.now();
    for (let index = 0; index < size; index += 10) network[how](index);
    network.run(20_000);
    const realSeconds = (performance.now() - started) / 1000;
    table.row(`${how === "kill" ? "killed" : "stopped"}`, [
      ...[0.5, 0.99, 1].map((q) => quantile(known, q)),
      wrong,
      realSeconds,
    ]);
  }
  table.print();
}

function measureSplits(): void {
  const table = new Table("split: ms until all see it, on the", ["smaller side", "larger side", "and that it is over"]);
  for (const [size, count] of [
    [5, 2],
    [10, 5],
    [100, 30],
    [100, 50],
  ] as const) {
    const network = new SwimNetwork({ size });
    const all = network.nodes.map(({ index }) => index);
    const [left, right] = [all.slice(0, count), all.slice(count)];
    network.run(5000);
    network.cut(left, right);
    const began = network.now;
    const last = { left: 0, right: 0, back: 0 };
    network.onChange = ({ at, observer, to }) => {
      if (to === "unreachable") last[observer < count ? "left" : "right"] = at - began;
    };
    network.run(60_000);
    const healed = network.now;
    network.onChange = ({ at, to }) => {
      if (to === "reachable") last.back = at - healed;
    };
    network.heal();
    network.run(30_000);
    table.row(`${count} of ${size}`, [last.left, last.right, last.back]);
  }
  table.print();
}
