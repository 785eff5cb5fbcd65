import type { ClusterChange } from "../cluster-core.js";
import type { UniqueNode } from "../node.js";
import { ActorError, Refusal } from "./actor-error.js";
import type { ActorRuntimeContext } from "./actor-runtime-context.js";
import { DeadLetters } from "./calls/dead-letters.js";
import { LocalCalls, LocalTarget, unknownActor } from "./calls/local-target.js";
import { nodeDown, type PeerChannel } from "./calls/peer-channel.js";
import { Peers } from "./calls/peers.js";
import { PendingCalls } from "./calls/pending-calls.js";
import { answerFailure, RemoteCall } from "./calls/remote-call.js";
import { type RemoteCallsContext, RemoteTarget } from "./calls/remote-target.js";
import { ActorId, isActorName, parseActorId } from "./declaring/actor-id.js";
import type {
  ActorClass,
  ActorTermination,
  AnyActorRef,
  SpawnOptions,
  TerminationReason,
  Watch,
} from "./declaring/actor-types.js";
import { methodTable } from "./declaring/method-table.js";
import { type RefShape, refShape, type Target, targetOf } from "./declaring/ref-shape.js";
import type { ActorCell } from "./life/actor-cell.js";
import { LocalActors } from "./life/local-actors.js";
import { SpawnedContext } from "./life/spawned-context.js";
import { NodeReceptionist, RECEPTIONIST_TOPIC, type ReceptionistExplanation } from "./receptionist/receptionist.js";
import { SINGLETON_TOPIC } from "./singleton/singleton-host.js";
import { NodeSingletons, type SingletonExplanation } from "./singleton/singletons.js";
import { extendTo } from "./wire/value-codec.js";
import { WireTypes } from "./wire/wire-context.js";

/** What `explain().actors` tells. */
export interface ActorsExplanation {
  /** How many run on this node. */
  readonly running: number;
  /** How many calls of this node wait for their answers. */
  readonly callsInFlight: number;
  /** Calls to actors that there are none of here, and answers for which nobody waited any more, so far. */
  readonly deadLetters: number;
  /** How much of what came could not be read, so far. */
  readonly undecodable: number;
  /** Of the receptionist; undefined while there is none. */
  readonly receptionist: ReceptionistExplanation | undefined;
  /** The singletons that this node hosts or calls: where they are, or why nowhere. */
  readonly singletons: readonly SingletonExplanation[];
}

/** Hears what the same part of another node says. */
export type MessageHandler = (from: UniqueNode, message: unknown) => void;

/** Everything about actors that belongs to one system. Made with the first actor, reference or frame of another node. */
export class ActorRuntime {
  readonly self: UniqueNode;
  readonly deadLetters: DeadLetters;
  readonly #context: ActorRuntimeContext;
  readonly #actors: LocalActors;
  readonly #peers: Peers;
  /** Calls within this node. */
  readonly #pending: PendingCalls;
  readonly #local: LocalCalls;
  readonly #remote: RemoteCallsContext;
  readonly #answers: { readonly types: WireTypes; readonly exposeStacks: boolean };
  /** By which nodes actors of this one are watched: what takes the watch back. */
  readonly #watchedBy = new Map<PeerChannel, Map<string, () => void>>();
  readonly #topics = new Map<string, MessageHandler>();
  readonly #listeners = new Set<(change: ClusterChange) => void>();
  readonly #leaveHooks = new Set<() => Promise<void>>();
  #receptionist: NodeReceptionist | undefined;
  #singletons: NodeSingletons | undefined;
  #undecodable = 0;
  /** `leaving`: nothing from other nodes is taken in any more; `stopped`: nothing at all. */
  #state: "running" | "leaving" | "stopped" = "running";

