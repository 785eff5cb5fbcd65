import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { EtcdClient } from "../etcd/etcd-client.ts";
import { findKubernetes } from "../kubernetes/support/real-server.ts";
import { EtcdServer, findEtcd } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { findServer } from "../servers/report.ts";
import { DemoRun, eventually } from "./support/demo-run.ts";

const etcd = await findServer("etcd", () => findEtcd("any"));
const kubernetes = await findServer("kubernetes", findKubernetes);

/** The programs of each registry that the demonstration may start. */
const started: Readonly<Record<string, readonly Program[]>> = {
  ...(etcd && { etcd: [etcd] }),
  ...(kubernetes && { kubernetes: [kubernetes.etcd, kubernetes.apiServer] }),
};

describe.skipIf(!etcd)("the demonstration with a registry that runs already", () => {
  it("uses it, and leaves it as it was", async () => {
    await using server = await EtcdServer.start(etcd as Program);
    const url = `http://127.0.0.1:${server.port}`;
    await using demo = new DemoRun(["--json", "--nodes", "2", "--discovery", "etcd", "--url", url]);
    const opening = await demo.until(({ event }) => event === "opening");
    const { service } = opening.discovery as { service: string };
    expect(await demo.ended, demo.stdout + demo.stderr).toEqual([0, null]);
    const client = new EtcdClient(server.port);
    // The one that was killed could not withdraw; its lease does that.
    expect((await client.ids(service)).length).toBeLessThanOrEqual(1);
    client.close();
  });
});

describe.each(Object.entries(started))("the demonstration that starts %s", (discovery, programs) => {
  const env = { PATH: [...programs.map(({ path }) => dirname(path)), process.env.PATH].join(":") };
  const serversIn = (folder: string) => processesIn(folder, programs);

  it("leaves no registry behind when it is killed with kill -9", async () => {
    await using demo = new DemoRun(["--json", "--discovery", discovery], { env });
    await demo.until(({ event }) => event === "found");
    expect(serversIn(demo.folder)).toHaveLength(programs.length);
    demo.kill("SIGKILL");
    await eventually(() => serversIn(demo.folder).length === 0, "its servers have ended");
    await eventually(() => readdirSync(demo.folder).length === 0, "its folder is gone");
  });

  it("lets the nodes take their leave of it before it ends, when Ctrl-C is pressed", async () => {
    await using demo = new DemoRun(["--json", "--discovery", discovery], { env });
    await demo.until(({ event }) => event === "found");
    demo.pressCtrlC();
    expect(await demo.ended, demo.stdout + demo.stderr).toEqual([130, null]);
    expect(demo.survivors).toEqual([]);
    expect(serversIn(demo.folder)).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });
});

describe("the demonstration without the programs of a registry", () => {
  it.each([
    ["etcd", /etcd is not on the path.*etcd-server.*--url/],
    ["kubernetes", /kube-apiserver is not on the path.*Kubernetes release\)\.$/m],
  ])("says how to get those of %s", async (discovery, advice) => {
    await using demo = new DemoRun(["--discovery", discovery], { env: { PATH: "/nowhere" } });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stderr).toMatch(advice);
  });

  it.skipIf(!kubernetes)("says how to get the one that Kubernetes keeps everything in", async () => {
    const env = { PATH: dirname(kubernetes?.apiServer.path ?? "") };
    await using demo = new DemoRun(["--discovery", "kubernetes"], { env });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stderr).toMatch(/etcd is not on the path.*etcd-server/);
    expect(readdirSync(demo.folder)).toEqual([]);
  });
});

/** Processes of the programs that keep what they have below a folder. */
function processesIn(folder: string, programs: readonly Program[]): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return programs.some(({ path }) => path === program) && args.some((arg) => arg.includes(folder));
    } catch {
      return false;
    }
  });
}
