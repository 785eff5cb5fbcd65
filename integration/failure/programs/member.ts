/**
 * One node as a process: `member.ts SETUP`, as {@link Setup} in JSON. Writes what it sees as lines of JSON. Leaves on
 * SIGTERM, and stops its own event loop for a while on SIGUSR2. Ends when its system has.
 */
import {
  type ClusterEvent,
  ClusterSystem,
  downAll,
  keepMajority,
  keepOldest,
  noDowning,
  SWIM_PRESETS,
  staticQuorum,
  timeoutDowning,
} from "@rollcall/cluster";
import { inMemoryDiscovery, type ServiceDiscovery } from "@rollcall/core";
import type { AdapterSetup, Line, Setup, StrategyFactory, StrategyName } from "../support/setup.ts";

const STRATEGIES = { timeoutDowning, keepMajority, staticQuorum, keepOldest, downAll, noDowning } as Record<
  StrategyName,
  StrategyFactory
>;

const setup = JSON.parse(process.argv[2] ?? "") as Setup;
const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const discovery = setup.discovery ? await openAdapter(setup.discovery) : inMemoryDiscovery(setup.contacts);

const system = await ClusterSystem.start("orders", (settings) => {
  settings.node.host = setup.host ?? settings.node.host;
  settings.node.port = setup.port;
  settings.node.bindPort = setup.bindPort;
  // Where it listens beyond this machine it does so in a network that the test made.
  settings.insecure = true;
  settings.discovery = discovery;
  if (!setup.discovery) settings.announce = false;
  settings.failureDetector = { ...SWIM_PRESETS.lan, ...setup.failureDetector };
  const [strategy, options = {}] = setup.downing ?? [];
  if (strategy !== undefined) settings.downing = STRATEGIES[strategy](options);
  settings.formation.minimumMembers = setup.formationOf ?? settings.formation.minimumMembers;
  settings.onDown.delayMs = setup.onDownDelayMs ?? settings.onDown.delayMs;
  if (setup.onDown === "report") settings.onDown.action = report;
});

async function openAdapter({ module, factory, options }: AdapterSetup): Promise<ServiceDiscovery> {
  const { [factory]: create } = (await import(module)) as Record<string, (options: object) => ServiceDiscovery>;
  if (create === undefined) throw new Error(`${module} has no ${factory}`);
  return create(options);
}

function report(): void {
  say({ kind: "on-down" });
  void system.shutdown();
}

process.once("SIGTERM", () => void system.shutdown());
process.on("SIGUSR2", () => {
  const end = performance.now() + (setup.stallMs ?? 0);
  while (performance.now() < end);
  say({ kind: "stalled" });
});

const { cluster } = system;
const { address, id } = cluster.self;
say({ kind: "listening", address, id });
for await (const event of cluster.events) view(event);
say({ kind: "terminated", reason: (await system.terminated).reason });

function view(event: ClusterEvent): void {
  const change = describe(event);
  const leader = cluster.leader?.node.id;
  say({
    kind: "view",
    at: Number(process.hrtime.bigint()) / 1e6,
    ...(change !== undefined && { change }),
    members: [...cluster.membership].map(({ node, status, reachability }) => {
      return { id: node.id, address: node.address, status, reachability };
    }),
    ...(leader !== undefined && { leader }),
    leads: leader === id && cluster.explain().converged,
  });
}

function describe(event: ClusterEvent): string | undefined {
  if (event.kind === "membership") return `${event.member.node.id} ${event.to}`;
  if (event.kind === "reachability") return `${event.member.node.id} ${event.member.reachability}`;
  return undefined;
}
