import { randomBytes } from "node:crypto";
import { type ServiceDiscovery, systemClock, systemRandom } from "@rollcall/core";
import { type Joiner, JoinScheduler, type MembershipView } from "@rollcall/join/scheduler";
import type { ClusterSettings } from "./settings.js";
import type { ClusterCollaborators } from "./tokens.js";
import { TcpTransport } from "./transport/tcp-transport.js";

/** What the join scheduler is made with that comes from the system itself. */
export interface JoinParts {
  readonly joiner: Joiner;
  readonly membership: MembershipView;
  readonly selfId: string;
  readonly discovery: ServiceDiscovery | undefined;
}

/** The parts of one system that a user may have replaced. */
export interface Composition extends ClusterCollaborators {
  /** Makes the join scheduler once there is something to join with. */
  createScheduler(parts: JoinParts): JoinScheduler;
}

/** Gives the part with this name: the one that a user has put in its place, or what `byDefault` makes. */
export type Choose = <Name extends keyof ClusterCollaborators>(
  name: Name,
  byDefault: () => ClusterCollaborators[Name],
) => ClusterCollaborators[Name];

/** Puts a system together. The container is loaded only if the settings register something in it. */
export async function compose(settings: ClusterSettings): Promise<Composition> {
  if (settings.register !== undefined) {
    const { composeInContainer } = await import("./container-composition.js");
    return composeInContainer(settings, settings.register);
  }
  const parts = chooseParts(settings, (_, byDefault) => byDefault());
  const { clock, random, logger } = parts;
  const { backoff, maxConcurrentJoins } = settings.join;
  return {
    ...parts,
    createScheduler: (own) => new JoinScheduler({ ...own, clock, random, logger, backoff, maxConcurrentJoins }),
  };
}

/** The collaborators of a system, with their defaults. */
export function chooseParts(settings: ClusterSettings, choose: Choose): ClusterCollaborators {
  const clock = choose("clock", () => systemClock);
  return {
    clock,
    random: choose("random", () => systemRandom),
    nodeId: choose("nodeId", () => () => randomBytes(8).toString("hex")),
    logger: choose("logger", () => settings.logger),
    nonce: choose("nonce", () => () => randomBytes(32)),
    transport: choose("transport", () => new TcpTransport(settings.association, clock)),
  };
}
