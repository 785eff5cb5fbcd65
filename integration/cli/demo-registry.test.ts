import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { EtcdClient } from "../etcd/etcd-client.ts";
import { EtcdServer, findEtcd } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { findServer } from "../servers/report.ts";
import { DemoRun, eventually } from "./support/demo-run.ts";

const etcd = await findServer("etcd", () => findEtcd("any"));

describe.skipIf(!etcd)("the demonstration with a registry", () => {
  const env = { PATH: `${dirname(etcd?.path ?? "")}:${process.env.PATH}` };

  it("uses the one that runs at the URL, and leaves it as it was", async () => {
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

  it("leaves no registry behind when it is killed with kill -9", async () => {
    await using demo = new DemoRun(["--json", "--discovery", "etcd"], { env });
    await demo.until(({ event }) => event === "found");
    expect(serversIn(demo.folder)).toHaveLength(1);
    demo.kill("SIGKILL");
    await eventually(() => serversIn(demo.folder).length === 0, "the server has ended");
    await eventually(() => readdirSync(demo.folder).length === 0, "its folder is gone");
  });

  it("lets the nodes take their leave of it before it ends, when Ctrl-C is pressed", async () => {
    await using demo = new DemoRun(["--json", "--discovery", "etcd"], { env });
    await demo.until(({ event }) => event === "found");
    demo.pressCtrlC();
    expect(await demo.ended, demo.stdout + demo.stderr).toEqual([130, null]);
    expect(demo.survivors).toEqual([]);
    expect(serversIn(demo.folder)).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });

  it("says how to get the program when it is not there", async () => {
    await using demo = new DemoRun(["--discovery", "etcd"], { env: { PATH: "/nowhere" } });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stderr).toMatch(/etcd is not on the path.*etcd-server.*--url/);
  });
});

/** Processes of the program that keep what they have below a folder. */
function serversIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return command[0]?.endsWith("/etcd") && command.some((part) => part.startsWith(folder));
    } catch {
      return false;
    }
  });
}
