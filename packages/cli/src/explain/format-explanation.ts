import type { ClusterExplanation } from "@rollcall/cluster";
import { type Palette, plainPalette } from "../terminal/palette.js";
import { columns, count, indent, seconds } from "../terminal/text.js";
import { detectorState, doubtRow, downingState } from "./failure-facts.js";
import { optionalFacts } from "./optional-facts.js";

export interface FormatExplanationOptions {
  /** Default: no colours. */
  readonly palette?: Palette;
  /** What people call the node at an address (`host:port`), if anything. */
  readonly nameOf?: (address: string) => string | undefined;
}

type Endpoint = ClusterExplanation["join"]["endpoints"][number];
type Refusal = ClusterExplanation["refusals"][number];

/** Puts what `cluster.explain()` gives into lines for people: a label and what is to be said of it. */
export function formatExplanation(explanation: ClusterExplanation, options: FormatExplanationOptions = {}): string {
  const { palette = plainPalette, nameOf = () => undefined } = options;
  const { self, status, situation, leader, converged, members, join, announcement, rejections, refusals } = explanation;
  const { failureDetector, downing } = explanation;
  const called = (address: string) => {
    const name = nameOf(address);
    return name === undefined ? address : `${name} ${palette("dim", address)}`;
  };
  const calledById = (id: string) => {
    const node = members.find((member) => member.node.endsWith(`#${id}`))?.node;
    return node === undefined ? `#${id}` : called(addressOf(node));
  };
  const own = addressOf(self);
  const facts: [label: string, value: string, list?: string[]][] = [
    ["node", `${called(own)} ${palette("dim", `(${self})`)}`],
    ["status", `${palette("bold", status)} (${situation.code}: ${situation.message})`],
    ["leader", leader === undefined ? "nobody" : `${called(leader)}${leader === own ? ", this node" : ""}`],
    ["converged", convergence(converged, leader === own)],
    ["members", String(members.length), columns(members.map((member) => memberRow(member, called)))],
    [
      "failures",
      detectorState(failureDetector),
      columns(failureDetector.doubts.map((doubt) => doubtRow(doubt, calledById))),
    ],
    ["downing", downingState(downing)],
    ["joining", `${join.situation.code}: ${join.situation.message}`],
    ["discovery", discoveryState(join)],
    ["endpoints", String(join.endpoints.length), columns(join.endpoints.map((each) => endpointRow(each, called)))],
    ["announced", announcementState(announcement)],
    ["rejections", tally(rejections), columns(refusals.map(refusalRow))],
    ...optionalFacts(explanation, called, addressOf),
    ["traffic", traffic(explanation.associations)],
    ["dropped", tally({ ...explanation.dropped, ...losses(explanation.associations) })],
  ];
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts
    .map(([label, value, list = []]) => {
      const first = `${palette("dim", label.padEnd(width))}  ${value}`;
      return [first, ...list.map((line) => indent(line, " ".repeat(width + 4)))].join("\n");
    })
    .join("\n");
}

function convergence(converged: boolean, leads: boolean): string {
  if (converged) return "yes";
  return leads
    ? "not yet: not all reachable members are known to hold the same membership"
    : "not as far as this node knows; the leader knows for sure";
}

/** `host:port` of `system@host:port#id`. */
function addressOf(node: string): string {
  return node.slice(node.lastIndexOf("@") + 1).replace(/#.*$/, "");
}

function memberRow(member: ClusterExplanation["members"][number], called: (address: string) => string): string[] {
  return [called(addressOf(member.node)), member.status, member.reachability];
}

/** The latest refusal with a code: who said it to whom, when, and why. */
function refusalRow({ code, reason, peer, remote, refusedBy, agoMs }: Refusal): string[] {
  const who = peer === undefined ? remote : addressOf(peer);
  return [code, refusedBy === "us" ? `said to ${who}` : `heard from ${who}`, `${seconds(agoMs)} ago`, reason];
}

function endpointRow(endpoint: Endpoint, called: (address: string) => string): string[] {
  const { state, attempts, listed, requested, lastCode, lastReason, nextRetryInMs } = endpoint;
  const origin =
    [...(listed ? ["listed"] : []), ...(requested ? ["asked for"] : [])].join(" and ") || "no longer listed";
  const details = [
    ...(attempts > 0 ? [count(attempts, "attempt")] : []),
    ...(lastCode === undefined ? [] : [`last one failed: ${lastCode} (${lastReason})`]),
    ...(nextRetryInMs === undefined ? [] : [`next one in ${seconds(nextRetryInMs)}`]),
  ];
  return [called(endpoint.endpoint), state, origin, details.join("; ")];
}

function discoveryState({ discovery }: ClusterExplanation["join"]): string {
  if (discovery === undefined) return "none";
  const { name, state, listed, listingAgeMs = 0, lastError, retryInMs } = discovery;
  return [
    `${name} is ${state}`,
    listed === undefined ? "has listed nothing yet" : `lists ${count(listed, "instance")}`,
    ...(listingAgeMs > 0 ? [`as of ${seconds(listingAgeMs)} ago`] : []),
    ...(lastError === undefined ? [] : [`last error: ${lastError.message} (${lastError.code})`]),
    ...(retryInMs === undefined ? [] : [`next try in ${seconds(retryInMs)}`]),
  ].join(", ");
}

function announcementState({ state, lastError }: ClusterExplanation["announcement"]): string {
  const said = state === "announced" ? "yes" : state;
  return lastError === undefined ? said : `${said}; last error: ${lastError}`;
}

function traffic({ open, sentFrames, sentBytes, receivedFrames, receivedBytes }: ClusterExplanation["associations"]) {
  const sent = `sent ${count(sentFrames, "frame")} (${count(sentBytes, "byte")})`;
  const received = `received ${count(receivedFrames, "frame")} (${count(receivedBytes, "byte")})`;
  return `${count(open, "open association")}; ${sent}, ${received}`;
}

/** The counters that should be 0. */
function losses(associations: ClusterExplanation["associations"]): Record<string, number> {
  const entries = Object.entries(associations).filter(([name]) => !/^(open|sent|received)/.test(name));
  return Object.fromEntries(entries);
}

/** `duplicate node ids 2, undecodable frames 1`; codes in capitals stay as they are. */
function tally(counts: Readonly<Record<string, number>>): string {
  const words = (name: string) =>
    /^[A-Z_]+$/.test(name) ? name : name.replaceAll(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
  const some = Object.entries(counts).filter(([, number]) => number > 0);
  return some.map(([name, number]) => `${words(name)} ${number}`).join(", ") || "none";
}
