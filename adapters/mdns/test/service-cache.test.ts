import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { ServiceCache } from "../src/browse/service-cache.js";
import { type DnsRecord, response } from "../src/dns/message.js";
import { answersOf, goodbye, recordsOf, TYPE } from "./support/records.js";

const HOST = "node-1-host.local";

function cache(maxInstances = 100) {
  const overflows: string[] = [];
  const options = { type: TYPE, random: seededRandom(1), maxInstances, onOverflow: () => overflows.push("overflow") };
  const service = new ServiceCache(options);
  return { service, overflows, take: (answers: DnsRecord[], now = 0) => service.take(response({ answers }), now) };
}

/** How many records are kept of a name that could have any. */
function kept({ service }: ReturnType<typeof cache>, name: string): number {
  return (["PTR", "SRV", "TXT", "A", "AAAA"] as const).reduce(
    (sum, type) => sum + service.records.count(name, type),
    0,
  );
}

describe("the cache of one service", () => {
  it.each([
    ["an address that no instance has", [recordsOf("node-1").address], HOST],
    ["a service record without a pointer to it", [recordsOf("node-1").srv], `node-1.${TYPE}`],
    ["a text record without a pointer to it", [recordsOf("node-1").txt], `node-1.${TYPE}`],
    ["a pointer of another service", [{ ...recordsOf("node-1").ptr, name: "_http._tcp.local" }], "_http._tcp.local"],
    ["a pointer to something that is no instance", [{ ...recordsOf("node-1").ptr, data: "x.local" }], TYPE],
  ])("does not keep %s", (_, answers, name) => {
    const some = cache();
    expect(some.take(answers)).toBe(false);
    expect(kept(some, name)).toBe(0);
  });

  it("keeps what belongs together, in whatever order it comes", () => {
    const some = cache();
    expect(some.take(answersOf("node-1").reverse())).toBe(true);
    expect([...some.service.instances()]).toMatchObject([{ addresses: ["10.0.0.7"], srv: { port: 7337 } }]);
    expect([...some.service.missing()]).toEqual([]);
  });

  it("forgets everything about an instance with its pointer", () => {
    const some = cache();
    some.take(answersOf("node-1"));
    some.take(goodbye([recordsOf("node-1").ptr]), 10);
    some.service.records.expire(2000);
    expect([TYPE, `node-1.${TYPE}`, HOST].map((name) => kept(some, name))).toEqual([0, 0, 0]);
  });

  it("keeps the addresses of a host as long as one instance is on it", () => {
    const some = cache();
    for (const label of ["one", "two"]) some.take(answersOf(label, { host: HOST }));
    some.take(goodbye([recordsOf("one").ptr]), 10);
    some.service.records.expire(2000);
    expect(kept(some, HOST)).toBe(1);
    some.take(goodbye([recordsOf("two").ptr]), 3000);
    some.service.records.expire(5000);
    expect(kept(some, HOST)).toBe(0);
  });

  it("is full at maxInstances, says so once, and again when it was not full in between", () => {
    const some = cache(2);
    for (const label of ["a", "b", "c", "d"]) some.take(answersOf(label));
    expect([...some.service.instances()]).toHaveLength(2);
    expect(some.overflows).toHaveLength(1);
    some.take(goodbye([recordsOf("a").ptr]), 10);
    some.service.records.expire(2000);
    for (const label of ["c", "d"]) some.take(answersOf(label), 3000);
    expect([...some.service.instances()].map(({ name }) => name)).toContain(`c.${TYPE}`);
    expect(some.overflows).toHaveLength(2);
  });

  it("goes on hearing of those it has when it is full", () => {
    const some = cache(1);
    some.take(answersOf("a"));
    some.take(answersOf("b"));
    some.take(answersOf("a", { port: 9 }), 100);
    expect([...some.service.instances()]).toMatchObject([{ srv: { port: 9 } }]);
  });
});
