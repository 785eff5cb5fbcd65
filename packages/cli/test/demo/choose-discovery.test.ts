import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { chooseDiscovery } from "../../src/demo/choose-discovery.js";
import { removeFolder } from "../../src/demo/discovery-plan.js";

const works = async () => ({ port: 50_123 });
const fails = async () => {
  throw new Error("no such device");
};

describe("the discovery of the demonstration", () => {
  it.each([["mdns"], [undefined]] as const)(
    "is mDNS on the loopback interface where that works (%s)",
    async (wanted) => {
      const probed: string[] = [];
      const probe = (address: string) => {
        probed.push(address);
        return works();
      };
      expect(await chooseDiscovery({ discovery: wanted }, probe)).toEqual({
        plan: { mechanism: "mdns", service: "rollcall-demo", interface: "127.0.0.1", port: 50_123 },
      });
      expect(probed).toEqual(["127.0.0.1"]);
    },
  );

  it("is a file where multicast does not work, and says so", async () => {
    const { plan, note } = await chooseDiscovery({}, fails);
    expect(plan.mechanism).toBe("file");
    expect(note).toMatch(/Multicast does not work .*no such device.*watched file/);
    removeFolder(plan);
  });

  it("is nothing else when mDNS is asked for and does not work", async () => {
    await expect(chooseDiscovery({ discovery: "mdns" }, fails)).rejects.toThrow(/no such device.*--discovery file/);
  });

  it("is a registry only if one answers at the URL", async () => {
    const nobody = { discovery: "etcd", url: "http://127.0.0.1:1" } as const;
    await expect(chooseDiscovery(nobody, fails)).rejects.toThrow(/etcd.*127\.0\.0\.1:1 cannot be reached/);
  });

  it("is no registry whose program is not there, and the error says how to get it", async () => {
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(chooseDiscovery({ discovery: "etcd" }, fails)).rejects.toThrow(/etcd is not on the path.*--url/);
  });

  it("is a file in a folder of its own, which can be removed, when that is asked for", async () => {
    const [one, other] = [
      await chooseDiscovery({ discovery: "file" }, fails),
      await chooseDiscovery({ discovery: "file" }, fails),
    ];
    if (one.plan.mechanism !== "file" || other.plan.mechanism !== "file") throw new Error("no file");
    expect(one.plan.folder).not.toBe(other.plan.folder);
    expect(readFileSync(one.plan.file, "utf8")).toMatch(/^#.*\n$/);
    for (const { plan } of [one, other]) {
      removeFolder(plan);
      removeFolder(plan);
    }
    expect(existsSync(one.plan.folder)).toBe(false);
  });
});
