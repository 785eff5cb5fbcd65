import type { WireType } from "./wire/wire-type.js";

/** Settings for actors. Durations are milliseconds. */
export interface ActorSettings {
  /** How long a call waits for its answer, unless it says otherwise. Default 5,000. */
  callTimeoutMs: number;
  /** How many calls may wait for one actor. Default 10,000; more fail with `MAILBOX_FULL`. */
  mailboxSize: number;
  /** How many calls to one node may be in flight. Default 100,000; more fail with `TOO_MANY_CALLS`. */
  maxCallsInFlight: number;
  /**
   * The most that the arguments of a call, or its result, may take, in bytes. Default 1 MiB, and never more
   * than a quarter of `settings.association.maxFrameBytes`.
   */
  maxMessageBytes: number;
  /** How deep arrays, maps and objects may be nested in a message. Default 256. */
  maxDepth: number;
  /** Whether errors that cross nodes bring their stack along: it tells callers about this program. Default false. */
  exposeStacks: boolean;
  /**
   * Classes whose objects cross nodes as what they are; errors too. All other objects arrive as plain ones. The same on
   * all nodes. Default none.
   */
  types: readonly WireType[];
  /** How many dead letters wait for a subscriber that does not read. Default 1,000; then it misses the oldest. */
  deadLettersBuffered: number;
}
