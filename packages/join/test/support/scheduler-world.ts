import { onTestFinished } from "vitest";
import { JoinScheduler, type JoinSchedulerOptions } from "../../src/index.js";
import { BreakableDiscovery } from "./breakable-discovery.js";
import { type Attempt, connectionRefused, FakeJoiner } from "./fake-joiner.js";
import { FakeMembership } from "./fake-membership.js";
import { seededRandom } from "./seeded-random.js";
import { settle, VirtualClock } from "./virtual-clock.js";

export const A = "10.0.0.10:7337";
export const B = "10.0.0.11:7337";
export const C = "10.0.0.12:7337";
export const D = "10.0.0.13:7337";

/** One scheduler, on virtual time, with everything around it in the hands of the test. */
export class SchedulerWorld {
  readonly clock = new VirtualClock();
  readonly discovery = new BreakableDiscovery();
  readonly membership = new FakeMembership("me");
  readonly joiner = new FakeJoiner(this.clock);
  readonly log: { level: string; message: string; details: object }[] = [];
  readonly scheduler: JoinScheduler;

  constructor(options: Partial<JoinSchedulerOptions> & { readonly seed?: number } = {}) {
    const { seed = 1, ...rest } = options;
    const say = (level: string) => (details: object, message: string) => this.log.push({ level, message, details });
    this.scheduler = new JoinScheduler({
      discovery: this.discovery,
      joiner: this.joiner,
      membership: this.membership,
      clock: this.clock,
      random: seededRandom(seed),
      logger: { debug: say("debug"), info: say("info"), warn: say("warn") },
      ...rest,
    });
    onTestFinished(() => this.scheduler.stop());
  }

  /** Starts it and lets it hear the first listing; no time passes. */
  async start(...listing: string[]): Promise<this> {
    this.discovery.set(listing);
    this.scheduler.start();
    await settle();
    return this;
  }

  async list(...listing: string[]): Promise<void> {
    this.discovery.set(listing);
    await settle();
  }

  /** The peer accepts: it is a member by the time the attempt settles. */
  async accept(endpoint: string, nodeId = `node-${endpoint}`): Promise<void> {
    this.membership.add(nodeId, endpoint);
    this.joiner.attemptOn(endpoint).answer({ kind: "joined", nodeId });
    await settle();
  }

  async refuse(endpoint: string): Promise<void> {
    this.joiner.attemptOn(endpoint).fail(connectionRefused(endpoint));
    await settle();
  }

  async reject(endpoint: string, code: string, reason = "because"): Promise<void> {
    this.joiner.attemptOn(endpoint).answer({ kind: "rejected", code, reason });
    await settle();
  }

  /** From now on nobody listens anywhere. */
  refuseAll(): void {
    this.joiner.behaviour = (endpoint, attempt) => attempt.fail(connectionRefused(endpoint));
  }

  /** From now on everybody accepts, and membership knows of them before the attempt settles. */
  acceptAll(nodeIdOf = (endpoint: string) => `node-${endpoint}`): void {
    this.joiner.behaviour = (endpoint, attempt: Attempt) => {
      this.membership.add(nodeIdOf(endpoint), endpoint);
      attempt.answer({ kind: "joined", nodeId: nodeIdOf(endpoint) });
    };
  }

  stateOf(endpoint: string): string | undefined {
    return this.explain(endpoint)?.state;
  }

  explain(endpoint: string) {
    return this.scheduler.explain().endpoints.find((candidate) => candidate.endpoint === endpoint);
  }
}
