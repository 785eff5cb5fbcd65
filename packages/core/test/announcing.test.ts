import { describe, expect, it } from "vitest";
import { type DiscoveryError, defineDiscovery, type Registration, type SessionRequest } from "../src/index.js";
import { settled, VirtualClock } from "./support/virtual-clock.js";

const SELF = { host: "10.0.0.7", port: 7337, id: "n1" };

/** An announcer that writes down what it is asked to do. */
function recorded(register: (request: SessionRequest) => Promise<Registration | undefined> = async () => undefined) {
  const log: string[] = [];
  const clock = new VirtualClock();
  const discovery = defineDiscovery({
    name: "x",
    clock,
    lookup: async () => [],
    async announce(self, request) {
      log.push(`announce ${self.host}:${self.port}`);
      request.signal.addEventListener("abort", () => log.push("abort"));
      const registration = await register(request);
      return {
        ...registration,
        async withdraw() {
          log.push("withdraw");
          await registration?.withdraw();
        },
      };
    },
    async dispose() {
      log.push("dispose");
    },
  });
  return { log, clock, discovery };
}

describe("announce", () => {
  it("says what is listed: what was asked, unless the mechanism says otherwise", async () => {
    const { discovery } = recorded();
    expect((await discovery.announce(SELF)).instance).toEqual(SELF);
    const renamed = { ...SELF, id: "n1-2" };
    const other = recorded(async () => ({ instance: renamed, withdraw: async () => {} }));
    expect((await other.discovery.announce(SELF)).instance).toBe(renamed);
  });

  it.each([
    { host: "", port: 1 },
    { host: "a", port: 0 },
  ])("refuses to announce %j and asks nobody", async (self) => {
    const { discovery, log } = recorded();
    await expect(discovery.announce(self)).rejects.toMatchObject({ code: "INVALID_ENDPOINT" });
    expect(log).toEqual([]);
  });

  it("rejects with what the mechanism threw, and has nothing to withdraw then", async () => {
    const { discovery, log } = recorded(async () => Promise.reject(new Error("403")));
    await expect(discovery.announce(SELF)).rejects.toMatchObject({ code: "UNAVAILABLE", message: "x: 403" });
    await discovery[Symbol.asyncDispose]();
    expect(log).toEqual(["announce 10.0.0.7:7337", "abort", "dispose"]);
  });

  it.each([undefined, {}])(
    "says what a definition has to resolve with when it does with %j, and says it once",
    async (registration) => {
      const problems: DiscoveryError[] = [];
      const announce = async () => registration as Registration;
      const discovery = defineDiscovery({ name: "x", lookup: async () => [], announce });
      const message = "x: the result of announce must be { withdraw }.";
      const announcing = discovery.announce(SELF, { report: (problem) => problems.push(problem) });
      await expect(announcing).rejects.toMatchObject({ code: "INVALID_OPTION", message });
      await discovery[Symbol.asyncDispose]();
      expect(problems).toEqual([]);
    },
  );

  it("asks nobody when its signal has aborted before", async () => {
    const { discovery, log } = recorded();
    await expect(discovery.announce(SELF, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(log).toEqual([]);
  });

  it("hands the definition's later trouble to the caller's report", async () => {
    const problems: DiscoveryError[] = [];
    let request: SessionRequest | undefined;
    const { discovery } = recorded(async (given) => {
      request = given;
      return undefined;
    });
    await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    request?.report({ code: "UNAVAILABLE" } as DiscoveryError);
    expect(problems).toEqual([{ code: "UNAVAILABLE" }]);
  });
});

describe("withdrawing", () => {
  const once = ["announce 10.0.0.7:7337", "abort", "withdraw"];

  it("stops renewals first, then withdraws, once however often the announcement is disposed", async () => {
    const { discovery, log } = recorded();
    const announcement = await discovery.announce(SELF);
    await Promise.all([announcement[Symbol.asyncDispose](), announcement[Symbol.asyncDispose]()]);
    await announcement[Symbol.asyncDispose]();
    expect(log).toEqual(once);
  });

  it("happens when the signal aborts", async () => {
    const abort = new AbortController();
    const { discovery, log } = recorded();
    await discovery.announce(SELF, { signal: abort.signal });
    abort.abort();
    await settled();
    expect(log).toEqual(once);
  });

  it("happens before the definition is closed, when the discovery is disposed", async () => {
    const { discovery, log } = recorded(async () => ({ withdraw: settled }));
    await discovery.announce(SELF);
    await discovery[Symbol.asyncDispose]();
    expect(log).toEqual([...once, "dispose"]);
  });

  it.each(["abort", "dispose"])(
    "happens as soon as the mechanism answers, when %s came while it was asked",
    async (how) => {
      let answer = () => {};
      const { discovery, log } = recorded(async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return undefined;
      });
      const abort = new AbortController();
      const announcing = discovery.announce(SELF, { signal: abort.signal });
      const rejected = expect(announcing).rejects.toMatchObject(
        how === "abort" ? { name: "AbortError" } : { code: "DISPOSED" },
      );
      await settled();
      if (how === "abort") abort.abort();
      const disposing = how === "dispose" ? discovery[Symbol.asyncDispose]() : undefined;
      await rejected;
      expect(log).toEqual(["announce 10.0.0.7:7337", "abort"]);
      answer();
      await disposing;
      await settled();
      expect(log.slice(0, 3)).toEqual(once);
    },
  );

  it("happens when the abort comes after the mechanism's answer and before the caller has it", async () => {
    const abort = new AbortController();
    const { discovery, log } = recorded();
    const rejected = expect(discovery.announce(SELF, { signal: abort.signal })).rejects.toBe("too late");
    for (let tick = 0; tick < 3; tick++) await Promise.resolve();
    abort.abort("too late");
    await rejected;
    await settled();
    expect(log).toEqual(once);
  });

  it("reports and throws what went wrong, but does not keep the discovery from being disposed", async () => {
    const problems: DiscoveryError[] = [];
    const { discovery, log } = recorded(async () => ({ withdraw: () => Promise.reject(new Error("503")) }));
    const announcement = await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    await expect(announcement[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "UNAVAILABLE", message: "x: 503" });
    expect(problems.map(({ message }) => message)).toEqual(["x: 503"]);
    await discovery[Symbol.asyncDispose]();
    expect(log.at(-1)).toBe("dispose");
  });

  it("is given the time-out, and no longer by dispose", async () => {
    const { discovery, clock } = recorded(async () => ({ withdraw: () => new Promise(() => {}) }));
    const announcement = await discovery.announce(SELF);
    let disposed = false;
    void discovery[Symbol.asyncDispose]().then(() => {
      disposed = true;
    });
    const late = expect(announcement[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "TIMED_OUT" });
    await clock.advance(2_999);
    expect(disposed).toBe(false);
    await clock.advance(1);
    await late;
    expect(disposed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
