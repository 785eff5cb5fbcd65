import { SimulatedNetwork, seededRandom, VirtualClock } from "@rollcall/testkit";
import { Associations } from "../../src/association/associations.js";
import type { AssociationsOptions } from "../../src/association/associations-context.js";
import type { AdmissionHook } from "../../src/association/gatekeeper.js";
import type { AdmissionView } from "../../src/handshake/admission.js";
import type { Reject } from "../../src/handshake/handshake-message.js";
import { type Authentication, noAuthentication } from "../../src/handshake/handshake-session.js";
import { quietLogger } from "../../src/logger.js";
import type { UniqueNode } from "../../src/node.js";
import type { Transport } from "../../src/transport/transport.js";
import { node } from "./nodes.js";

const OPTIONS: AssociationsOptions = {
  connectTimeoutMs: 500,
  handshakeTimeoutMs: 2_000,
  admissionTimeoutMs: 1_000,
  maxHandshakes: 16,
  maxHandshakesPerAddress: 16,
  maxAssociations: 100,
  maxFrameBytes: 1_000_000,
  buffer: { frames: 1_000, bytes: 1_000_000 },
};

/** A node that has nothing but associations: it says texts and notes what it hears. */
export interface Talker {
  readonly self: UniqueNode;
  readonly associations: Associations;
  /** By whom each text was said, in the order of arrival. */
  readonly heard: { readonly from: string; readonly text: string }[];
  readonly rejections: Reject[];
  /** To whom a connection was lost, by host. */
  readonly lost: string[];
  /** Whom it wants to stay in touch with. Default: everybody. */
  isWanted: (nodeId: string) => boolean;
  view: AdmissionView;
  say(to: Talker, ...texts: string[]): void;
}

/** Talkers on a simulated network. */
export class Talkers {
  readonly clock = new VirtualClock();
  readonly random: () => number;
  readonly network: SimulatedNetwork;
  readonly #options: AssociationsOptions;
  /** How those who are added from now on prove who they are. */
  authentication: Authentication = noAuthentication;
  /** Whom those who are added from now on let in. */
  admission: AdmissionHook | undefined;
  /** What becomes of the transport of those who are added from now on. */
  wrap: (transport: Transport, host: string) => Transport = (transport) => transport;

  constructor(seed = 1, latencyMs: readonly [number, number] = [0.2, 1], options: Partial<AssociationsOptions> = {}) {
    this.random = seededRandom(seed);
    this.network = new SimulatedNetwork({ clock: this.clock, random: this.random, latencyMs });
    this.#options = { ...OPTIONS, ...options };
  }

  /** A talker that listens, unless told not to. */
  async add(number: number, incarnation = 0, listens = true): Promise<Talker> {
    const self = node(number, incarnation);
    const transport = this.wrap(this.network.transport(self.host), self.host);
    const talker: Talker = {
      self,
      heard: [],
      rejections: [],
      lost: [],
      isWanted: () => true,
      view: {
        self,
        member: (id) =>
          id === self.id ? { node: self, status: "up", reachability: "reachable", upNumber: 1 } : undefined,
        isTombstoned: () => false,
        hasRoom: (id) => talker.associations.hasRoom(id),
        side: () => ({ lowest: self, members: 1 }),
      },
      associations: new Associations({
        options: this.#options,
        view: {
          self,
          member: (id) => talker.view.member(id),
          isTombstoned: (id) => talker.view.isTombstoned(id),
          hasRoom: (id) => talker.view.hasRoom(id),
          side: () => talker.view.side(),
        },
        authentication: this.authentication,
        admission: this.admission,
        metadata: undefined,
        transport,
        clock: this.clock,
        random: this.random,
        logger: quietLogger,
        isWanted: (id) => talker.isWanted(id),
        onAssociated: () => {},
        onUnreached: () => {},
        onDissociated: (peer) => talker.lost.push(peer.host),
        onReplaced: () => {},
        onFrame: (peer, frame) => talker.heard.push({ from: peer.host, text: Buffer.from(frame).toString() }),
        onRefused: ({ rejection }) => talker.rejections.push(rejection),
      }),
      say(to, ...texts) {
        for (const text of texts) talker.associations.send(to.self, Buffer.from(text));
      },
    };
    if (listens) await transport.listen(self, (connection) => talker.associations.accept(connection));
    return talker;
  }

  /** Two talkers; the first is the lower. */
  async pair(): Promise<[Talker, Talker]> {
    return [await this.add(1), await this.add(2)];
  }

  /**
   * Has two dial each other within 60 ms, while each says eight words to the other, one every `everyMs`.
   *
   * @returns what became of both dials, after `withinMs`
   */
  async cross(a: Talker, b: Talker, everyMs: number, withinMs: number): Promise<unknown[]> {
    const dials: Promise<unknown>[] = [];
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.clock.schedule(this.random() * 60, () => dials.push(from.associations.dial(to.self, to.self.id)));
      for (const text of EIGHT_WORDS) {
        this.clock.schedule(this.random() * 5 + Number(text) * everyMs, () => from.say(to, text));
      }
    }
    await this.clock.advance(withinMs);
    return Promise.all(dials);
  }

  /** Ends all of them, and sees that nothing is left. */
  async end(...talkers: Talker[]): Promise<{ pending: number; connections: number }> {
    for (const { associations } of talkers) associations.stop();
    await this.clock.advance(5_000);
    return { pending: this.clock.pending, connections: this.network.connections };
  }
}

/** What both are to hear when two have crossed; see {@link Talkers.cross}. */
export const EIGHT_WORDS = count(1, 8);
export const BOTH_ASSOCIATED = [{ kind: "associated" }, { kind: "associated" }];
export const NOTHING_LEFT = { pending: 0, connections: 0 };

/** Numbers as texts. */
export function count(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
}

/** What one has heard of another, in the order of arrival. */
export function heardFrom(talker: Talker, other: Talker): string[] {
  return talker.heard.filter(({ from }) => from === other.self.host).map(({ text }) => text);
}
