import { SWIM_PRESETS, type SwimOptionsInput } from "@rollcall/swim";
import { Outages } from "../../../packages/swim/test/support/outages.ts";
import { SwimNetwork } from "../../../packages/swim/test/support/swim-network.ts";
import { Table } from "../lib/table.ts";

const SIZE = 100;
const { lan } = SWIM_PRESETS;
const WITHOUT = {
  "without local health": { ...lan, maxLocalHealth: 0 },
  "without waiting for confirmations": { ...lan, confirmations: 0 },
  "without the buddy system": { ...lan, buddy: false },
  "plain SWIM": { ...lan, maxLocalHealth: 0, confirmations: 0, buddy: false, checkers: 0 },
} satisfies Record<string, SwimOptionsInput>;

/** How often a hundred nodes, to none of whom anything happens, take each other for unreachable. */
export function measureLoss(hours: number): void {
  const columns = [
    "failed probes",
    "suspected by",
    "unreachable with",
    "for 1 s or more",
    "longest ms",
    "msgs/s/node",
    "real s",
  ];
  const table = new Table(`${SIZE} nodes`, columns);
  for (const [loss, part] of [
    [0.05, 1],
    [0.1, 1 / 12],
    [0.2, 1 / 48],
    [0.3, 1 / 48],
  ] as const) {
    const name = `${(100 * loss).toFixed(0)} % lost, ${(hours * part).toPrecision(2)} h`;
    table.row(name, measure(hours * part, loss, lan));
  }
  for (const [name, options] of Object.entries(WITHOUT))
    table.row(`30 % lost, ${name}`, measure(hours / 48, 0.3, options));
  table.print();
}

function measure(hours: number, loss: number, options: SwimOptionsInput): number[] {
  const network = new SwimNetwork({ size: SIZE, loss, options });
  const outages = new Outages(network);
  const started = performance.now();
  network.run(hours * 3_600_000);
  const realSeconds = (performance.now() - started) / 1000;
  const failed = network.nodes.reduce((sum, { swim }) => sum + swim.counters.failedProbes, 0);
  const messages = network.sent.total / SIZE / (hours * 3600);
  return [failed, outages.suspicions, outages.verdicts, outages.downed, outages.longestMs, messages, realSeconds];
}
