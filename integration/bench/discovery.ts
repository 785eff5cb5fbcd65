/**
 * How soon a subscriber hears of a change in its registry, against the registry's own client in the same run; and what a
 * node asks of its registry when nothing changes. Against a real server, which it starts.
 */
import { parseArgs } from "node:util";
import { measureLatency } from "./discovery/latency.ts";
import { measureRest } from "./discovery/rest.ts";
import type { LoadSubject } from "./discovery/subject.ts";
import { Verdicts } from "./lib/verdicts.ts";

/** Each loads its client only when it is asked for. */
const REGISTRIES: Readonly<Record<string, () => Promise<{ load: LoadSubject }>>> = {
  consul: () => import("./discovery/consul.ts"),
  etcd: () => import("./discovery/etcd.ts"),
  kubernetes: () => import("./discovery/kubernetes.ts"),
  nats: () => import("./discovery/nats.ts"),
};

const HELP = `npm run bench -- discovery --registry NAME [options]

  --registry NAME     one of: ${Object.keys(REGISTRIES).join(", ")}
  --changes 500       how many changes are timed, for each of the two
  --rest 120          seconds at rest (0: leave out)
  --quick             100 changes, 20 seconds at rest
  --check             exit with 1 if something asked for was missed
  --help`;

const { values: options } = parseArgs({
  options: {
    registry: { type: "string" },
    changes: { type: "string" },
    rest: { type: "string" },
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const importer = REGISTRIES[options.registry ?? ""];
const changes = Number(options.changes ?? (options.quick ? 100 : 500));
const restSeconds = Number(options.rest ?? (options.quick ? 20 : 120));
if (options.help) {
  console.log(HELP);
} else if (importer === undefined || !(changes >= 1 && changes <= 100_000) || !(restSeconds >= 0)) {
  console.error(`--registry names one that there is, --changes is at least 1, --rest at least 0.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const subject = await (await importer()).load();
  console.log(subject.registry.name);
  const verdicts = new Verdicts();
  await measureLatency(subject, changes, verdicts);
  if (restSeconds > 0) await measureRest(subject, restSeconds, verdicts);
  const met = verdicts.conclude();
  if (options.check && !met) process.exitCode = 1;
}
