/** What is believed of a member, in the order in which one belief overrides another of the same incarnation. */
export const STATUS = Object.freeze({ reachable: 0, suspect: 1, unreachable: 2 } as const);

export type Reachability = keyof typeof STATUS;

/** A {@link Reachability} as it goes over the wire. */
export type Status = (typeof STATUS)[Reachability];

/** The names, by {@link Status}. */
export const REACHABILITIES: readonly Reachability[] = Object.freeze(["reachable", "suspect", "unreachable"] as const);

/**
 * One piece of news: what is believed of a member. The higher incarnation overrides the lower, and within an incarnation
 * the worse status the better (SWIM, section 4.2). Only the member itself makes its incarnation higher.
 *
 * The suspecters of one suspicion, each of which found out by itself, are merged: more of them make it shorter.
 */
export type Update = readonly [id: string, incarnation: number, status: Status, suspecters?: readonly string[]];

/** The most that is accepted from the wire, whatever the options are. */
export const LIMITS = Object.freeze({
  /** Updates in one message. */
  updates: 64,
  /** Ids in the list of suspecters of an update. */
  suspecters: 16,
  /** UTF-16 code units in an id. */
  idLength: 128,
  /** The highest incarnation, sequence number and duration. */
  number: 0xffffffff,
});

export const NO_UPDATES: readonly Update[] = Object.freeze([]);
