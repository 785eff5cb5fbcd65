import { type DiscoveryError, isDiscoveryError, type Listing } from "@rollcall/core";
import { VirtualClock } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { consulDiscovery } from "../src/index.js";
import { answer, entry, never, refusal, type Script, ScriptedClient } from "./support/scripted-client.js";

/** A subscription in virtual time. */
function open(script: Script, more: Partial<Parameters<typeof consulDiscovery>[0]> = {}) {
  const clock = new VirtualClock();
  const client = new ScriptedClient(script);
  const discovery = consulDiscovery({ service: "orders", client, clock, ...more });
  const listings: Listing[] = [];
  const reports: DiscoveryError[] = [];
  const abort = new AbortController();
  let failure: unknown;
  const reading = (async () => {
    const request = { signal: abort.signal, report: (problem: DiscoveryError) => void reports.push(problem) };
    for await (const listing of discovery.subscribe(request)) listings.push(listing);
  })().catch((error) => {
    failure = error;
  });
  return {
    ...{ clock, client, discovery, listings, reports, abort, reading },
    ports: () => listings.map((listing) => listing.map(({ port }) => port)),
    failure: () => {
      expect(isDiscoveryError(failure)).toBe(true);
      return failure as DiscoveryError;
    },
    asked: () => client.of("health").map(({ options }) => options.index),
  };
}

it("the first query asks for what is, each later one for what is new", async () => {
  const answers = [answer([entry(1)], 5), answer([entry(1), entry(2)], 9)];
  const { clock, client, ports, asked } = open((_, number) => answers[number - 1] ?? never());
  await clock.advance(1);
  expect(ports()).toEqual([[1], [1, 2]]);
  expect(asked()).toEqual([undefined, "5", "9"]);
  expect(client.calls[0]?.options).not.toHaveProperty("wait");
  expect(client.calls[1]?.options).toMatchObject({ service: "orders", passing: true, wait: "50000ms" });
});

it("nobody is a listing too", async () => {
  const answers = [answer([], 5), answer([entry(1)], 6), answer([], 7)];
  const { clock, ports } = open((_, number) => answers[number - 1] ?? never());
  await clock.advance(1);
  expect(ports()).toEqual([[], [1], []]);
});

it("a query that returns with another index and the same instances is not a change", async () => {
  const { clock, ports } = open((_, number) => (number < 5 ? answer([entry(1)], number) : never()));
  await clock.advance(1);
  expect(ports()).toEqual([[1]]);
});

it("an answer with the same index changes nothing, whatever it says", async () => {
  const answers = [answer([entry(1)], 5), answer([], 5)];
  const { clock, ports } = open((_, number) => answers[number - 1] ?? never());
  await clock.advance(60_000);
  expect(ports()).toEqual([[1]]);
});

it("an index that goes backwards counts, and the next query starts over", async () => {
  const answers = [answer([entry(1)], 50), answer([entry(2)], 3), answer([entry(3)], 4)];
  const { clock, ports, asked } = open((_, number) => answers[number - 1] ?? never());
  await clock.advance(1);
  expect(ports()).toEqual([[1], [2], [3]]);
  expect(asked()).toEqual([undefined, "50", undefined, "4"]);
});

it("an index of 0 is asked for as 1", async () => {
  const { clock, asked } = open((_, number) => (number === 1 ? answer([], 0) : never()));
  await clock.advance(1);
  expect(asked()).toEqual([undefined, "1"]);
});

it("an index beyond what a double can hold is passed on to the digit", async () => {
  const { clock, asked } = open((_, number) => (number === 1 ? answer([], "18446744073709551615") : never()));
  await clock.advance(1);
  expect(asked()[1]).toBe("18446744073709551615");
});

it("without an index it asks every second, and says so once", async () => {
  const { clock, ports, reports, client, asked } = open((_, number) => answer([entry(number < 4 ? 1 : 2)]));
  await clock.advance(10_000);
  expect(ports()).toEqual([[1], [2]]);
  expect(client.calls.length).toBeGreaterThanOrEqual(10);
  expect(client.calls.length).toBeLessThanOrEqual(11);
  expect(new Set(asked())).toEqual(new Set([undefined]));
  expect(reports.map(({ code }) => code)).toEqual(["INVALID_RESPONSE"]);
  expect(reports[0]?.message).toContain("X-Consul-Index");
});

it("an agent that answers at once with nothing new is asked once a second", async () => {
  const { clock, client } = open(() => answer([entry(1)], 5));
  await clock.advance(60_000);
  expect(client.calls.length).toBeLessThanOrEqual(62);
});

it.each([
  ["the same instances", 1000, 60 * 20 + 52, () => 1],
  ["other instances", 10_000, 60 * 200 + 101, (number: number) => number],
])("an agent that answers at once with ever new indexes and %s is not asked without end", async (...given) => {
  const [, least, most, port] = given;
  const { clock, client } = open((_, number) => answer([entry(port(number))], number));
  await clock.advance(60_000);
  expect(client.calls.length).toBeGreaterThan(least);
  expect(client.calls.length).toBeLessThanOrEqual(most);
});

it("at rest it asks less than twice a minute", async () => {
  const { clock, client } = open(async ({ options }) => {
    if (options.index !== undefined) await new Promise<void>((resolve) => void clock.schedule(50_000, resolve));
    return answer([entry(1)], 5);
  });
  await clock.advance(3_600_000);
  expect(client.calls.length).toBeLessThanOrEqual(2 + 60 * 1.2);
});

