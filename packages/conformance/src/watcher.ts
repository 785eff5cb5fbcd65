import { type Listing, type ServiceInstance, sameListing } from "@rollcall/core";
import type { Timing } from "./harness.js";
import { samePlaces, show, showError } from "./listings.js";
import { fail, type Outcome, outcome, within } from "./verdict.js";

/** Long enough for a request to be written to a socket. */
const DEPARTURE_MS = 50;

/**
 * Reads one subscription on behalf of a case: each method waits for one thing, within a bound, and fails the case with
 * what was seen instead. A read that was still pending when a wait ended is continued by the next one.
 */
export class Watcher {
  /** The newest listing read. */
  last: Listing | undefined;
  readonly #iterator: AsyncIterator<Listing>;
  readonly #timing: Timing;
  #pending: Promise<IteratorResult<Listing>> | undefined;

  constructor(subscription: AsyncIterable<Listing>, timing: Timing) {
    this.#iterator = subscription[Symbol.asyncIterator]();
    this.#timing = timing;
  }

  /** Asks for the next listing without waiting for it. */
  ask(): void {
    if (this.#pending !== undefined) return;
    this.#pending = this.#iterator.next();
    this.#pending.catch(() => {});
  }

  /** The next listing, whatever it is. */
  async next(advice: string): Promise<Listing> {
    const seen = await this.#read(this.#timing.settleMs);
    if (seen.state === "rejected") return fail(`the subscription failed with ${showError(seen.reason)}: ${advice}.`);
    if (seen.state === "pending") return fail(`no listing came within ${this.#timing.settleMs} ms: ${advice}.`);
    if (seen.value.done) return fail(`the subscription ended by itself: ${advice}.`);
    return seen.value.value;
  }

  /** Reads until the listing holds exactly these places, at most `settleMs` in all. */
  async until(expected: readonly ServiceInstance[], advice: string): Promise<Listing> {
    const deadline = performance.now() + this.#timing.settleMs;
    for (;;) {
      const seen = await this.#read(Math.max(0, deadline - performance.now()));
      const instead = this.last === undefined ? "there was no listing" : `the last listing was ${show(this.last)}`;
      const wanted = `expected ${show(expected)}, but`;
      if (seen.state === "rejected") return fail(`${wanted} it failed with ${showError(seen.reason)}: ${advice}.`);
      if (seen.state === "pending") return fail(`${wanted} after ${this.#timing.settleMs} ms ${instead}: ${advice}.`);
      if (seen.value.done) return fail(`${wanted} the subscription ended and ${instead}: ${advice}.`);
      if (samePlaces(seen.value.value, expected)) return seen.value.value;
    }
  }

  /** Sees that nothing comes for `quietMs`: no listing, no end, no error. */
  async silence(advice: string): Promise<void> {
    const before = this.last;
    const seen = await this.#read(this.#timing.quietMs);
    if (seen.state === "pending") return;
    if (seen.state === "rejected") return fail(`the subscription failed with ${showError(seen.reason)}: ${advice}.`);
    if (seen.value.done) return fail(`the subscription ended by itself: ${advice}.`);
    const listing = seen.value.value;
    if (before !== undefined && sameListing(before, listing)) {
      fail(`yielded the same set twice (${show(listing)}): compare sets before yielding, or use defineDiscovery.`);
    }
    fail(`yielded ${show(listing)} after ${show(before ?? [])} although nothing had changed: ${advice}.`);
  }

  /** Sees that for `quietMs` nothing else is listed than before; repeating it is the business of other cases. */
  async stays(advice: string): Promise<void> {
    const expected = this.last ?? [];
    const deadline = performance.now() + this.#timing.quietMs;
    for (;;) {
      const seen = await this.#read(Math.max(0, deadline - performance.now()));
      if (seen.state === "pending") return;
      if (seen.state === "rejected") return fail(`the subscription failed with ${showError(seen.reason)}: ${advice}.`);
      if (seen.value.done) return fail(`the subscription ended by itself: ${advice}.`);
      const listing = seen.value.value;
      if (!samePlaces(listing, expected)) fail(`${show(listing)} was listed after ${show(expected)}: ${advice}.`);
    }
  }

  /** Sees that the iteration ends normally, within `releaseMs`. */
  async ends(advice: string): Promise<void> {
    const seen = await this.#read(this.#timing.releaseMs);
    if (seen.state === "fulfilled" && seen.value.done) return;
    if (seen.state === "fulfilled") return fail(`yielded ${show(seen.value.value)} instead of ending: ${advice}.`);
    if (seen.state === "rejected") return fail(`threw ${showError(seen.reason)} instead of ending: ${advice}.`);
    fail(`had not ended after ${this.#timing.releaseMs} ms: ${advice}.`);
  }

  /** Sees that the next thing that happens is an error, within `settleMs`, and gives it back. */
  async fails(advice: string): Promise<unknown> {
    const seen = await this.#read(this.#timing.settleMs);
    if (seen.state === "rejected") return seen.reason;
    if (seen.state === "pending") return fail(`did not fail within ${this.#timing.settleMs} ms: ${advice}.`);
    if (seen.value.done) return fail(`ended as if it had been asked to: ${advice}.`);
    return fail(`yielded ${show(seen.value.value)} instead of failing: ${advice}.`);
  }

  /** Asks for a listing that a stalled backend withholds, and gives the request time to leave: nothing tells that it has. */
  async inFlight(): Promise<void> {
    const seen = await this.#read(Math.min(DEPARTURE_MS, this.#timing.releaseMs));
    if (seen.state === "rejected") return fail(`failed with ${showError(seen.reason)} before an answer could be late.`);
    if (seen.state === "fulfilled") fail("a listing came from a stalled backend: stall() must withhold answers.");
  }

  /** Calls `return()` as `break` does, also while a read is pending, and sees that it takes effect. */
  async returns(): Promise<void> {
    const late =
      "return() did not resolve: a plain async generator queues it behind the pending read; " +
      "end that read by a signal of your own, or use defineDiscovery";
    await within(this.close(), this.#timing.releaseMs, late);
    await this.ends("after return() every read, also the pending one, gives { done: true }");
  }

  /** Calls `return()`, as `break` does, also while a read is pending. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #read(ms: number): Promise<Outcome<IteratorResult<Listing>>> {
    this.ask();
    const seen = await outcome(this.#pending as Promise<IteratorResult<Listing>>, ms);
    if (seen.state === "pending") return seen;
    this.#pending = undefined;
    if (seen.state === "fulfilled" && !seen.value.done) this.last = seen.value.value;
    return seen;
  }
}
