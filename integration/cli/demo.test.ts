import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { findKubernetes } from "../kubernetes/support/real-server.ts";
import { findNamed } from "../servers/bind.ts";
import { findConsul } from "../servers/consul.ts";
import { findEtcd } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { findNats } from "../servers/nats.ts";
import { findServer } from "../servers/report.ts";
import { type DemoEvent, DemoRun } from "./support/demo-run.ts";

/** The events that the README has. */
const DOCUMENTED = new Set(
  [
    ...readFileSync(join(REPOSITORY, "packages/cli/README.md"), "utf8").matchAll(
      /^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm,
    ),
  ].flatMap(([, names = ""]) => names.replaceAll("`", "").split(", ")),
);

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
  ["somebody is killed", ({ event }) => event === "killed"],
  ["it is unreachable", (event) => event.event === "reachability" && isVictim(event)],
  ["it is down", (event) => isMember(event, "down") && isVictim(event)],
  ["it is removed", (event) => isMember(event, "removed") && isVictim(event)],
  ["another one takes its place", ({ event, node }) => event === "listening" && node === "E"],
  ["that one is up", (event) => isMember(event, "up") && event.node === "E"],
  ["somebody explains itself", ({ event }) => event === "explanation"],
  ["the end", ({ event }) => event === "summary"],
];

let addresses = new Map<unknown, unknown>();
let victim: DemoEvent | undefined;
const addressOf = (node: unknown) => addresses.get(node);
const isVictim = ({ address }: DemoEvent) => address !== undefined && address === addressOf(victim?.node);
const isMember = ({ event, to }: DemoEvent, status: string) => event === "member" && to === status;

const found = {
  consul: await findServer("consul", findConsul),
  dns: await findServer("bind", findNamed),
  etcd: await findServer("etcd", () => findEtcd("any")),
  nats: await findServer("nats", () => findNats("any")),
};
const kubernetes = await findServer("kubernetes", findKubernetes);
const programs: [name: string, programs: readonly Program[]][] = [
  ...Object.entries(found).flatMap(([name, program]): typeof programs => (program ? [[name, [program]]] : [])),
  ...(kubernetes ? [["kubernetes", [kubernetes.apiServer, kubernetes.etcd]] satisfies (typeof programs)[number]] : []),
];
const registries = programs.map(([name, needed]) => {
  const folders = needed.map(({ path }) => dirname(path));
  const env = Object.assign({}, ...needed.map((program) => program.env));
  return [name, { ...env, PATH: [...folders, process.env.PATH].join(":") }] as const;
});

describe.each([["mdns", {}] as const, ["file", {}] as const, ...registries])(
  "the demonstration with --discovery %s",
  (discovery, env) => {
    it("tells the whole story in its order, ends with 0, and leaves nothing behind", async () => {
      await using demo = new DemoRun(["--json", "--discovery", discovery], { env });
      expect(await demo.ended, demo.stdout + demo.stderr).toEqual([0, null]);
      expect(demo.stderr).toBe("");

      const { events } = demo;
      addresses = new Map(events.filter(({ event }) => event === "listening").map((each) => [each.node, each.address]));
      victim = events.find(({ event }) => event === "killed");
      const positions = STORY.map(([, is]) => events.findIndex(is));
      const told = STORY.map(([what], index) => ({ what, position: positions[index] as number }));
      expect(told.filter(({ position }) => position < 0)).toEqual([]);
      expect(told.toSorted((a, b) => a.position - b.position)).toEqual(told);

      expect(events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 8, steps: 8 });
      expect(events.filter(({ event }) => !DOCUMENTED.has(event))).toEqual([]);
      expect(demo.nodePids).toHaveLength(5);
      expect(demo.survivors).toEqual([]);
      expect(readdirSync(demo.folder)).toEqual([]);
      const goals = events.flatMap(({ event, goal }) => (event === "goal" ? [goal] : []));
      expect(goals).toContainEqual(expect.stringMatching(/^all others see . unreachable, [\d,]+ ms after the kill$/));
      expect(goals).toContainEqual(expect.stringMatching(/down after [\d,]+ ms, and removed after [\d,]+ ms$/));
      expect(goals).toContainEqual(
        expect.stringMatching(/^all others have been told that its greeter is no more, after /),
      );
      expect(goals).toContainEqual(expect.stringMatching(/^the singleton has moved to ., and goes on from \d+$/));
      expect(goals.filter((goal) => goal === "each has called an actor of all the others")).toHaveLength(3);
      // Who was killed said no goodbye: it is listed while it is removed, and until it is replaced.
      const untilReplaced = events.slice(
        0,
        events.findIndex(({ event, node }) => event === "listening" && node === "E"),
      );
      const lost = untilReplaced.flatMap(({ event, addresses: gone }) => (event === "lost" ? gone : []));
      expect(lost).not.toContain(addressOf(victim?.node));
    });
  },
);

describe("the demonstration", () => {
  it("is told to people as plain text where there is no terminal", async () => {
    await using demo = new DemoRun(["--nodes", "2", "--discovery", "file"]);
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.stdout).not.toContain("\u001b");
    expect(demo.stdout).toMatch(/^2 processes on this machine become one cluster\n/);
    for (const line of [
      /^Step 1 of 8: /m,
      /^ +\d+\.\d\d s {2}[AB] {2}finds [AB]$/m,
      /^ +\d+\.\d\d s {2}[AB] {2}sees [AB] joining$/m,
      /^ +\d+\.\d\d s {2}[AB] {2}is the leader$/m,
      /^ +\d+\.\d\d s {2}C {2}is up$/m,
      /^ +\d+\.\d\d s {2}[AB] {2}calls the greeters? of [ABC]/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}has the singleton, which has counted \d so far$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}gives the singleton up$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}is told that the greeters? of [ABC]/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}sees [ABC] removed$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}is killed: SIGKILL to process \d+$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}process ended by SIGKILL$/m,
      /^ +\d+\.\d\d s {2}[ABC] {2}sees [ABC] unreachable$/m,
      /^ +\d+\.\d\d s {2}D {2}runs as process \d+ and listens on 127\.0\.0\.1:\d+$/m,
      /^ +failures +doubts none of 1; local health is /m,
      /^ +downing +timeout\(1000 ms\): No member is unreachable\.$/m,
      /^ +status +up \(UP: the node is up\)$/m,
      /^Done: 8 of 8 steps in \d+\.\d\d s\.$/m,
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
    await using demo = new DemoRun(["--json", "--step-timeout", "10"]);
    const { pid, node } = await demo.until(({ event }) => event === "listening");
    process.kill(pid as number, "SIGSTOP");
    expect(await demo.ended).toEqual([1, null]);
    const failed = demo.events.find(({ event }) => event === "step-failed");
    expect(failed?.afterMs).toBeGreaterThanOrEqual(10_000);
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
