import { inspect } from "node:util";
import type { DiscoveryError } from "@rollcall/core";
import Consul from "consul";
import { expect, it, onTestFinished } from "vitest";
import { type ConsulDiscoveryOptions, consulDiscovery } from "../src/index.js";
import { ConsulStandIn, type FaultyAnswer } from "./support/consul-stand-in.js";
import { entry } from "./support/scripted-client.js";

async function scene(more: Partial<ConsulDiscoveryOptions> = {}) {
  const consul = await ConsulStandIn.start();
  onTestFinished(() => consul[Symbol.asyncDispose]());
  const discovery = consulDiscovery({ service: "orders", url: consul.url, ...more });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { consul, discovery };
}

function failureOf(promise: Promise<unknown>): Promise<DiscoveryError> {
  return promise.then(
    (value) => expect.fail(`it did not fail, and gave ${JSON.stringify(value)}`),
    (error) => error,
  );
}

const WITH_TOKEN = { token: "s3cret-token" };
const LONG = Array.from({ length: 100 }, (_, index) => entry(index + 1));

it.each<[string, FaultyAnswer, string]>([
  ["that is cut off in the middle", { body: LONG, cutAfter: 1000 }, "UNAVAILABLE"],
  [
    "whose end is missing",
    { body: JSON.stringify(LONG).slice(0, -5), headers: { "content-type": "application/json" } },
    "INVALID_RESPONSE",
  ],
  ["that is a page", { body: "<html>welcome</html>", headers: { "content-type": "text/html" } }, "INVALID_RESPONSE"],
  ["that is of no type", { body: "[]", headers: { "content-type": "application/octet-stream" } }, "INVALID_RESPONSE"],
  ["that is an object", { body: {} }, "INVALID_RESPONSE"],
  ["without a body", { status: 204 }, "INVALID_RESPONSE"],
  ["that is a redirection", { status: 302, headers: { location: "/elsewhere" } }, "MISCONFIGURED"],
  ["429", { status: 429, body: "Your IP is issuing too many concurrent connections" }, "UNAVAILABLE"],
  ["500", { status: 500, body: "No cluster leader" }, "UNAVAILABLE"],
  ["503", { status: 503, body: "" }, "UNAVAILABLE"],
])("an answer %s fails the lookup and the subscription at once, without a secret", async (_, fault, code) => {
  const { consul, discovery } = await scene(WITH_TOKEN);
  consul.fault = () => fault;
  const before = performance.now();
  const ofLookup = await failureOf(discovery.lookup());
  const ofSubscription = await failureOf(discovery.subscribe()[Symbol.asyncIterator]().next());
  expect(performance.now() - before).toBeLessThan(2500);
  for (const error of [ofLookup, ofSubscription]) {
    expect(error).toMatchObject({ code, adapter: "consul(orders)" });
    expect(error.message).toContain(consul.url);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("s3cret");
  }
});

it("a blocking query that is cut off fails the session at once, and not when its wait is over", async () => {
  const { consul, discovery } = await scene();
  consul.fault = ({ query }) => (query.has("index") ? { body: LONG, cutAfter: 1000 } : undefined);
  const subscription = discovery.subscribe()[Symbol.asyncIterator]();
  expect((await subscription.next()).value).toEqual([]);
  expect(await failureOf(subscription.next())).toMatchObject({ code: "UNAVAILABLE", retryable: true });
});

it("a session keeps to one connection", async () => {
  const { consul, discovery } = await scene();
  const subscription = discovery.subscribe()[Symbol.asyncIterator]();
  for (const port of [1, 2, 3]) {
    consul.catalog.register({ Name: "orders", ID: String(port), Address: "10.0.0.1", Port: port });
    await subscription.next();
  }
  expect(consul.askedFor("/v1/health/").length).toBeGreaterThanOrEqual(3);
  expect(consul.connections).toBe(1);
});

it("the token goes with every request, and nowhere else than into its header", async () => {
  const { consul, discovery } = await scene(WITH_TOKEN);
  await using _ = await discovery.announce({ host: "10.0.0.1", port: 7001 });
  await discovery.lookup();
  expect(consul.asked.length).toBeGreaterThanOrEqual(3);
  for (const { headers, path, query } of consul.asked) {
    expect(headers["x-consul-token"]).toBe("s3cret-token");
    expect(`${path}?${query}`).not.toContain("s3cret");
  }
});

it("user name and password in the url are sent to the proxy and are in no error", async () => {
  const { consul } = await scene();
  const url = consul.url.replace("//", "//user:s3cret@");
  const discovery = consulDiscovery({ service: "orders", url });
  await discovery.lookup();
  expect(consul.asked.at(-1)?.headers.authorization).toMatch(/^Basic /);
  consul.refuse();
  const error = await failureOf(discovery.lookup());
  expect(inspect(error, { depth: 20 })).not.toContain("s3cret");
  expect(error.message).toContain(consul.url);
});

it("a namespace goes with every request", async () => {
  const { consul, discovery } = await scene({ namespace: "team-a" });
  await using _ = await discovery.announce({ host: "10.0.0.1", port: 7001 });
  await discovery.lookup();
  for (const { headers } of consul.asked) expect(headers["x-consul-namespace"]).toBe("team-a");
});

it("a client that is given is used, with its token, and stays open; cut answers are noticed there too", async () => {
  const { consul } = await scene();
  const client = new Consul({ host: "127.0.0.1", port: consul.port, defaults: { token: "of-the-client" } });
  onTestFinished(() => client.destroy());
  const discovery = consulDiscovery({ service: "orders", client });
  consul.catalog.register({ Name: "orders", ID: "1", Address: "10.0.0.1", Port: 1 });
  expect(await discovery.lookup()).toHaveLength(1);
  expect(consul.asked[0]?.headers["x-consul-token"]).toBe("of-the-client");
  consul.fault = () => ({ body: LONG, cutAfter: 1000 });
  expect(await failureOf(discovery.lookup())).toMatchObject({ code: "UNAVAILABLE" });
  consul.fault = undefined;
  await discovery[Symbol.asyncDispose]();
  expect(await client.health.service("orders")).toHaveLength(1);
});
