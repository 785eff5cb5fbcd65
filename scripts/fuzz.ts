/**
 * `npm run fuzz`: hands mutated packets to the DNS decoder, as many as `--packets` says (a million), as a function of
 * `--seed` (1). Says how far it is, and at the end what became of them; fails at the first that crashes, hangs or makes a
 * wrong listing, and shows it. The short run among the tests does the same.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { packets: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const { status } = spawnSync("vitest", ["run", "adapters/dns/test/fuzz.test.ts", "--disable-console-intercept"], {
  stdio: "inherit",
  env: { ...process.env, ROLLCALL_FUZZ_PACKETS: values.packets, ROLLCALL_FUZZ_SEED: values.seed },
});
process.exitCode = status ?? 1;
