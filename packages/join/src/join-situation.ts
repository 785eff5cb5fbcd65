import type { DiscoveryExplanation, EndpointExplanation } from "./join-explanation.js";

/** Why a node has fellow members, or has none. The codes are stable. */
export const JOIN_SITUATIONS = Object.freeze({
  NOT_STARTED: "start() has not been called",
  STOPPED: "stop() has been called; nobody is joined any more",
  JOINED: "there are fellow members",
  NO_DISCOVERY: "there is no discovery and nobody has been asked for by join()",
  DISCOVERY_PENDING: "the discovery has not given its first listing yet",
  DISCOVERY_FAILING: "the discovery has never given a listing and its last session failed",
  NOTHING_LISTED: "the listing is empty",
  ONLY_SELF_LISTED: "nobody but this node is listed",
  TRYING: "endpoints are about to be tried or being tried for the first time",
  REJECTED: "peers answered, and the answer was no",
  UNREACHABLE: "everybody who was tried did not answer",
} as const);

export type JoinSituation = keyof typeof JOIN_SITUATIONS;

export interface SituationInput {
  readonly phase: "new" | "running" | "stopped";
  readonly members: number;
  readonly discovery: DiscoveryExplanation | undefined;
  readonly endpoints: readonly EndpointExplanation[];
}

/** The one sentence that answers "why has this node not joined anybody?". */
export function explainSituation(input: SituationInput): { code: JoinSituation; message: string } {
  const { phase, members, discovery, endpoints } = input;
  const is = (code: JoinSituation, message: string) => ({ code, message: message + staleness(discovery) });
  if (phase === "new") return { code: "NOT_STARTED", message: "The join scheduler has not been started." };
  if (phase === "stopped") return { code: "STOPPED", message: "The join scheduler has been stopped." };
  if (members > 1) return is("JOINED", `This node is in a cluster of ${members} members.`);

  const others = endpoints.filter((endpoint) => endpoint.state !== "self");
  if (others.length === 0) return explainNobody(discovery, endpoints.length > 0, is);

  const tried = others.filter((endpoint) => endpoint.lastCode !== undefined);
  const counts = `${tried.length} of ${others.length} ${others.length === 1 ? "endpoint" : "endpoints"}`;
  const rejected = tried.filter((endpoint) => endpoint.lastAnswered);
  if (rejected.length > 0) return is("REJECTED", `${counts} failed; ${tally(rejected)} said no: ${sample(rejected)}`);
  if (tried.length > 0) return is("UNREACHABLE", `${counts} failed without an answer: ${sample(tried)}`);
  return is("TRYING", `Trying ${others.length} ${others.length === 1 ? "endpoint" : "endpoints"} for the first time.`);
}

function explainNobody(
  discovery: DiscoveryExplanation | undefined,
  selfListed: boolean,
  is: (code: JoinSituation, message: string) => { code: JoinSituation; message: string },
) {
  if (discovery === undefined) {
    return is("NO_DISCOVERY", "There is no discovery and nobody was asked for: configure one, or call join(endpoint).");
  }
  if (selfListed) return is("ONLY_SELF_LISTED", `${discovery.name} lists nobody but this node.`);
  if (discovery.listed !== undefined) return is("NOTHING_LISTED", `${discovery.name} lists nobody.`);
  if (discovery.lastError === undefined)
    return is("DISCOVERY_PENDING", `Waiting for ${discovery.name} to list somebody.`);
  const message = `Nothing has been listed yet, because the discovery fails: ${describe(discovery.lastError)}.`;
  return { code: "DISCOVERY_FAILING" as const, message };
}

/** A listing from before the discovery failed is still in force; whoever reads the sentence should know. */
function staleness(discovery: DiscoveryExplanation | undefined): string {
  if (discovery?.state !== "retrying" || discovery.lastError === undefined) return "";
  const { lastError, listingAgeMs } = discovery;
  if (listingAgeMs === undefined)
    return ` Nothing has been listed, because the discovery fails: ${describe(lastError)}.`;
  const seconds = Math.round(listingAgeMs / 1000);
  return ` The listing is ${seconds} s old, because the discovery fails: ${describe(lastError)}.`;
}

/** A discovery's messages begin with its name. */
function describe(error: { readonly code: string; readonly message: string }): string {
  return `${error.message} (${error.code})`;
}

function tally(endpoints: readonly EndpointExplanation[]): string {
  return endpoints.length === 1 ? "one" : String(endpoints.length);
}

function sample(endpoints: readonly EndpointExplanation[]): string {
  const codes = new Map<string, EndpointExplanation>();
  for (const endpoint of endpoints)
    if (!codes.has(endpoint.lastCode ?? "")) codes.set(endpoint.lastCode ?? "", endpoint);
  const shown = [...codes.values()].slice(0, 3);
  return `${shown.map((e) => `${e.endpoint} ${e.lastCode} (${e.lastReason})`).join("; ")}.`;
}
