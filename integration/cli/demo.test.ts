import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { type DemoEvent, DemoRun, eventually, groupIsEmpty } from "./support/demo-run.ts";

/** The events that the README has. */
const DOCUMENTED = new Set(
  [
    ...readFileSync(join(REPOSITORY, "packages/cli/README.md"), "utf8").matchAll(
      /^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm,
    ),
  ].flatMap(([, names = ""]) => names.replaceAll("`", "").split(", ")),
);

/** What it promises. */
const WITHIN_MS = 30_000;

/** Of the first event of each kind, in the order in which the story has to tell them. */
const STORY: readonly [what: string, is: (event: DemoEvent) => boolean][] = [
  ["three listen", ({ event, node }) => event === "listening" && node !== "D"],
  ["somebody finds somebody", ({ event }) => event === "found"],
  ["somebody else is joining", (event) => isMember(event, "joining") && event.address !== addressOf(event.node)],
  ["somebody leads", ({ event, address }) => event === "leader" && address !== undefined],
  ["somebody is up", (event) => isMember(event, "up")],
  ["another one listens", ({ event, node }) => event === "listening" && node === "D"],
  ["the newcomer is up", (event) => isMember(event, "up") && event.node === "D"],
  ["somebody is leaving", (event) => isMember(event, "leaving")],
  ["somebody is down", (event) => isMember(event, "down")],
  ["somebody is removed", (event) => isMember(event, "removed")],
  ["somebody explains itself", ({ event }) => event === "explanation"],
  ["the end", ({ event }) => event === "summary"],
];

const staysUp = ({ event, text }: DemoEvent) => event === "note" && String(text).includes("Ctrl-C");

let addresses = new Map<unknown, unknown>();
const addressOf = (node: unknown) => addresses.get(node);
const isMember = ({ event, to }: DemoEvent, status: string) => event === "member" && to === status;

describe.each([["mdns"], ["file"]])("the demonstration with --discovery %s", (discovery) => {
  it("tells the whole story in its order, ends with 0 within 30 s, and leaves nothing behind", async () => {
    const began = performance.now();
    await using demo = new DemoRun(["--json", "--discovery", discovery]);
    expect(await demo.ended, demo.stdout + demo.stderr).toEqual([0, null]);
    expect(performance.now() - began).toBeLessThan(WITHIN_MS);
    expect(demo.stderr).toBe("");

    const { events } = demo;
    addresses = new Map(events.filter(({ event }) => event === "listening").map((each) => [each.node, each.address]));
    const positions = STORY.map(([, is]) => events.findIndex(is));
    const told = STORY.map(([what], index) => ({ what, position: positions[index] as number }));
    expect(told.filter(({ position }) => position < 0)).toEqual([]);
    expect(told.toSorted((a, b) => a.position - b.position)).toEqual(told);

    expect(events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 6, steps: 6 });
    expect(events.filter(({ event }) => !DOCUMENTED.has(event))).toEqual([]);
    expect(demo.nodePids).toHaveLength(4);
    expect(demo.survivors).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });
});

describe("the demonstration", () => {
  it("is told to people as plain text where there is no terminal", async () => {
    await using demo = new DemoRun(["--nodes", "2", "--discovery", "file"]);
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.stdout).not.toContain("\u001b");
    expect(demo.stdout).toMatch(/^2 processes on this machine become one cluster\n/);
    for (const line of [
      /^Step 1 of 6: /m,
      /^ +\d+\.\d\d s {2}[AB] {2}finds [AB]$/m,
      /^ +\d+\.\d\d s {2}[AB] {2}sees [AB] joining$/m,
      /^ +\d+\.\d\d s {2}[AB] {2}is the leader$/m,
      /^ +\d+\.\d\d s {2}C {2}is up$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}sees [ABC] removed$/m,
      /^ +status +up \(UP: the node is up\)$/m,
      /^Done: 6 of 6 steps in \d+\.\d\d s\.$/m,
    ]) {
      expect(demo.stdout).toMatch(line);
    }
  });

  it("is coloured when that is wanted", async () => {
    await using demo = new DemoRun(["--nodes", "2", "--discovery", "file"], { env: { FORCE_COLOR: "1" } });
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.stdout).toContain("\u001b[36mA\u001b[39m");
  });
});

describe("the demonstration fails, with code 1 and a reason,", () => {
  it("when a process does not go on", async () => {
    await using demo = new DemoRun(["--json", "--step-timeout", "3"]);
    const { pid, node } = await demo.until(({ event }) => event === "listening");
    process.kill(pid as number, "SIGSTOP");
    expect(await demo.ended).toEqual([1, null]);
    const failed = demo.events.find(({ event }) => event === "step-failed");
    expect(failed?.afterMs).toBeGreaterThanOrEqual(3_000);
    expect(failed?.missing).toEqual(expect.arrayContaining([expect.stringContaining(` ${node}`)]));
    const explained = demo.events.filter(({ event }) => event === "explanation").map((each) => each.node);
    expect(explained).not.toContain(node);
    expect(explained.length).toBeGreaterThan(0);
    expect(demo.events).toContainEqual(expect.objectContaining({ text: `${node} (process ${pid}) does not answer.` }));
    expect(demo.events.at(-1)).toMatchObject({ event: "summary", ok: false });
    expect(demo.survivors).toEqual([]);
  });

  it("when a process is lost, without waiting for its time to be up", async () => {
    await using demo = new DemoRun(["--json", "--step-timeout", "3600"]);
    const { pid, node } = await demo.until(({ event }) => event === "listening");
    process.kill(pid as number, "SIGKILL");
    expect(await demo.ended).toEqual([1, null]);
    const failed = demo.events.find(({ event }) => event === "step-failed");
    expect(failed?.missing).toContain(`${node} is gone: process ${pid} was ended by SIGKILL`);
    expect(demo.survivors).toEqual([]);
  });

  it("when there is no room for the file", async () => {
    await using demo = new DemoRun(["--discovery", "file"], { env: { TMPDIR: "/proc/self/nowhere" } });
    expect(await demo.ended).toEqual([1, null]);
    expect(demo.stderr).toMatch(/^rollcall demo: .*TMPDIR.*ENOENT/);
  });
});

describe("the demonstration with --keep", () => {
  it("stays up until Ctrl-C, then shuts down and ends with 0", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "file"]);
    await demo.until(staysUp);
    expect(demo.survivors).toHaveLength(3);
    demo.pressCtrlC();
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 6 });
    expect(demo.survivors).toEqual([]);
  });

  it("tells of a node that leaves meanwhile, and of one that crashes", async () => {
    await using demo = new DemoRun(["--json", "--keep"]);
    await demo.until(staysUp);
    const [leaver, victim] = demo.survivors as [number, number];
    process.kill(leaver, "SIGTERM");
    await demo.until(({ event, code }) => event === "exited" && code === 0 && demo.survivors.length === 2);
    process.kill(victim, "SIGKILL");
    await demo.until(({ event, signal }) => event === "exited" && signal === "SIGKILL");
    demo.kill("SIGTERM");
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.survivors).toEqual([]);
  });

  it("ends at once at the second Ctrl-C", async () => {
    await using demo = new DemoRun(["--json", "--keep", "--discovery", "file", "--step-timeout", "3600"]);
    await demo.until(staysUp);
    // It cannot leave, so that shutting down takes for ever.
    process.kill(demo.survivors[0] as number, "SIGSTOP");
    demo.pressCtrlC();
    await demo.until(({ event, step }) => event === "step" && step === 6);
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
