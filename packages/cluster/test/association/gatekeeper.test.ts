import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { type AdmissionCandidate, type AdmissionHook, Gatekeeper } from "../../src/association/gatekeeper.js";
import { quietLogger } from "../../src/logger.js";
import { node } from "../support/nodes.js";

const candidate: AdmissionCandidate = {
  node: node(2),
  metadata: { zone: "a" },
  remote: "10.0.0.2:50001",
  certificate: undefined,
  dialledBy: "them",
};

function gatekeeper(hook: unknown, maxQuestions = 10) {
  const clock = new VirtualClock();
  const warnings: { details: object; message: string }[] = [];
  const keeper = new Gatekeeper({
    hook: hook as AdmissionHook | undefined,
    timeoutMs: 1_000,
    maxQuestions,
    self: node(1),
    isMember: (id) => id === node(3).id,
    clock,
    logger: { ...quietLogger, warn: (details, message) => warnings.push({ details, message }) },
  });
  return { clock, warnings, keeper, answer: () => clock.settle(keeper.ask(candidate)?.answer ?? Promise.reject()) };
}

const never = () => new Promise<never>(() => {});

describe("whom the hook is asked about", () => {
  it("is told who it is, where it comes from and what it says about itself", async () => {
    const asked: unknown[] = [];
    const { answer } = gatekeeper((who: unknown) => {
      asked.push(who);
      return true;
    });
    expect([await answer(), asked]).toEqual([undefined, [candidate]]);
  });

  it("is nobody who is a member, and nobody at all without a hook", () => {
    const { keeper } = gatekeeper(never);
    expect(keeper.ask({ ...candidate, node: node(3) })).toBeUndefined();
    expect(gatekeeper(undefined).keeper.ask(candidate)).toBeUndefined();
  });
});

describe("a candidate is admitted", () => {
  it.each<[string, AdmissionHook]>([
    ["at once", () => true],
    ["later", async () => true],
  ])("when the hook says true, %s", async (_, hook) => {
    const { answer, clock } = gatekeeper(hook);
    expect([await answer(), clock.pending]).toEqual([undefined, 0]);
  });
});

describe("a candidate is refused", () => {
  it.each<[string, unknown, string, string[]]>([
    ["gives a reason", () => "no room for you", "does not admit .*no room for you", []],
    ["gives a reason later", async () => "no room for you", "does not admit .*no room for you", []],
    ["says false", () => false, "does not admit", []],
    ["says nothing", () => {}, "could not decide; its log says why", ["answered neither true nor a reason"]],
    ["says something else", () => ({ admit: true }), "could not decide", ["answered neither true nor a reason"]],
    [
      "throws",
      () => {
        throw new Error("password of the database: 1234");
      },
      "could not decide",
      ["settings.admission failed"],
    ],
    ["rejects", () => Promise.reject(new Error("password: 1234")), "could not decide", ["settings.admission failed"]],
    ["never answers", never, "within 1000 ms", ["has not answered within 1000 ms"]],
  ])("when the hook %s, and what is the matter with the hook is said here only", async (_, hook, reason, warned) => {
    const { answer, clock, warnings } = gatekeeper(hook);
    const refusal = await answer();
    expect(refusal).toEqual({ kind: "reject", code: "NOT_ADMITTED", reason: expect.stringMatching(reason) });
    expect(refusal?.reason).not.toContain("1234");
    expect(warnings.map(({ message }) => message)).toEqual(warned.map((each) => expect.stringContaining(each)));
    expect(clock.pending).toBe(0);
  });

  it("with a reason that is one line of bounded length", async () => {
    const { answer } = gatekeeper(() => `two\nlines\u001b[31m ${"x".repeat(1_000)}`);
    expect((await answer())?.reason).toMatch(/: two lines \[31m x{180,190}$/);
  });

  it("when there are more questions than may be open, until the hook has answered some", async () => {
    const waiting: (() => void)[] = [];
    const { answer, keeper } = gatekeeper(() => new Promise((resolve) => waiting.push(() => resolve(true))), 2);
    // Those that were given up count as long as the hook is at them.
    keeper.ask(candidate)?.cancel();
    keeper.ask(candidate)?.cancel();
    expect((await answer())?.reason).toMatch(/has asked 2 times and got no answer yet/);
    for (const settle of waiting.splice(0)) settle();
    await Promise.resolve();
    await Promise.resolve();
    const last = answer();
    waiting[0]?.();
    expect(await last).toBeUndefined();
  });
});

it.each<[string, (keeper: ReturnType<typeof gatekeeper>) => unknown]>([
  ["time is up", ({ clock }) => clock.advance(1_000)],
  ["the answer is of no use any more", () => {}],
])("the hook's signal aborts when %s", async (what, wait) => {
  let seen: AbortSignal | undefined;
  const scene = gatekeeper((_: unknown, { signal }: { signal: AbortSignal }) => {
    seen = signal;
    return never();
  });
  const question = scene.keeper.ask(candidate);
  expect(seen?.aborted).toBe(false);
  if (what === "time is up") await wait(scene);
  else question?.cancel();
  expect([seen?.aborted, scene.clock.pending]).toEqual([true, 0]);
});
