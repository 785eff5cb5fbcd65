import { DISCOVERY_ERROR_CODES, type DiscoveryError, isDiscoveryError } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { show, showError } from "../listings.js";
import type { Scene } from "../scene.js";
import { check, fail, outcome } from "../verdict.js";

const NOT_EMPTY = "failure is not emptiness: throw a DiscoveryError, since an empty listing says that nobody is there";
const ONE_SESSION =
  "a subscription is one session: when the backend is away throw and leave trying again to supervise, " +
  "and watch connections that can go quiet";

/** What trouble looks like from outside. */
export const failures = group("failures", (it) => {
  it("a lookup fails while the backend is away", ["unavailability"], async (scene) => {
    await scene.add(scene.instance(1));
    const discovery = await scene.create();
    await scene.makeUnavailable();
    await lookupFails(scene, discovery.lookup());
  });

  it("a subscription fails when the backend is away", ["unavailability"], async (scene) => {
    await scene.add(scene.instance(1));
    const discovery = await scene.create();
    await scene.makeUnavailable();
    await scene.watch(discovery).fails(`${NOT_EMPTY}; ${ONE_SESSION}`);
  });

  it(
    "a subscription fails when the backend goes away, and does not empty itself",
    ["unavailability"],
    async (scene) => {
      const registered = scene.instances(2);
      await scene.add(...registered);
      const watcher = await scene.watching(await scene.create(), registered);
      await scene.makeUnavailable();
      await watcher.fails(`${NOT_EMPTY}; ${ONE_SESSION}`);
    },
  );

  it("every subscriber hears of the failure", ["unavailability"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    const watchers = [await scene.settled(discovery), await scene.settled(discovery)];
    await scene.makeUnavailable();
    for (const watcher of watchers) await watcher.fails("trouble ends all subscriptions, not the first one alone");
  });

  it("a session that failed is over, even when the backend comes back", ["unavailability"], async (scene) => {
    await scene.add(scene.instance(1));
    const watcher = await scene.watching(await scene.create(), scene.instances(1));
    await scene.makeUnavailable();
    await watcher.fails(ONE_SESSION);
    await watcher.ends("an iteration that has thrown gives { done: true } from then on");
    await scene.restore();
    await scene.add(scene.instance(2));
    await watcher.ends("a session that failed does not open itself again");
  });

  it("a new session works once the backend is back", ["unavailability"], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const discovery = await scene.create();
    const before = await scene.watching(discovery, registered);
    await scene.makeUnavailable();
    await before.fails(ONE_SESSION);
    await scene.restore();
    const after = scene.watch(discovery);
    await after.until(registered, "nothing of the failed session may stay in the way: make a new connection");
    const found = await discovery.lookup();
    check(found.length === registered.length, `a lookup after the outage gave ${show(found)}.`);
  });

  it("an outage says its code, the discovery's name and what happened", ["unavailability"], async (scene) => {
    const discovery = await scene.create();
    await scene.makeUnavailable();
    checkShape(await lookupFails(scene, discovery.lookup()), discovery.name, "lookup");
    checkShape(await scene.watch(discovery).fails(NOT_EMPTY), discovery.name, "subscribe");
  });

  it("an outage is marked as worth trying again", ["unavailability"], async (scene) => {
    const discovery = await scene.create();
    await scene.makeUnavailable();
    for (const error of [await lookupFails(scene, discovery.lookup()), await scene.watch(discovery).fails(NOT_EMPTY)]) {
      const { retryable } = error as Partial<DiscoveryError>;
      check(
        retryable === true,
        `${showError(error)} has retryable ${JSON.stringify(retryable)} although it passes by itself: ` +
          "use code UNAVAILABLE, or set retryable; callers give up on what is not.",
      );
    }
  });

  it("an announcement is refused while the backend is away", ["unavailability", "announce"], async (scene) => {
    const discovery = await scene.createAnnouncer();
    await scene.makeUnavailable();
    const result = await outcome(discovery.announce(scene.instance(1)), scene.timing.settleMs);
    const advice = "the first registration must succeed or reject with a DiscoveryError; only renewals go on trying";
    if (result.state === "pending") return fail(`announce neither resolved nor rejected: ${advice}.`);
    if (result.state === "fulfilled") return fail(`announce resolved although nothing can be registered: ${advice}.`);
    check(isDiscoveryError(result.reason), `announce threw ${showError(result.reason)}: ${advice}.`);
  });
});

async function lookupFails(scene: Scene, lookup: Promise<readonly unknown[]>): Promise<unknown> {
  const ms = Math.max(scene.timing.settleMs, scene.timing.lookupTimeoutMs);
  const result = await outcome(lookup, ms);
  if (result.state === "pending") return fail(`lookup neither resolved nor rejected within ${ms} ms: ${ONE_SESSION}.`);
  if (result.state === "fulfilled") return fail(`lookup gave ${result.value.length} instances: ${NOT_EMPTY}.`);
  if (isDiscoveryError(result.reason)) return result.reason;
  return fail(
    `lookup threw ${showError(result.reason)}, which is not a DiscoveryError: wrap it with toDiscoveryError.`,
  );
}

function checkShape(error: unknown, name: string, way: string): void {
  check(
    isDiscoveryError(error),
    `${way} threw ${showError(error)}, which is not a DiscoveryError: wrap it with toDiscoveryError.`,
  );
  check(
    Object.hasOwn(DISCOVERY_ERROR_CODES, error.code),
    `the error from ${way} has code ${JSON.stringify(error.code)}: use one of DISCOVERY_ERROR_CODES.`,
  );
  check(
    error.adapter === name,
    `the error from ${way} has adapter ${JSON.stringify(error.adapter)}, not ${JSON.stringify(name)}: ` +
      "pass the discovery's name, so that a log line tells which of several discoveries it was.",
  );
  check(
    typeof error.retryable === "boolean",
    `the error from ${way} has retryable ${JSON.stringify(error.retryable)}: set true or false.`,
  );
  check(
    error.message.trim().length > error.code.length,
    `the error from ${way} says only ${JSON.stringify(error.message)}: name the server or file and what to try.`,
  );
  const { cause } = error;
  check(
    cause === undefined || (cause !== null && cause !== error),
    `the error from ${way} has no usable cause: pass what was caught as { cause }, or leave it out.`,
  );
}
