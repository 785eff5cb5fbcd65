import { getEventListeners } from "node:events";
import { sleep, systemClock } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { check, fail, within } from "../verdict.js";

const NORMALLY = "abort ends the iteration normally, without throwing the reason";
const AT_ONCE = "abort has to end the iteration at once, whatever is in flight; or use defineDiscovery";

/** How the consumer ends a subscription: by its signal, by `break`, by `return()`. */
export const endings = group("endings", (it) => {
  it("a signal that is already aborted yields nothing", [], async (scene) => {
    await scene.add(scene.instance(1));
    const watcher = scene.watch(await scene.create(), { signal: AbortSignal.abort(new Error("too late")) });
    await watcher.ends("look at signal.aborted before doing anything");
  });

  it("abort between subscribe and the first read yields nothing", [], async (scene) => {
    await scene.add(scene.instance(1));
    const abort = new AbortController();
    const watcher = scene.watch(await scene.create(), { signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    await watcher.ends("look at signal.aborted when the first listing is asked for");
  });

  it("abort while a change is awaited ends the iteration", [], async (scene) => {
    const abort = new AbortController();
    const watcher = await scene.settled(undefined, { signal: abort.signal });
    watcher.ask();
    abort.abort(new Error("enough"));
    await watcher.ends(NORMALLY);
  });

  it("abort between two reads ends the iteration", [], async (scene) => {
    const abort = new AbortController();
    const watcher = await scene.settled(undefined, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await watcher.ends(NORMALLY);
  });

  it("abort while the first request is in flight ends the iteration at once", ["stall"], async (scene) => {
    const abort = new AbortController();
    const discovery = await scene.create();
    await scene.stall();
    const watcher = scene.watch(discovery, { signal: abort.signal });
    await watcher.inFlight();
    abort.abort(new Error("enough"));
    await watcher.ends(AT_ONCE);
  });

  it("nothing is yielded after abort, whatever changes", ["changes"], async (scene) => {
    const abort = new AbortController();
    const watcher = await scene.settled(undefined, { signal: abort.signal });
    const witness = await scene.settled();
    await scene.add(scene.instance(1));
    await witness.until([scene.resident, scene.instance(1)], "yield the complete listing after each change");
    abort.abort(); // while the change may be waiting to be read
    await watcher.ends("drop what has not been read when the signal aborts");
    await scene.add(scene.instance(2));
    await watcher.ends("an iteration that has ended stays ended");
  });

  it("break ends the subscription", [], async (scene) => {
    await scene.add(scene.instance(1));
    const iterable = (await scene.create()).subscribe();
    const iterator = iterable[Symbol.asyncIterator]();
    const readOne = async () => {
      for await (const listing of { [Symbol.asyncIterator]: () => iterator }) return listing;
      return fail("the subscription ended before its first listing.");
    };
    const late = "break did not take effect: return() must release without waiting for the network";
    await within(readOne(), scene.timing.settleMs, late);
    const after = await within(iterator.next(), scene.timing.releaseMs, "next() after break must give { done: true }");
    check(after.done, "yielded another listing after break: an iteration that has ended stays ended.");
  });

  it("return() ends the iteration while a change is awaited", [], async (scene) => {
    const watcher = await scene.settled();
    watcher.ask();
    await watcher.returns();
  });

  it("return() ends the iteration while the first request is in flight", ["stall"], async (scene) => {
    const discovery = await scene.create();
    await scene.stall();
    const watcher = scene.watch(discovery);
    await watcher.inFlight();
    await watcher.returns();
  });

  it("return() before the first read ends the iteration", [], async (scene) => {
    await scene.add(scene.instance(1));
    const watcher = scene.watch(await scene.create());
    await watcher.returns();
  });

  it("the caller's signal carries no listener afterwards", [], async (scene) => {
    const { signal } = new AbortController();
    const before = getEventListeners(signal, "abort").length;
    await scene.inhabit();
    const discovery = await scene.create();
    const watcher = await scene.settled(discovery, { signal });
    await watcher.close();
    await discovery.lookup({ signal });
    // Cleaning up may take a turn or two of the event loop.
    const deadline = performance.now() + scene.timing.releaseMs;
    const left = () => getEventListeners(signal, "abort").length - before;
    while (left() > 0 && performance.now() < deadline) await sleep(systemClock, 5);
    check(
      left() <= 0,
      `${left()} abort listener(s) stayed on the caller's signal after break and lookup: ` +
        "remove them, or a signal that lives as long as the process collects them.",
    );
  });
});
