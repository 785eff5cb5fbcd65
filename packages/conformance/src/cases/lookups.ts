import { isDiscoveryError } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { samePlaces, show, showError } from "../listings.js";
import { check, fail, outcome } from "../verdict.js";

/** Asking once. */
export const lookups = group("lookup", (it) => {
  it("a lookup gives what is registered", [], async (scene) => {
    const registered = scene.instances(3);
    await scene.add(...registered);
    const found = await (await scene.create()).lookup();
    check(
      samePlaces(found, registered),
      `lookup gave ${show(found)} while ${show(registered)} were registered: read the whole answer.`,
    );
  });

  it("a lookup gives an empty listing when nobody is registered", [], async (scene) => {
    const found = await (await scene.create()).lookup();
    const empty = Array.isArray(found) && found.length === 0;
    check(
      empty,
      `nobody was registered, yet lookup gave ${JSON.stringify(found)}: an empty answer is an empty listing.`,
    );
  });

  it("a lookup is not a memory of the one before", ["changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one);
    const discovery = await scene.create();
    await discovery.lookup();
    await scene.add(two);
    await scene.remove(one);
    const found = await discovery.lookup();
    check(
      samePlaces(found, [two]),
      `a second lookup gave ${show(found)}, not ${show([two])}: ask the backend each time.`,
    );
  });

  it("lookup and subscribe agree", [], async (scene) => {
    await scene.add(...scene.instances(4));
    const discovery = await scene.create();
    const listing = await scene.watch(discovery).next("yield the complete current listing first");
    const found = await discovery.lookup();
    check(
      samePlaces(listing, found),
      `subscribe gave ${show(listing)} but lookup ${show(found)}: both must apply the same filter and parsing.`,
    );
  });

  it("a lookup does not disturb a subscription", ["changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one);
    const discovery = await scene.create();
    const watcher = await scene.watching(discovery, [one]);
    await discovery.lookup();
    await scene.add(two);
    await watcher.until([one, two], "a lookup must not release or replace what a subscription uses");
  });

  it("a lookup whose signal is already aborted rejects with the signal's reason", [], async (scene) => {
    const reason = new Error("too late");
    const lookup = (await scene.create()).lookup({ signal: AbortSignal.abort(reason) });
    await rejectsWith(lookup, reason, scene.timing.releaseMs);
  });

  it("a lookup that is aborted in flight rejects with the signal's reason, at once", ["stall"], async (scene) => {
    const reason = new Error("enough");
    const abort = new AbortController();
    const discovery = await scene.create();
    await scene.stall();
    const lookup = discovery.lookup({ signal: abort.signal });
    lookup.catch(() => {});
    await outcome(lookup, Math.min(scene.timing.quietMs, scene.timing.lookupTimeoutMs / 4));
    abort.abort(reason);
    await rejectsWith(lookup, reason, scene.timing.releaseMs);
  });

  it("one lookup that is aborted does not disturb another", [], async (scene) => {
    await scene.add(scene.instance(1));
    const abort = new AbortController();
    const discovery = await scene.create();
    const aborted = discovery.lookup({ signal: abort.signal });
    const other = discovery.lookup();
    abort.abort();
    await outcome(aborted, scene.timing.releaseMs);
    const result = await outcome(other, scene.timing.settleMs);
    const advice = "requests share nothing but the connection";
    if (result.state === "pending") return fail(`the other lookup was never answered: ${advice}.`);
    if (result.state === "rejected")
      return fail(`the other lookup failed with ${showError(result.reason)}: ${advice}.`);
    check(result.value.length === 1, `the other lookup gave ${show(result.value)}: ${advice}.`);
  });

  it("a lookup that gets no answer fails with TIMED_OUT", ["stall"], async (scene) => {
    const discovery = await scene.create();
    await scene.stall();
    const ms = scene.timing.lookupTimeoutMs + scene.timing.settleMs;
    const result = await outcome(discovery.lookup(), ms);
    const advice =
      "give up with a DiscoveryError of code TIMED_OUT after the lookup time-out (lookupTimeoutMs of the harness " +
      `says ${scene.timing.lookupTimeoutMs} ms), or use defineDiscovery`;
    if (result.state === "pending") return fail(`lookup was still waiting after ${ms} ms: ${advice}.`);
    if (result.state === "fulfilled") return fail(`lookup gave ${show(result.value)} without an answer: ${advice}.`);
    check(
      isDiscoveryError(result.reason) && result.reason.code === "TIMED_OUT",
      `lookup failed with ${showError(result.reason)}: ${advice}.`,
    );
  });
});

async function rejectsWith(lookup: Promise<readonly unknown[]>, reason: Error, ms: number): Promise<void> {
  const result = await outcome(lookup, ms);
  const advice = "reject with signal.reason as soon as the signal aborts, or use defineDiscovery";
  if (result.state === "pending") return fail(`lookup was still waiting ${ms} ms after the abort: ${advice}.`);
  if (result.state === "fulfilled") return fail(`lookup gave a listing in spite of the abort: ${advice}.`);
  check(result.reason === reason, `lookup rejected with ${showError(result.reason)}, not the reason: ${advice}.`);
}
