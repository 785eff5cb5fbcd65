import type { DiscoveryError } from "./discovery-error.js";
import type { Listing } from "./service-instance.js";

/** What both ways of asking a discovery take. */
export interface DiscoveryRequest {
  /**
   * Gives up and releases everything at once. An aborted `subscribe` ends its iteration normally; an aborted
   * `lookup` rejects with the signal's reason.
   */
  readonly signal?: AbortSignal;
  /**
   * Hears of trouble that does not end the request: a record that could not be read and was left out
   * (`MALFORMED_RECORD`), a renewal that failed and will be tried again. Must not throw.
   */
  readonly report?: (problem: DiscoveryError) => void;
}

/**
 * Says where nodes may be. The whole contract an adapter has to meet; `@rollcall/conformance` checks it.
 *
 * Any object of this shape will do: nothing in Rollcall asks `instanceof`. Most adapters are made with
 * {@link defineDiscovery}, which needs one method and supplies the rest.
 */
export interface ServiceDiscovery extends Partial<AsyncDisposable> {
  /** Mechanism and what is looked for, such as `consul(orders)`; appears in logs and in `cluster.explain()`. */
  readonly name: string;

  /**
   * Asks once. Fails with a `DiscoveryError`; with `TIMED_OUT` after the adapter's time-out (3 s unless set otherwise).
   */
  lookup(request?: DiscoveryRequest): Promise<Listing>;

  /**
   * One session with the mechanism: the current listing first, then a complete listing after each change, never the
   * same set twice in a row. A slow consumer gets the newest listing, not a queue. Trouble throws a `DiscoveryError`
   * and so ends the session; opening another is the business of {@link supervise}, not of the adapter.
   * Subscriptions are independent of each other.
   */
  subscribe(request?: DiscoveryRequest): AsyncIterable<Listing>;

  /** Ends every subscription and announcement made through this object. Idempotent, and safe before any use. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
