import type { ClusterExplanation } from "@rollcall/cluster";
import { columns, count, seconds } from "../terminal/text.js";

type Fact = [label: string, value: string, list?: string[]];
type Tls = NonNullable<ClusterExplanation["tls"]>;
type Actors = NonNullable<ClusterExplanation["actors"]>;
type Singleton = Actors["singletons"][number];

/** What there is to say of parts that not every node has: nothing where there are none. */
export function optionalFacts(
  { actors, tls }: ClusterExplanation,
  called: (address: string) => string,
  addressOf: (node: string) => string,
): Fact[] {
  const facts: Fact[] = [];
  if (actors !== undefined) {
    const singletons = actors.singletons.map((singleton) => singletonRow(singleton, (node) => called(addressOf(node))));
    facts.push(["actors", actorsState(actors), columns(singletons)]);
  }
  if (tls !== undefined) facts.push(["tls", tlsState(tls), columns(tls.failures.map(failureRow))]);
  return facts;
}

function actorsState({ running, callsInFlight, deadLetters, undecodable, receptionist }: Actors): string {
  return [
    `${running.toLocaleString("en")} running`,
    `${count(callsInFlight, "call")} in flight`,
    ...(receptionist === undefined ? [] : [`${count(receptionist.registered.known, "registration")} known`]),
    ...(deadLetters > 0 ? [count(deadLetters, "dead letter")] : []),
    ...(undecodable > 0 ? [`${count(undecodable, "message")} that could not be read`] : []),
  ].join(", ");
}

/** Where a singleton is, or what this node waits for before it is the host. */
function singletonRow({ name, instanceOn, waitingCalls, host }: Singleton, called: (node: string) => string): string[] {
  const details = [
    ...(host === undefined || host.phase === "idle" ? [] : [`${host.phase} here`]),
    ...(host !== undefined && host.waitingFor.length > 0
      ? [`waits for ${host.waitingFor.map(called).join(", ")}`]
      : []),
    ...(waitingCalls > 0 ? [`${count(waitingCalls, "call")} waiting`] : []),
  ];
  return [`singleton ${name}`, instanceOn === undefined ? "nowhere" : `on ${called(instanceOn)}`, details.join("; ")];
}

function tlsState({ certificate, mutual, minVersion, reloadError, connections }: Tls): string {
  const { subject, expires } = certificate;
  return [
    `${mutual ? "mutual" : "one-sided"}, ${minVersion} or later`,
    `certificate of ${subject} until ${expires}`,
    ...(connections.older > 0 ? [`${count(connections.older, "connection")} from before the latest reload`] : []),
    ...(reloadError === undefined ? [] : [`files not taken: ${reloadError.message} (${reloadError.code})`]),
  ].join(", ");
}

/** Who did not get through TLS, and why. */
function failureRow({ address, count: times, code, message, agoMs }: Tls["failures"][number]): string[] {
  return [address, count(times, "failure"), `the latest ${seconds(agoMs)} ago`, `${code}: ${message}`];
}
