import { readdirSync } from "node:fs";
import { mdnsDiscovery } from "@rollcall/mdns";
import { describe, expect, it } from "vitest";
import { type DemoEvent, DemoRun, eventually, groupIsEmpty } from "./support/demo-run.ts";

/** How long mDNS may take on a busy machine. */
const FIND_LIMIT_MS = 60_000;

interface MdnsPlan {
  readonly service: string;
  readonly interface: string;
  readonly port: number;
}

const staysUp = ({ event, text }: DemoEvent) => event === "note" && String(text).includes("Ctrl-C");

/** What the node of a process is called. */
const nameOf = (demo: DemoRun, pid: number) => demo.events.find((event) => event.pid === pid)?.node;

describe("the demonstration with --keep", () => {
  it("stays up until Ctrl-C, then shuts down and ends with 0", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "file"]);
    await demo.until(staysUp);
    expect(demo.survivors).toHaveLength(3);
    demo.pressCtrlC();
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 8 });
    expect(demo.survivors).toEqual([]);
  });

  it("tells of a node that leaves meanwhile, and of one that crashes", async () => {
    await using demo = new DemoRun(["--json", "--keep"]);
    await demo.until(staysUp);
    const [leaver, crashed] = demo.survivors as [number, number];
    process.kill(leaver, "SIGTERM");
    await demo.until(({ event, code }) => event === "exited" && code === 0 && demo.survivors.length === 2);
    process.kill(crashed, "SIGKILL");
    const name = nameOf(demo, crashed);
    await demo.until(({ event, node, signal }) => event === "exited" && node === name && signal === "SIGKILL");
    demo.kill("SIGTERM");
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.survivors).toEqual([]);
  });

  it("shows what becomes of a node that is killed by hand; the others then leave as quickly as ever", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "file"]);
    await demo.until(staysUp);
    const pid = demo.survivors[0] as number;
    const { node, address } = demo.events.findLast((event) => event.pid === pid) as DemoEvent;
    const before = demo.events.length;
    process.kill(pid, "SIGKILL");
    const seenBy = (witness: unknown) =>
      demo.events
        .slice(before)
        .filter((event) => event.node === witness && event.address === address)
        .flatMap(({ reachability, to }) => reachability ?? to ?? []);
    const witnesses = () => [...new Set(demo.events.slice(before).flatMap((event) => event.node ?? []))];
    const others = () => witnesses().filter((witness) => witness !== node);
    await eventually(
      () => others().filter((witness) => seenBy(witness).includes("removed")).length === 2,
      "both others have seen it removed",
    );
    // A slow one may hear what is done about it before it has noticed by itself.
    expect(others().map(seenBy)).toContainEqual(["unreachable", "down", "removed"]);
    demo.pressCtrlC();
    expect(await demo.ended).toEqual([0, null]);
    // Waiting for one that is gone would take a leave's whole time-out, which is longer.
    const farewell = demo.events.find(({ event, step }) => event === "step-done" && step === 8);
    expect(farewell?.tookMs).toBeLessThan(2_000);
  });

  it("lets others find the one that replaced another, and not that one", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "mdns"]);
    await demo.until(staysUp);
    const { discovery: plan } = demo.events[0] as unknown as { discovery: MdnsPlan };
    const listening = demo.events.filter(
      ({ event, pid }) => event === "listening" && demo.survivors.includes(pid as number),
    );
    const alive = listening.map(({ incarnation }) => incarnation).toSorted();
    await using outsider = mdnsDiscovery({ service: plan.service, interfaces: [plan.interface], port: plan.port });
    // It announces itself as soon as it is sure that nobody else has its name.
    for await (const listing of outsider.subscribe({ signal: AbortSignal.timeout(FIND_LIMIT_MS) })) {
      if (listing.length === alive.length) {
        expect(listing.map(({ id }) => id).toSorted()).toEqual(alive);
        demo.pressCtrlC();
        expect(await demo.ended).toEqual([0, null]);
        return;
      }
    }
    expect.unreachable(`within ${FIND_LIMIT_MS} ms not all were found`);
  });

  it("ends at once at the second Ctrl-C", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "file", "--step-timeout", "3600"]);
    await demo.until(staysUp);
    // It cannot leave, so that shutting down takes for ever.
    process.kill(demo.survivors[0] as number, "SIGSTOP");
    demo.pressCtrlC();
    await demo.until(({ event, step }) => event === "step" && step === 8);
    let over = false;
    void demo.ended.then(() => {
      over = true;
    });
    await eventually(() => {
      if (!over) demo.pressCtrlC();
      return over;
    }, "it has ended");
    expect(await demo.ended).toEqual([130, null]);
    await eventually(() => groupIsEmpty(demo.pid), "no process is left");
  });
});

describe("the demonstration leaves no process and no file", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("when %s interrupts it, and ends as shells expect", async (signal, code) => {
    await using demo = new DemoRun(["--json", "--discovery", "file"]);
    await demo.until(({ event }) => event === "found");
    demo.kill(signal);
    expect(await demo.ended).toEqual([code, null]);
    expect(demo.survivors).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])("when Ctrl-C interrupts it as step %i begins", async (number) => {
    await using demo = new DemoRun(["--json", "--discovery", "file"]);
    await demo.until(({ event, step }) => event === "step" && step === number);
    demo.pressCtrlC();
    expect(await demo.ended).toEqual([130, null]);
    await eventually(() => groupIsEmpty(demo.pid), "no process is left");
    expect(readdirSync(demo.folder)).toEqual([]);
  });

  it.each([
    ["mdns", "begin", ({ event }: DemoEvent) => event === "listening"],
    ["mdns", "are a cluster", staysUp],
    ["file", "begin", ({ event }: DemoEvent) => event === "listening"],
    ["file", "are a cluster", staysUp],
  ])("when it is killed, with --discovery %s, while the nodes %s", async (discovery, _when, moment) => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", discovery]);
    await demo.until(moment);
    expect(demo.survivors).not.toEqual([]);
    demo.kill("SIGKILL");
    expect(await demo.ended).toEqual([null, "SIGKILL"]);
    await eventually(() => groupIsEmpty(demo.pid), "no process is left");
    await eventually(() => readdirSync(demo.folder).length === 0, "no file is left");
  });
});
