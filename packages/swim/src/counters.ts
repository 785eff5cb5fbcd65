/** What has happened since the start, for metrics. All of them only grow. */
export interface SwimCounters {
  /** Probes begun, one per protocol period. */
  readonly probes: number;
  /** Probes that nobody answered in time, directly or through others. */
  readonly failedProbes: number;
  /** Probes that were answered through others alone. */
  readonly indirectAnswers: number;
  /** Suspicions that this node began or confirmed by evidence of its own. */
  readonly suspicions: number;
  /** Verdicts `unreachable` that this node came to itself. */
  readonly verdicts: number;
  /** Suspicions of this node that it has refuted. */
  readonly refutations: number;
  /** Stalls of this process that were noticed. */
  readonly stalls: number;
  /** Updates about somebody who is no member, ignored. */
  readonly unknownMembers: number;
  /** Answers to questions that are no longer open. What they say of the sender is taken in all the same. */
  readonly lateAnswers: number;
  /** Pieces of news dropped before they had been sent as often as they should. */
  readonly expiredNews: number;
  /** Requests to ping somebody answered with a nack at once, because too many were under way. */
  readonly refusedRequests: number;
  /** Checks of a suspicion left out, because there had been enough in this interval. */
  readonly skippedChecks: number;
  /** Refused connections after which nobody was asked, because the last answer is fresh enough. */
  readonly skippedInquiries: number;
}

/** The same, to be counted up. */
export type Counting = { -readonly [Name in keyof SwimCounters]: SwimCounters[Name] };

export function countFromZero(): Counting {
  return {
    probes: 0,
    failedProbes: 0,
    indirectAnswers: 0,
    suspicions: 0,
    verdicts: 0,
    refutations: 0,
    stalls: 0,
    unknownMembers: 0,
    lateAnswers: 0,
    expiredNews: 0,
    refusedRequests: 0,
    skippedChecks: 0,
    skippedInquiries: 0,
  };
}