it("a query may take its wait, a sixteenth of it and the time-out, and then the session fails", async () => {
  const { clock, failure, listings, client } = open((_, number) => (number === 1 ? answer([], 5) : never()));
  await clock.advance(50_000 + 50_000 / 16 + 3000 - 1);
  expect(client.cancelled).toHaveLength(0);
  await clock.advance(2);
  expect(failure()).toMatchObject({ code: "TIMED_OUT", retryable: true, adapter: "consul(orders)" });
  expect(listings).toHaveLength(1);
  expect(client.cancelled).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

it("the client's time-out is never shorter than ours", async () => {
  const { clock, client } = open((_, number) => (number === 1 ? answer([], 5) : never()));
  await clock.advance(1);
  expect(client.calls.map(({ options }) => options.timeout)).toEqual([4000, 57_125]);
});

it.each([429, 500, 502, 503])("%i ends the session, and is worth trying again", async (status) => {
  const { clock, failure, ports } = open((_, number) => {
    if (number === 1) return answer([entry(1)], 5);
    throw refusal(status, "No cluster leader");
  });
  await clock.advance(60_000);
  expect(failure()).toMatchObject({ code: "UNAVAILABLE", retryable: true });
  expect(failure().message).toContain("No cluster leader");
  expect(ports()).toEqual([[1]]);
});

it.each([
  ["an object", {}],
  ["a text", "<html>"],
  ["nothing", undefined],
  ["null", null],
])("an answer that is %s is no listing", async (_, body) => {
  const { clock, failure, listings } = open(() => answer(body, 5));
  await clock.advance(1);
  expect(failure()).toMatchObject({ code: "INVALID_RESPONSE", retryable: true });
  expect(listings).toEqual([]);
});

it("nobody left of what the token may not see is a failure, not an empty listing", async () => {
  const filtered = { "x-consul-results-filtered-by-acls": "true" };
  const { clock, failure, listings } = open(() => answer([], 5, filtered));
  await clock.advance(1);
  expect(failure()).toMatchObject({ code: "FORBIDDEN" });
  expect(failure().message).toContain("service:read");
  expect(listings).toEqual([]);
});

it("somebody left of what the token may not see is listed, and the rest is reported once", async () => {
  const filtered = { "x-consul-results-filtered-by-acls": "true" };
  const { clock, reports, ports } = open((_, number) =>
    number < 4 ? answer([entry(number)], number, filtered) : never(),
  );
  await clock.advance(1);
  expect(ports()).toEqual([[1], [2], [3]]);
  expect(reports.map(({ code }) => code)).toEqual(["FORBIDDEN"]);
});

it("nobody listed where Consul denies by default is an empty listing for who may read the service, and else a failure", async () => {
  const denying = { "x-consul-default-acl-policy": "deny" };
  const { clock, client, ports, failure } = open((_, number) => answer([], number, denying));
  let isAllowed = true;
  client.mayRead = () => isAllowed;
  await clock.advance(1);
  expect(ports()).toEqual([[]]);
  isAllowed = false;
  await clock.advance(1000);
  expect(failure()).toMatchObject({ code: "FORBIDDEN", retryable: false });
  expect(failure().message).toContain('service:read on "orders"');
  expect(failure().message).toContain("without a token");
});

it("abort cancels the query under way and leaves nothing", async () => {
  const { clock, client, abort, reading, failure } = open((_, number) => (number === 1 ? answer([], 5) : never()));
  await clock.advance(1);
  abort.abort();
  await reading;
  expect(client.cancelled).toHaveLength(1);
  expect(clock.pending).toBe(0);
  expect(failure).toThrow(); // there was none
});

it("options say what is asked", async () => {
  const { clock, client } = open(() => never(), {
    ...{ tag: ["blue", "new"], filter: "Service.Port == 1", datacenter: "dc2", partition: "p1", near: "_agent" },
    ...{ consistency: "stale", passingOnly: false, token: "t1" },
  });
  await clock.advance(1);
  const { ctx: _, timeout: __, ...options } = client.calls[0]?.options ?? {};
  expect(options).toEqual({
    ...{ service: "orders", tag: ["blue", "new"], filter: "Service.Port == 1", dc: "dc2", partition: "p1" },
    ...{ near: "_agent", stale: true, token: "t1" },
  });
});

it("a token that is a function is asked before each query", async () => {
  let rotation = 0;
  const { clock, client } = open((_, number) => (number < 3 ? answer([], number) : never()), {
    token: async () => `token-${++rotation}\n`,
  });
  await clock.advance(1);
  expect(client.calls.map(({ options }) => options.token)).toEqual(["token-1", "token-2", "token-3"]);
});

it.each([
  ["fails", () => Promise.reject(new Error("no such file")), "no such file"],
  ["gives no text", () => undefined as unknown as string, "not a token"],
  ["gives what no header can hold", () => "two\nlines", "not a token"],
])("a token function that %s is named", async (_, token, said) => {
  const { clock, failure, client } = open(() => never(), { token });
  await clock.advance(1);
  expect(failure()).toMatchObject({ code: "MISCONFIGURED", retryable: true });
  expect(failure().message).toContain(said);
  expect(failure().message).not.toContain("lines");
  expect(client.calls).toHaveLength(0);
});

it("a token function that never gives one times out", async () => {
  const { clock, failure } = open(() => never(), { token: () => never() });
  await clock.advance(3001);
  expect(failure()).toMatchObject({ code: "TIMED_OUT" });
});
