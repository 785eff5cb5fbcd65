/** What an answer's index means for what is asked next. */
export interface NextIndex {
  /** To ask with; undefined asks for the answer of now. */
  readonly index: bigint | undefined;
  /**
   * `new`: there may be a change. `same`: nothing has changed. `back`: the servers have started over, so ask afresh.
   * `none`: the answer says no index, so that nothing can be waited for.
   */
  readonly verdict: "back" | "new" | "none" | "same";
}

const NUMBER = /^\d{1,20}$/;

/**
 * Consul's rules for clients of blocking queries (its HTTP documentation, "Implementation details"): an index below 1
 * counts as 1, as 0 would be answered at once for ever; one that goes backwards starts over; and one that stays says
 * that nothing has changed. It has unsigned 64 bits.
 *
 * @param asked the index of the question
 * @param header the answer's `X-Consul-Index`
 */
export function nextIndex(asked: bigint | undefined, header: string | undefined): NextIndex {
  if (header === undefined || !NUMBER.test(header)) return { index: undefined, verdict: "none" };
  const answered = BigInt(header);
  const index = answered < 1n ? 1n : answered;
  if (asked === undefined || index > asked) return { index, verdict: "new" };
  return index < asked ? { index: undefined, verdict: "back" } : { index, verdict: "same" };
}
