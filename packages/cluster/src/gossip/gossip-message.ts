import type { Digest } from "../membership/digest.js";
import type { MembershipEntry } from "../membership/membership-entry.js";

/** News, pushed at once to those who may not have it. */
export interface PushMessage {
  readonly kind: "push";
  readonly entries: readonly MembershipEntry[];
  /** Whether the receiver should pass on what is new to it. */
  readonly forward: boolean;
  /** Whether this is all that the sender holds, so that the receiver can tell it what it lacks. */
  readonly greeting: boolean;
}

/** "This is what I hold", in a few bytes whatever the size of the cluster. */
export interface DigestMessage {
  readonly kind: "digest";
  readonly digest: Digest;
  /**
   * `different`: a summary is asked for if the receiver holds something else; `always`: a digest is asked for even if
   * it does not; `no`: it is a report.
   */
  readonly answer: "no" | "different" | "always";
}

/** The hash of every entry held, eight bytes each. Sent when digests differ. */
export interface SummaryMessage {
  readonly kind: "summary";
  readonly hashes: readonly Digest[];
}

/** What a summary lacked, and the hashes that it had and we lack. */
export interface DeltaMessage {
  readonly kind: "delta";
  readonly entries: readonly MembershipEntry[];
  readonly wanted: readonly Digest[];
}

export type GossipMessage = PushMessage | DigestMessage | SummaryMessage | DeltaMessage;

/** Whoever would begin a cluster asks for votes; see `FormationVote`. */
export interface BallotMessage {
  readonly kind: "ballot";
  readonly number: number;
}

/** The answer to that. */
export interface VoteMessage {
  readonly kind: "vote";
  /** The ballot; if it is not granted, the one that the sender has voted in. */
  readonly number: number;
  readonly granted: boolean;
  /** For whom the sender has voted before. */
  readonly earlier: readonly string[];
  /** The highest number that the sender has ever seen given to a member that became up. */
  readonly lastUpNumber: number;
}

/** What nodes tell each other about the cluster. */
export type ClusterMessage = GossipMessage | BallotMessage | VoteMessage;
