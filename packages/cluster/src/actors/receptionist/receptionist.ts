import type { Timer } from "@rollcall/core";
import { isLiving } from "../../membership/member.js";
import type { UniqueNode } from "../../node.js";
import { ActorError } from "../actor-error.js";
import type { ActorRuntime } from "../actor-runtime.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import { ActorId } from "../declaring/actor-id.js";
import type { ActorRef, AnyActor } from "../declaring/actor-types.js";
import { refShape, shapeOf, targetOf } from "../declaring/ref-shape.js";
import { type Guest, GuestList } from "./guest-list.js";
import type { ReceptionKey } from "./reception-key.js";
import type { LogChange } from "./registration-log.js";
import { Replication } from "./replication.js";
import { fromWire, toWire } from "./replication-message.js";

/** That an actor is registered; ends when it stops. Taking it back twice does nothing. */
export interface RegistrationHandle extends Disposable {
  unregister(): void;
}

/** Who can be found under which key, on all nodes of the cluster: `system.receptionist`. */
export interface Receptionist {
  /**
   * Makes an actor of this node known under a key, to all nodes, until it stops or is taken back. An actor can be
   * registered under several keys; under the same one twice it is listed once.
   *
   * @throws ActorError `NOT_LOCAL` for an actor of another node; `UNKNOWN_ACTOR` if it has stopped; `SHUT_DOWN`
   */
  register<Actor extends AnyActor>(key: ReceptionKey<Actor>, actor: ActorRef<Actor>): RegistrationHandle;
  /** Who is registered now, as far as this node knows; in the same order everywhere. */
  lookup<Actor extends AnyActor>(key: ReceptionKey<Actor>): readonly ActorRef<Actor>[];
  /**
   * Who is registered now, and then everybody again after each change. Who reads slowly gets the newest listing, and
   * misses those in between. Ends when the system has terminated, or when the loop is left.
   */
  listing<Actor extends AnyActor>(
    key: ReceptionKey<Actor>,
  ): AsyncIterableIterator<readonly ActorRef<Actor>[], undefined>;
}

/** What `explain().actors.receptionist` tells. */
export interface ReceptionistExplanation {
  /** How many registrations of this node there are, and how many of all nodes are known here. */
  readonly registered: { readonly here: number; readonly known: number };
  /** How many messages of each kind this node has sent, and how many registrations with them, so far. */
  readonly sent: Readonly<Record<"digests" | "offers" | "pulls" | "parts" | "registrations", number>>;
}

/** What receptionists talk about to each other. */
export const RECEPTIONIST_TOPIC = "$receptionist";