  constructor(context: ActorRuntimeContext) {
    const { clock, logger, self, settings } = context;
    const { callTimeoutMs, deadLettersBuffered, exposeStacks, mailboxSize, maxCallsInFlight, types } = settings;
    this.#context = context;
    this.self = self;
    this.deadLetters = new DeadLetters(deadLettersBuffered);
    this.#answers = { types: new WireTypes(types), exposeStacks };
    for (const type of types) extendTo(type.class);
    this.#actors = new LocalActors({
      mailboxSize,
      logger,
      contextOf: (cell) => new SpawnedContext(this, cell),
    });
    this.#pending = new PendingCalls({ clock, timeoutMs: callTimeoutMs, limit: maxCallsInFlight });
    this.#local = new LocalCalls({
      pending: this.#pending,
      find: (name) => this.#actors.find(name),
      refusal: () => (this.#state === "stopped" ? shutDown() : undefined),
      onDeadLetter: (to, method) => this.#deadLetter(to, method, self.toString()),
    });
    this.#remote = {
      channelTo: (peer) => this.#peers.to(peer),
      refusal: (to, method) => (this.#state === "stopped" ? shutDown(to, method) : nodeDown(to, method)),
    };
    const toRef = (id: string, key: string) =>
      this.refTo(parseActorId(id, self.system, context.toNode), refShape(key.split(",")));
    this.#peers = new Peers(
      {
        ...context,
        wire: { types: this.#answers.types, toRef },
        onCall: (from, number, actor, method, args) => this.#called(from, number, actor, method, args),
        onWatch: (by, actor, on) => this.#watched(by, actor, on),
        onMessage: (from, topic, message) => this.#received(from, topic, message),
        onLateAnswer: (from, number) => this.#lateAnswer(from, number),
        onUndecodable: (from, why) => {
          this.#undecodable++;
          logger.warn({ peer: from.toString(), why }, "something for actors cannot be read");
        },
      },
      (channel) => {
        for (const unwatch of this.#watchedBy.get(channel)?.values() ?? []) unwatch();
        this.#watchedBy.delete(channel);
      },
    );
  }

  /** Who can be found here and elsewhere. Made when it is first asked for, by the program or by another node. */
  get receptionist(): NodeReceptionist {
    if (this.#receptionist === undefined) {
      this.#receptionist = new NodeReceptionist(this, this.#context);
      if (this.#state === "stopped") this.#receptionist.stop();
    }
    return this.#receptionist;
  }

  /** Actors of which there is one in the cluster. Made when first asked for, as {@link receptionist}. */
  get singletons(): NodeSingletons {
    if (this.#singletons === undefined) {
      this.#singletons = new NodeSingletons(this, this.#context);
      if (this.#state === "stopped") this.#singletons.stop();
    }
    return this.#singletons;
  }

  /**
   * Makes an actor here.
   *
   * @throws ActorError `INVALID_ACTOR`, `INVALID_OPTION`, `NAME_TAKEN` or `SHUT_DOWN`; what the constructor throws
   */
  spawn(actor: ActorClass, options: SpawnOptions, args: readonly unknown[]): AnyActorRef {
    if (this.#state !== "running") throw shutDown();
    const cell = this.#actors.spawn(actor, options, args);
    return this.#refToCell(cell);
  }

  /**
   * A reference to an actor of a class, wherever it is, without asking whether it is there.
   *
   * @throws ActorError `INVALID_ACTOR` or `INVALID_ID`
   */
  resolve(actor: ActorClass, id: string | { readonly node: UniqueNode; readonly name: string }): AnyActorRef {
    const { self, toNode } = this.#context;
    const { shape } = methodTable(actor);
    if (typeof id === "string") return this.refTo(parseActorId(id, self.system, toNode), shape);
    if (!isActorName(id?.name)) throw new ActorError("INVALID_ID", `${String(id?.name)} is not the name of an actor.`);
    return this.refTo(new ActorId(id.node, id.name), shape);
  }

  refTo(id: ActorId, shape: RefShape): AnyActorRef {
    const isHere = id.node.id === this.self.id;
    const target: Target = isHere ? new LocalTarget(id, this.#local) : new RemoteTarget(id, this.#remote);
    return shape.make(target);
  }

  /** Whether an actor of that name runs here. */
  isRunning(name: string): boolean {
    return this.#actors.find(name) !== undefined;
  }

  /**
   * Calls `listener`, once, when an actor is no more; at once, though never before this returns, if it is not there now.
   */
  watch(actor: AnyActorRef, listener: (termination: ActorTermination) => void): Watch {
    const { id } = targetOf(actor);
    let over = false;
    const fire = (reason: TerminationReason) => {
      if (over) return;
      over = true;
      try {
        listener({ id, reason });
      } catch (error) {
        // Others who watch, here and on other nodes, and the cluster that says so have nothing to do with that.
        this.#context.logger.error({ actor: id.toString(), err: error }, "a listener of watchTermination failed");
      }
    };
    const unwatch = this.#watch(id, fire);
    const end = () => {
      if (over) return;
      over = true;
      unwatch();
    };
    return { unwatch: end, [Symbol.dispose]: end };
  }

  /**
   * Stops an actor of this node, once the call that it handles is over. Resolves when it has stopped; at once if it had.
   *
   * @throws ActorError `NOT_LOCAL`
   */
  async stopActor(actor: AnyActorRef): Promise<void> {
    const { id } = targetOf(actor);
    if (id.node.id === this.self.id) return this.#actors.find(id.name)?.stop();
    const message = `${id} can only be stopped on its own node, by the program or by itself.`;
    throw new ActorError("NOT_LOCAL", message, { actor: id.toString() });
  }

  /**
   * Has messages of a topic handled; they are between the runtimes of two nodes, and no calls: at most once, without an
   * answer, in order. A message that comes while nobody handles its topic is dropped.
   *
   * @returns what ends that
   */
  onMessage(topic: string, handler: MessageHandler): () => void {
    this.#topics.set(topic, handler);
    return () => {
      if (this.#topics.get(topic) === handler) this.#topics.delete(topic);
    };
  }

  /**
   * Sends a message to whoever handles the topic on another node. What calls may carry it may carry.
   *
   * @returns false if it was not sent; who needs to know that it arrived asks for an answer
   */
  send(to: UniqueNode, topic: string, message: unknown): boolean {
    const channel = this.#peers.to(to);
    if (channel === undefined || channel.isClosed) return false;
    return channel.write(() => channel.outgoing.message(topic, message));
  }

  /** Tells of every change in the cluster, after calls and watches have been seen to. @returns what ends that */
  onChange(listener: (change: ClusterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Is called when this node has said that it leaves, before its actors are stopped, and waited for. @returns what ends that */
  onLeave(hook: () => Promise<void>): () => void {
    this.#leaveHooks.add(hook);
    return () => this.#leaveHooks.delete(hook);
  }

  /** A frame that begins with `ACTOR_FRAME`. */
  receive(from: UniqueNode, frame: Uint8Array): void {
    if (this.#state !== "stopped") this.#peers.to(from)?.receive(frame);
  }

  connected(nodeId: string): void {
    this.#peers.find(nodeId)?.connected();
    this.#receptionist?.connected(nodeId);
  }

  connectionLost(nodeId: string): void {
    this.#peers.find(nodeId)?.connectionLost();
  }

  changed(change: ClusterChange): void {
    if (change.kind === "membership") {
      const { id } = change.member.node;
      if (change.to === "down" || change.to === "removed") this.#peers.lose(id);
      else if (change.from === undefined) this.#peers.find(id)?.connected();
    }
    for (const listener of this.#listeners) listener(change);
  }

  /** Lets the actors finish what they have begun or waits for them, and stops them; takes in nothing more meanwhile. */
  async leave(): Promise<void> {
    if (this.#state !== "running") return;
    await Promise.all([...this.#leaveHooks].map((hook) => hook()));
    this.#state = "leaving";
    await this.#actors.stopAll("windUp");
    // The last answers go ahead of the news that this node is down, which fails whoever still waits.
    this.#peers.flush();
  }

  /** Ends at once: what is in flight fails with `SHUT_DOWN`. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#singletons?.stop();
    this.#receptionist?.stop();
    void this.#actors.stopAll("stop");
    this.#pending.fail((call) => shutDown(call.to, call.method));
    this.#peers.flush();
    this.#peers.stop((call) => shutDown(call.to, call.method));
    this.#actors.watches.clear();
    this.deadLetters.end();
  }

  /** A hook of an actor has failed, of which no caller hears. */
  reportFailure(actor: string, error: unknown): void {
    this.#context.logger.error({ actor, err: error }, "a hook of an actor failed");
  }

  explain(): ActorsExplanation {
    return {
      running: this.#actors.size,
      callsInFlight: this.#pending.size + this.#peers.callsInFlight,
      deadLetters: this.deadLetters.count,
      undecodable: this.#undecodable,
      receptionist: this.#receptionist?.explain(),
      singletons: this.#singletons?.explain() ?? [],
    };
  }

  #received(from: UniqueNode, topic: string, message: unknown): void {
    if (topic === RECEPTIONIST_TOPIC) void this.receptionist;
    else if (topic === SINGLETON_TOPIC) void this.singletons;
    try {
      this.#topics.get(topic)?.(from, message);
    } catch (error) {
      this.#undecodable++;
      this.#context.logger.warn({ peer: from.toString(), topic, err: error }, "a message cannot be read");
    }
  }

  #refToCell(cell: ActorCell): AnyActorRef {
    return this.refTo(new ActorId(this.self, cell.name), cell.table.shape);
  }

  #called(from: PeerChannel, number: number, actor: string, method: string, args: readonly unknown[]): void {
    if (this.#state !== "running") {
      const message = `${this.self} is leaving the cluster, and takes in no more calls.`;
      answerFailure(from, number, new Refusal("SHUT_DOWN", message), this.#answers);
      return;
    }
    const cell = this.#actors.find(actor);
    if (cell !== undefined) {
      cell.deliver(new RemoteCall(from, number, cell.table, method, args, this.#answers));
      return;
    }
    const to = new ActorId(this.self, actor);
    this.#deadLetter(to, method, from.peer.toString());
    const { code, message } = unknownActor(to, method);
    answerFailure(from, number, new Refusal(code, message), this.#answers);
  }

  #watch(id: ActorId, fire: (reason: TerminationReason) => void): () => void {
    if (id.node.id === this.self.id) {
      const { watches } = this.#actors;
      if (this.#actors.find(id.name) === undefined) return this.#soon(fire, "unknown");
      watches.add(id.name, fire);
      return () => watches.remove(id.name, fire);
    }
    const channel = this.#peers.to(id.node);
    if (channel === undefined) return this.#soon(fire, "node-down");
    if (channel.watches.add(id.name, fire)) channel.write(() => channel.outgoing.watch(id.name, true));
    return () => {
      if (!channel.watches.remove(id.name, fire) || channel.isClosed) return;
      channel.write(() => channel.outgoing.watch(id.name, false));
    };
  }

  #soon(fire: (reason: TerminationReason) => void, reason: TerminationReason): () => void {
    queueMicrotask(() => fire(reason));
    return () => {};
  }

  #watched(by: PeerChannel, actor: string, on: boolean): void {
    const watched = this.#watchedBy.get(by) ?? new Map<string, () => void>();
    this.#watchedBy.set(by, watched);
    const known = watched.get(actor);
    if (!on) {
      known?.();
      watched.delete(actor);
      return;
    }
    // It is said again after a connection was lost.
    if (known !== undefined) return;
    if (this.#actors.find(actor) === undefined) {
      by.tellTerminated(actor, "unknown");
      return;
    }
    const { watches } = this.#actors;
    const tell = () => {
      watched.delete(actor);
      if (!by.isClosed) by.tellTerminated(actor, "stopped");
    };
    watches.add(actor, tell);
    watched.set(actor, () => watches.remove(actor, tell));
  }

  #lateAnswer(from: PeerChannel, number: number): void {
    const letter = { to: new ActorId(from.peer, `#${number}`), method: "", from: this.self.toString() };
    this.deadLetters.publish(() => ({ ...letter, reason: "late-answer" }));
  }

  #deadLetter(to: ActorId, method: string, from: string): void {
    this.#context.logger.debug({ to: to.toString(), method, from }, "dead letter");
    this.deadLetters.publish(() => ({ to, method, from, reason: "unknown-actor" }));
  }
}

function shutDown(to?: ActorId, method?: string): ActorError {
  const message = "The system has been shut down, or is shutting down.";
  return new ActorError("SHUT_DOWN", message, { actor: to?.toString(), method });
}
