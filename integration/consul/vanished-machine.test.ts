import { expect, it } from "vitest";
import { filter, findFaultyNetworks } from "../failure/support/site.ts";
import { Ethernet, Host } from "../mdns/support/namespaces.ts";
import { until } from "../registries/scene.ts";
import { Visitor } from "../registries/visitor.ts";
import type { Program } from "../servers/find-program.ts";
import { findServer } from "../servers/report.ts";
import { run } from "../servers/run.ts";
import { ServerProcess } from "../servers/server-process.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { consul } from "./program.ts";

const namespaces = await findServer("network-namespaces", findFaultyNetworks);
const AGENT = "10.1.0.1";
/** Far longer than this test waits: only the system can tell that nobody is there any more. */
const LONG_MS = 600_000;

it.skipIf(!consul || !namespaces)(
  "an agent whose machine vanishes without a word is noticed by TCP's own questions, long before its answer is due",
  async ({ onTestFinished }) => {
    const network = await Ethernet.create();
    onTestFinished(() => network[Symbol.asyncDispose]());
    const host = async (address: string) => {
      const made = await Host.create();
      onTestFinished(() => made[Symbol.asyncDispose]());
      await made.attach(network, `${address}/24`);
      return made;
    };
    const [there, here] = [await host(AGENT), await host("10.1.0.2")];
    const agent = await ServerProcess.start("consul", () => ({
      command: [...there.prefix, (consul as Program).path, "agent", "-dev", "-bind=127.0.0.1", "-client=0.0.0.0"],
      ready: (child) => child.find((line) => line.includes("Synced node info"), 0),
    }));
    onTestFinished(() => agent[Symbol.asyncDispose]());
    const options = { service: "orders", url: `http://${AGENT}:8500`, waitMs: LONG_MS, timeoutMs: LONG_MS };
    const visitor = new Visitor({ module: "@rollcall/consul", factory: "consulDiscovery", options }, here.prefix);
    onTestFinished(() => visitor.kill());
    await visitor.lists([]);

    // The second query waits there. As long as something has not arrived, TCP sends that again instead of asking.
    const connection = () => run([...here.prefix, "ss", "-tni"]);
    const hasArrived = async () => /data_segs_out:2\b(?!.*unacked)/.test(await connection());
    await until(hasArrived, () => "the query has arrived", IN_TIME_MS);
    await filter(here, [`ip saddr ${AGENT} drop`]);

    expect(await visitor.noticesTrouble()).toBe("UNAVAILABLE");
  },
);
