import {
  type Evidence,
  type ReachabilityDirective,
  SWIM_MESSAGE_KIND,
  Swim,
  type SwimMessage,
  type SwimOptionsInput,
} from "@rollcall/swim";
import { seededRandom } from "./seeded-random.ts";

type KindName = keyof typeof SWIM_MESSAGE_KIND;

export interface Sent {
  readonly at: number;
  readonly to: string;
  readonly message: SwimMessage;
}

/** One detector, called `self`, whose surroundings are played by the test. */
export class Machine {
  readonly swim: Swim;
  now = 0;
  readonly sent: Sent[] = [];
  readonly redialled: string[] = [];
  readonly renewed: string[] = [];
  /** In short, in order: `b: reachable → suspect (silent)`. */
  readonly changes: string[] = [];

  constructor(members: readonly string[], options: SwimOptionsInput = {}, seed = 1) {
    const random = seededRandom(seed);
    this.swim = new Swim({
      selfId: "self",
      options,
      random,
      now: 0,
      perform: (directive) => {
        if (directive.kind === "send") this.sent.push({ at: this.now, to: directive.to, message: directive.message });
        else if (directive.kind === "redial") this.redialled.push(directive.id);
        else if (directive.kind === "renew") this.renewed.push(directive.id);
        else this.changes.push(inShort(directive));
      },
    });
    for (const id of members) this.swim.add(id, 0);
  }

  /** Lets time pass, waking the machine whenever it asks for it. */
  run(ms: number): this {
    const until = this.now + ms;
    while (this.swim.nextAt <= until) {
      this.now = Math.max(this.now, this.swim.nextAt);
      this.swim.wake(this.now);
    }
    this.now = until;
    return this;
  }

  /** Lets time pass until it sends something of a kind, and gives the first such message. */
  untilSent<K extends KindName>(
    kind: K,
  ): { to: string; message: Extract<SwimMessage, readonly [(typeof SWIM_MESSAGE_KIND)[K], ...unknown[]]> } {
    const seen = this.sent.length;
    const found = () => this.sent.slice(seen).find(({ message }) => message[0] === SWIM_MESSAGE_KIND[kind]);
    for (let steps = 0; found() === undefined; steps++) {
      if (steps > 1000) throw new Error(`It never sends a ${kind}.`);
      this.run(Math.max(0, this.swim.nextAt - this.now));
    }
    return found() as never;
  }

  receive(from: string, message: SwimMessage): this {
    this.swim.receive(from, message, this.now);
    return this;
  }

  evidence(id: string, evidence: Evidence): this {
    this.swim.evidence(id, evidence, this.now);
    return this;
  }

  /** What was sent since this was last asked, of one kind. */
  take(kind?: KindName): Sent[] {
    const all = this.sent.splice(0);
    return kind === undefined ? all : all.filter(({ message }) => message[0] === SWIM_MESSAGE_KIND[kind]);
  }

  /** Answers whatever is pinged, until a certain time has passed. */
  runAnswered(ms: number, answers: (id: string) => boolean = () => true): this {
    const until = this.now + ms;
    let answered = this.sent.length;
    while (this.swim.nextAt <= until) {
      this.run(Math.max(0, this.swim.nextAt - this.now));
      for (; answered < this.sent.length; answered++) {
        const { to, message } = this.sent[answered] as Sent;
        if (message[0] === SWIM_MESSAGE_KIND.ping && answers(to)) this.receive(to, ack(message[1]));
      }
    }
    return this.run(until - this.now);
  }
}

export function ack(sequence: number, incarnation = 0): SwimMessage {
  return [SWIM_MESSAGE_KIND.ack, sequence, incarnation, []];
}

function inShort({ id, from, to, because }: ReachabilityDirective): string {
  return `${id}: ${from} → ${to} (${because})`;
}
