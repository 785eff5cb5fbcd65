/**
 * The numbers a detector keeps to. Durations are in milliseconds. All are optional; `SWIM_PRESETS` has the values for
 * one machine, a local and a wide area network, and the README says how they were chosen.
 */
export interface SwimOptions {
  /**
   * How often a member is probed, on average, and how long a probe may take, indirect attempts included: the protocol
   * period (SWIM, section 3.1). Shorter finds failures sooner, and costs two messages a period and node. Multiplied by bad local
   * health.
   */
  readonly probeIntervalMs: number;
  /**
   * How many members are probed at the same time, so many intervals apart, as far as there are so many; one in bad
   * health. What costs a node at rest is to be woken, so two at a time cost little more than half of one by one, and find
   * failures as fast but for a sixth of an interval.
   */
  readonly probesAtOnce: number;
  /**
   * How long to wait for the probed one itself before others are asked to try; the rest of the interval is theirs.
   * Shorter than the interval, and longer than nearly every round trip. Multiplied by bad local health.
   */
  readonly probeTimeoutMs: number;
  /** How many others are asked to probe a member that does not answer (SWIM, section 3.1, k). At least 0. */
  readonly indirectProbes: number;
  /**
   * How long a suspicion lasts that enough others share, before the member counts as unreachable. It is what a member
   * has left to speak up once it is known to be suspected.
   */
  readonly suspicionMinMs: number;
  /** How long it lasts while nobody shares it. At least `suspicionMinMs`. */
  readonly suspicionMaxMs: number;
  /**
   * How many must share a suspicion to make it the shortest (Lifeguard, section IV-B, K). Fewer do where there are not
   * so many. 0 makes every suspicion the shortest, as in SWIM without Lifeguard.
   */
  readonly confirmations: number;
  /** How often news goes out apart from probes while there is some. What is new goes out at once, a few times. */
  readonly gossipIntervalMs: number;
  /** To how many members at a time. At least 1. */
  readonly gossipFanout: number;
  /** λ: each piece of news is sent ⌊λ · log2(n + 1)⌋ times by each node (SWIM, section 4.1). */
  readonly retransmitFactor: number;
  /** How many pieces of news go into one message. 1 to 64. */
  readonly maxUpdatesPerMessage: number;
  /** The worst state of local health (Lifeguard, section IV-A, S). 0 switches local health off. */
  readonly maxLocalHealth: number;
  /** Whether who is suspected is told so by whoever suspects or probes it (Lifeguard, section IV-C, "buddy system"). */
  readonly buddy: boolean;
  /** Whoever is woken later than this has stalled. More than timers are late by nature; less than the time-out. */
  readonly stallThresholdMs: number;
  /**
   * How many members, on average, look after a suspicion of which they hear, and try somebody again who is unreachable:
   * in a small cluster all, in a large one a random few, so that the one in question is not overrun. 0: nobody looks
   * after suspicions, and confirmations come from the usual probes.
   */
  readonly checkers: number;
  /** How many such checks a node makes per probe interval at most; what is over is left out. At least 1. */
  readonly checksPerInterval: number;
  /**
   * When one of those asked agrees that a member refuses connections: how much longer to wait for the others, one of
   * which may have heard from it.
   */
  readonly refusalPatienceMs: number;
  /** With nobody else to ask: how many refused connections are proof … */
  readonly loneRefusals: number;
  /** … if they are spread over at least this time. */
  readonly loneRefusalSpanMs: number;
  /** How often who has just become unreachable is tried again, ten times; later it is once in a while. */
  readonly recheckIntervalMs: number;
}

/** Options as a caller may write them. What is left out is as in the preset `lan`. */
export type SwimOptionsInput = { readonly [Name in keyof SwimOptions]?: SwimOptions[Name] | undefined };
