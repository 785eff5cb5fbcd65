/** How soon an endpoint that answered no is tried again while it stays listed. */
export type RejectionPace =
  /** With the usual backoff: the reason is expected to pass by itself within seconds. */
  | "backoff"
  /** At the slow final pace from the first time on: only somebody changing something makes the answer another one. */
  | "permanent";

/**
 * The pace per rejection code. Nothing is given up for good, because a listing outlives the process behind an address:
 * the next one there may be of our system, upgraded, or have the right secret. Codes that are not in the table are
 * tried again with the usual backoff.
 */
export const REJECTION_PACE: Readonly<Record<string, RejectionPace>> = Object.freeze({
  WRONG_SYSTEM: "permanent",
  INCOMPATIBLE_PROTOCOL: "permanent",
  UNAUTHENTICATED: "permanent",
  CERTIFICATE_REFUSED: "permanent",
  // The hook of a node decided so; it may decide otherwise when somebody has changed what it goes by.
  NOT_ADMITTED: "permanent",
  // Somebody has to raise a limit, or a member to go.
  TOO_MANY_ASSOCIATIONS: "permanent",
  // The address belongs to somebody else by now; a registry needs its time-to-live to notice.
  WRONG_TARGET: "permanent",
  // A removed incarnation never returns. Its successor at the same address joins by itself, or is found at this pace.
  TOMBSTONED: "permanent",
  DUPLICATE_NODE_ID: "permanent",
  // Somebody has to correct the settings of one of the two.
  SAME_ADDRESS: "permanent",
  // Something else than a node of ours listens there, or one too old to know better.
  NOT_UNDERSTOOD: "permanent",
  // Gone within seconds, and what starts at that address next is welcome.
  NODE_LEAVING: "backoff",
  NODE_DOWN: "backoff",
  TOO_MANY_HANDSHAKES: "backoff",
});

/** The codes that {@link REJECTION_PACE} calls permanent: what a scheduler takes when it is given no others. */
export const PERMANENT_REJECTIONS: readonly string[] = Object.freeze(
  Object.keys(REJECTION_PACE).filter((code) => REJECTION_PACE[code] === "permanent"),
);