/** The receptionist of one node: what its program sees of {@link Replication}. */
export class NodeReceptionist implements Receptionist {
  readonly #runtime: ActorRuntime;
  readonly #context: ActorRuntimeContext;
  readonly #replication: Replication;
  readonly #lists = new Map<string, GuestList>();
  /** What is registered here: key and actor, and what takes it back. */
  readonly #own = new Map<string, () => void>();
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(runtime: ActorRuntime, context: ActorRuntimeContext) {
    const { clock, random, receptionist, self } = context;
    this.#runtime = runtime;
    this.#context = context;
    this.#replication = new Replication(
      {
        selfId: self.id,
        options: receptionist,
        random,
        members: () => this.#others(),
        isMember: (nodeId) => nodeId !== self.id && context.standing(nodeId) === "member",
        send: (to, message) => {
          const node = context.member(to)?.node;
          if (node !== undefined) runtime.send(node, RECEPTIONIST_TOPIC, toWire(message));
        },
        onChange: (origin, change) => this.#changed(origin, change),
      },
      clock.now(),
    );
    runtime.onMessage(RECEPTIONIST_TOPIC, (from, message) => this.#receive(from, message));
    runtime.onChange((change) => {
      if (change.kind !== "membership" || isLiving(change.member)) return;
      this.#replication.gone(change.member.node.id);
    });
    for (const nodeId of this.#others()) if (context.isConnected(nodeId)) this.connected(nodeId);
    this.#arm();
  }

  register<Actor extends AnyActor>(key: ReceptionKey<Actor>, actor: ActorRef<Actor>): RegistrationHandle {
    const { id } = targetOf(actor);
    if (this.#stopped) throw new ActorError("SHUT_DOWN", `The system has been shut down: ${id} is not registered.`);
    if (id.node.id !== this.#context.self.id) {
      throw new ActorError("NOT_LOCAL", `${id} can only be registered on its own node.`, { actor: String(id) });
    }
    if (!this.#runtime.isRunning(id.name)) {
      throw new ActorError("UNKNOWN_ACTOR", `${id} is not registered: it has stopped.`, { actor: String(id) });
    }
    const place = `${id.name} ${key.id}`;
    if (!this.#own.has(place)) {
      const take = this.registerName(key.id, id.name, shapeOf(actor).key);
      const watch = this.#runtime.watch(actor, () => unregister());
      const unregister = () => {
        if (!this.#own.delete(place)) return;
        watch.unwatch();
        take();
      };
      this.#own.set(place, unregister);
    }
    const unregister = this.#own.get(place) as () => void;
    return { unregister, [Symbol.dispose]: unregister };
  }

  /** Registers a name of this node, whether or not an actor has it. @returns what takes it back */
  registerName(key: string, name: string, shape: string): () => void {
    const { clock } = this.#context;
    const number = this.#replication.register(key, name, shape, clock.now());
    this.#arm();
    return () => {
      if (this.#stopped) return;
      this.#replication.unregister(number, clock.now());
      this.#arm();
    };
  }

  lookup<Actor extends AnyActor>(key: ReceptionKey<Actor>): readonly ActorRef<Actor>[] {
    return (this.#lists.get(key.id)?.listing ?? NOBODY) as readonly ActorRef<Actor>[];
  }

  listing<Actor extends AnyActor>(
    key: ReceptionKey<Actor>,
  ): AsyncIterableIterator<readonly ActorRef<Actor>[], undefined> {
    const list = this.#list(key.id);
    const reader = list.read(() => this.#drop(key.id, list));
    if (this.#stopped) reader.end();
    return reader as unknown as AsyncIterableIterator<readonly ActorRef<Actor>[], undefined>;
  }

  /** The ids of the nodes of which anything is registered under a key, in order. */
  origins(key: string): readonly string[] {
    return this.#lists.get(key)?.origins ?? [];
  }

  /** Calls `listener` after each change to what is registered under a key, for as long as the system runs. */
  observe(key: string, listener: () => void): void {
    this.#list(key).observers.push(listener);
  }

  /** There is a connection to a node, where there was none or another one. */
  connected(nodeId: string): void {
    this.#replication.connected(nodeId, this.#context.clock.now());
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#own.clear();
    for (const list of this.#lists.values()) list.end();
  }

  explain(): ReceptionistExplanation {
    const { counters, directory } = this.#replication;
    const { registrationsSent: registrations, ...messages } = counters;
    const here = directory.log(this.#context.self.id)?.size ?? 0;
    return { registered: { here, known: directory.size }, sent: { ...messages, registrations } };
  }

  *#others(): IterableIterator<string> {
    const { members, self } = this.#context;
    for (const member of members()) if (member.node.id !== self.id && isLiving(member)) yield member.node.id;
  }

  #receive(from: UniqueNode, wire: unknown): void {
    if (this.#stopped) return;
    this.#replication.receive(from.id, fromWire(wire), this.#context.clock.now());
    this.#arm();
  }

  #changed(origin: string, { added, removed }: LogChange): void {
    const touched = new Set<string>();
    for (const registration of removed) {
      this.#list(registration.key).remove({ origin, registration });
      touched.add(registration.key);
    }
    for (const registration of added) {
      this.#list(registration.key).add({ origin, registration });
      touched.add(registration.key);
    }
    for (const key of touched) {
      const list = this.#list(key);
      list.tell();
      this.#drop(key, list);
    }
  }

  #list(key: string): GuestList {
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = new GuestList((guest) => this.#toRef(guest));
      this.#lists.set(key, list);
    }
    return list;
  }

  #drop(key: string, list: GuestList): void {
    if (list.isUnused) this.#lists.delete(key);
  }

  #toRef({ origin, registration }: Guest): ActorRef {
    const { member, self } = this.#context;
    const node = member(origin)?.node ?? self;
    return this.#runtime.refTo(
      new ActorId(node, registration.actor),
      refShape(registration.shape.split(",")),
    ) as ActorRef;
  }

  #arm(): void {
    const now = this.#context.clock.now();
    const at = Math.max(now, this.#replication.nextAt);
    // A timer that rings too early is cheaper than one that is set anew with every message.
    if (this.#stopped || at >= this.#wakeAt) return;
    this.#timer?.cancel();
    this.#wakeAt = at;
    this.#timer = this.#context.clock.schedule(at - now, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#replication.wake(this.#context.clock.now());
      this.#arm();
    });
  }
}

const NOBODY: readonly ActorRef[] = Object.freeze([]);
