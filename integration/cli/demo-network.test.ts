import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { DemoRun } from "./support/demo-run.ts";

/** Sends one packet where multicast goes when nobody says by which interface. */
const STRAY = `require("node:dgram").createSocket("udp4").send("stray", 5353, "224.0.0.251", () => process.exit())`;

/** What shell commands do to a network that has nothing but a loopback interface, which is down. */
const LOOPBACK_ONLY = "ip link set lo up";
const NO_MULTICAST = `${LOOPBACK_ONLY}; echo 0 > /proc/sys/net/ipv4/igmp_max_memberships`;
/** With an interface called lan that leads, as far as programs can tell, to other machines. */
const WITH_LAN = [
  LOOPBACK_ONLY,
  "ip link add lan type veth peer name wire",
  // So that the system itself says nothing there.
  "echo 1 > /proc/sys/net/ipv6/conf/lan/disable_ipv6",
  "echo 1 > /proc/sys/net/ipv6/conf/wire/disable_ipv6",
  "ip link set lan up; ip link set wire up",
  "ip addr add 192.0.2.1/24 dev lan; ip route add default dev lan",
].join("; ");

/** Runs what follows on the command line in a network of its own, which is gone afterwards. */
function inNetwork(prepare: string, script = 'exec "$@"'): string[] {
  return ["unshare", "--map-root-user", "--net", "sh", "-c", `set -e; ${prepare}; ${script}`, "sh"];
}

function canHave(prepare: string): boolean {
  const [program, ...args] = [...inNetwork(prepare), "true"] as unknown as [string, ...string[]];
  return spawnSync(program, args).status === 0;
}

describe("the demonstration in a network of its own", () => {
  it.skipIf(!canHave(WITH_LAN))("sends nothing beyond the loopback interface", async () => {
    const sent = 'awk \'$1 == "lan:" { print "sent", $11 }\' /proc/net/dev >&2';
    const script = `${sent}; "$@"; ${sent}; "${process.execPath}" -e '${STRAY}'; ${sent}`;
    await using demo = new DemoRun(["--json", "--nodes", "2"], { through: inNetwork(WITH_LAN, script) });
    expect(await demo.ended, demo.stderr).toEqual([0, null]);
    expect(demo.events[0]).toMatchObject({ discovery: { mechanism: "mdns" } });
    const [before, after, control] = [...demo.stderr.matchAll(/^sent (\d+)$/gm)].map(([, packets]) => Number(packets));
    expect(after).toBe(before);
    // What would have gone out is counted.
    expect(control).toBeGreaterThan(after as number);
  });

  // Elsewhere another program may take the port in between.
  it.skipIf(!canHave(LOOPBACK_ONLY))(
    "starts a replacement at the very address of the one that was killed",
    async () => {
      const through = inNetwork(LOOPBACK_ONLY);
      await using demo = new DemoRun(["--json", "--nodes", "2", "--discovery", "file"], { through });
      expect(await demo.ended, demo.stdout + demo.stderr).toEqual([0, null]);
      const listening = demo.events.filter(({ event }) => event === "listening");
      const killed = demo.events.find(({ event }) => event === "killed");
      const victim = listening.find(({ node }) => node === killed?.node);
      const replacement = listening.at(-1);
      expect(replacement?.address).toBe(victim?.address);
      expect(replacement?.incarnation).not.toBe(victim?.incarnation);
    },
  );

  it.skipIf(!canHave(NO_MULTICAST))("uses a file where multicast does not work, and says so", async () => {
    await using demo = new DemoRun(["--json", "--nodes", "2"], { through: inNetwork(NO_MULTICAST) });
    expect(await demo.ended, demo.stderr).toEqual([0, null]);
    const [opening, note] = demo.events;
    expect(opening).toMatchObject({ event: "opening", discovery: { mechanism: "file" } });
    expect(note).toMatchObject({ event: "note", text: expect.stringMatching(/^Multicast does not work/) });
  });

  it.skipIf(!canHave(NO_MULTICAST))("fails where multicast does not work and nothing else is wanted", async () => {
    await using demo = new DemoRun(["--discovery", "mdns"], { through: inNetwork(NO_MULTICAST) });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stderr).toMatch(/^rollcall demo: Multicast does not work .*--discovery file/);
  });

  it.skipIf(!canHave("true"))("fails where nodes cannot reach each other, and shows why each thinks so", async () => {
    const through = inNetwork("true");
    await using demo = new DemoRun(["--nodes", "2", "--step-timeout", "2"], { through });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stdout).toMatch(/✗ failed after 2\.\d\d s\. What is missing:\n +- A sees itself joining, not up\n/);
    for (const node of ["A", "B"]) expect(demo.stdout).toMatch(new RegExp(`  ${node}  explains itself:\\n`));
    expect(demo.stdout).toMatch(/^ +joining +UNREACHABLE: 1 of 1 endpoint failed .*ENETUNREACH/m);
    expect(demo.stdout).toMatch(/^Not done: 1 of 8 steps/m);
  });
});
