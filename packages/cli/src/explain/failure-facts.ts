import type { ClusterExplanation } from "@rollcall/cluster";
import { count, enumerate, seconds } from "../terminal/text.js";

type Detector = ClusterExplanation["failureDetector"];
type Doubt = Detector["doubts"][number];

/** What the reasons of the failure detector mean to people. */
const REASONS: Readonly<Record<Doubt["because"], string>> = {
  silent: "it does not answer",
  refused: "nobody listens at its address",
  replaced: "another incarnation listens at its address",
  told: "others say so",
  answered: "it answered",
};

/** What a node's failure detector thinks of the others, and of the node itself. */
export function detectorState({ members, doubts, localHealth, counters, ...pace }: Detector): string {
  const health =
    localHealth === 0
      ? "local health is good"
      : `local health is bad (${localHealth}): it probes every ${seconds(pace.probeIntervalMs)} and waits ` +
        `${seconds(pace.probeTimeoutMs)} for an answer`;
  return [
    doubts.length === 0 ? `doubts none of ${members}` : `doubts ${doubts.length} of ${count(members, "other")}`,
    health,
    ...(counters.stalls > 0 ? [`${count(counters.stalls, "stall")} of this process`] : []),
  ].join("; ");
}

/**
 * Somebody who is suspect or unreachable, and why.
 *
 * @param called what people call the node with an id
 */
export function doubtRow(doubt: Doubt, called: (nodeId: string) => string): string[] {
  const { id, reachability, sinceMs, because, suspectedBy, unreachableInMs, disconnected } = doubt;
  const details = [
    REASONS[because],
    ...(suspectedBy.length > 0 ? [`found out by ${enumerate(suspectedBy.map(called))}`] : []),
    ...(disconnected ? ["no connection to it"] : []),
    ...(unreachableInMs === undefined ? [] : [`unreachable in ${seconds(unreachableInMs)} unless it is heard of`]),
  ];
  return [called(id), reachability, `for ${seconds(sinceMs)}`, details.join("; ")];
}

/** What is done about members that cannot be reached. */
export function downingState({ strategy, because }: ClusterExplanation["downing"]): string {
  return `${strategy}: ${because}`;
}
