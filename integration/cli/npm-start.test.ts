import { describe, expect, it } from "vitest";
import { type DemoEvent, DemoRun, eventually, groupIsEmpty } from "./support/demo-run.ts";

const begun = ({ event }: DemoEvent) => event === "found";
const staysUp = ({ event, text }: DemoEvent) => event === "note" && String(text).includes("Ctrl-C");

function npmStart(...args: string[]): DemoRun {
  const command = ["npm", "start", "--silent", "--"];
  return new DemoRun(["--json", "--discovery", "file", ...args], { command, env: { ROLLCALL_BUILT: "1" } });
}

describe("npm start", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "shuts every process down and ends with 0 when npm alone gets %s",
    async (signal) => {
      await using demo = npmStart("--keep");
      await demo.until(staysUp);
      demo.kill(signal);
      expect(await demo.ended).toEqual([0, null]);
      expect(demo.events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 8 });
      await eventually(() => groupIsEmpty(demo.pid), "no process is left");
    },
  );

  it("shuts every process down and ends with 0 at Ctrl-C, which npm passes on besides the terminal", async () => {
    await using demo = npmStart("--keep");
    await demo.until(staysUp);
    demo.pressCtrlC();
    expect(await demo.ended).toEqual([0, null]);
    expect(demo.events.at(-1)).toMatchObject({ event: "summary", ok: true, stepsDone: 8 });
    await eventually(() => groupIsEmpty(demo.pid), "no process is left");
  });

  it("ends as the demonstration does when it is interrupted before everything has happened", async () => {
    await using demo = npmStart();
    await demo.until(begun);
    demo.kill("SIGTERM");
    expect(await demo.ended).toEqual([143, null]);
    await eventually(() => groupIsEmpty(demo.pid), "no process is left");
  });
});
