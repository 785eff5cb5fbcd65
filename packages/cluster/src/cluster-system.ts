import { type Announcer, type Clock, canAnnounce, type Timer } from "@rollcall/core";
import type { JoinScheduler } from "@rollcall/join/scheduler";
import { ACTOR_FRAME, ActorHost, type CreateActorRuntime, RUNTIME } from "./actor-host.js";
import type { ActorRuntime } from "./actors/actor-runtime.js";
import type { ActorSettings } from "./actors/actor-settings.js";
import type { ActorId } from "./actors/declaring/actor-id.js";
import type {
  ActorClass,
  ActorRef,
  ActorSpec,
  ActorTermination,
  AnyActorRef,
  ArgumentsOf,
  Sound,
  Watch,
} from "./actors/declaring/actor-types.js";
import type { Receptionist } from "./actors/receptionist/receptionist.js";
import type { SingletonSpec, Singletons } from "./actors/singleton/singletons.js";
import type { ClusterChange } from "./cluster-core.js";
import { ClusterShell } from "./cluster-shell.js";
import { type Composition, compose } from "./composition.js";
import { ClusterControl } from "./control/cluster-control.js";
import { ClusterEvents } from "./control/cluster-events.js";
import { explainSystem } from "./control/explain-system.js";
import { type Authentication, noAuthentication } from "./handshake/handshake-session.js";
import type { Secret } from "./handshake/secret-authentication.js";
import { inWords } from "./in-words.js";
import { leaveGracefully } from "./leave.js";
import type { Logger } from "./logger.js";
import { UniqueNode } from "./node.js";
import { SelfAnnouncement } from "./self-announcement.js";
import { type ClusterSettings, defaultSettings } from "./settings.js";
import { tapListings } from "./tap-listings.js";
import type { Connection, Listener, Transport } from "./transport/transport.js";
import { validateSettings } from "./validate-settings.js";

/** Why a system ended. */
export interface Termination {
  /** `downed`: the cluster said so, whoever shut the system down after that. `left`: `leave` or `shutdown` was called. */
  readonly reason: "left" | "downed";
}

/** Changes the settings of a system that is about to start. */
export type Configure = (settings: ClusterSettings) => void | Promise<void>;

/**
 * One node of a cluster: it listens, finds others, joins them, and keeps up with who is there. Several may run in one
 * process. Whoever starts one shuts it down, or declares it with `await using`.
 */
export class ClusterSystem implements AsyncDisposable {
  /** What this node can do with the cluster. */
  readonly cluster: ClusterControl;
  /** Resolves when the system has ended and holds nothing any more; never rejects. */
  readonly terminated: Promise<Termination>;
  readonly #settings: ClusterSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #actors: ActorHost;
  readonly #shell: ClusterShell;
  readonly #events: ClusterEvents;
  readonly #scheduler: JoinScheduler;
  readonly #announcement: SelfAnnouncement;
  readonly #listener: Listener;
  readonly #transport: Transport;
  #terminate: (termination: Termination) => void = () => {};
  #ending: Promise<void> | undefined;
  #onDown: Timer | undefined;
  #expelled = false;
  #stopped = false;

  /**
   * Starts a node. Resolves once it listens; `system.cluster.joined()` tells when it is up.
   *
   * @param name of the system; only nodes of one name form a cluster. Default `rollcall`
   * @param configure changes the settings, which come with their defaults
   * @throws ClusterError `INVALID_SETTING`, `INSECURE`, `BIND_FAILED`, or one that begins with `TLS_`
   */
  static async start(name = "rollcall", configure: Configure = () => {}): Promise<ClusterSystem> {
    const settings = defaultSettings();
    await configure(settings);
    validateSettings(name, settings);
    const parts = await compose(settings);
    const authentication =
      settings.secret === undefined ? noAuthentication : await authenticate(settings.secret, parts);
    const { host, port, bindHost = host, bindPort = port } = settings.node;
    // What connects before the system is there waits for it in the same turn.
    const early: Connection[] = [];
    let accept = (connection: Connection): void => {
      early.push(connection);
    };
    const listener = await parts.transport.listen({ host: bindHost, port: bindPort }, (connection) =>
      accept(connection),
    );
    try {
      const self = new UniqueNode(name, host, port === 0 ? listener.port : port, parts.nodeId());
      const system = new ClusterSystem(self, settings, parts, authentication, listener);
      accept = (connection) => system.#shell.accept(connection);
      for (const connection of early) accept(connection);
      system.#begin();
      return system;
    } catch (error) {
      // A part that the user replaced could not be made: nobody has a system to shut down.
      accept = (connection) => connection.destroy();
      for (const connection of early) connection.destroy();
      await listener.close();
      throw error;
    }
  }

  private constructor(
    self: UniqueNode,
    settings: ClusterSettings,
    parts: Composition,
    authentication: Authentication,
    listener: Listener,
  ) {
    const { clock, random, logger, transport } = parts;
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
    this.#listener = listener;
    this.#transport = transport;
    this.terminated = new Promise((resolve) => {
      this.#terminate = resolve;
    });
    this.#actors = new ActorHost({
      self,
      settings: actorSettings(settings),
      receptionist: settings.receptionist,
      singletons: settings.singletons,
      frameKind: ACTOR_FRAME,
      maxFrameBytes: settings.association.maxFrameBytes,
      maxWaitingBytes: settings.association.bufferedBytes,
      clock,
      random,
      logger,
      send: (peer, frame) => this.#shell.associations.send(peer, frame),
      isConnected: (nodeId) => this.#shell.associations.isOpen(nodeId),
      standing: (nodeId) => this.#shell.standing(nodeId),
      toNode: (id, host, port) => this.#shell.toNode(id, host, port),
      members: () => this.#shell.core.table.members(),
      member: (nodeId) => this.#shell.core.table.get(nodeId),
      leader: () => this.#shell.core.leader,
    });
    this.#shell = new ClusterShell({
      self,
      settings,
      clock,
      random,
      transport,
      authentication,
      logger,
      actors: this.#actors,
      // Not when it is told: whoever is told of another change before it may subscribe, and its snapshot has both.
      note: (change) => this.#events.publish(change),
      onChange: (change) => this.#changed(change),
      onExpelled: (reason) => this.#expel(reason),
    });
    const { core } = this.#shell;
    const snapshot = () => ({ kind: "snapshot", membership: core.table.snapshot, leader: core.leader }) as const;
    this.#events = new ClusterEvents(snapshot, settings.events.buffered);
    const { discovery } = settings;
    // Nobody else asks when the listing changed.
    const isTapped = discovery !== undefined && settings.formation.stableMs > 0;
    const listed = isTapped ? tapListings(discovery, () => core.listingChanged()) : discovery;
    this.#scheduler = parts.createScheduler({
      joiner: this.#shell,
      membership: this.#shell,
      selfId: self.id,
      discovery: listed,
    });
    const announcer: Announcer | undefined =
      settings.announce && discovery !== undefined && canAnnounce(discovery) ? discovery : undefined;
    const instance = { host: self.host, port: self.port, id: self.id, metadata: { system: self.system } };
    this.#announcement = new SelfAnnouncement(announcer, instance, clock, random, logger);
    this.cluster = new ClusterControl({
      self,
      waits: this.#shell.waits,
      events: this.#events,
      membership: () => core.table.snapshot,
      leader: () => core.leader,
      isRemoved: (nodeId) => core.table.tombstones.find(nodeId) !== undefined,
      join: async (endpoint, options) => {
        await this.#scheduler.join(endpoint, options);
      },
      leave: () => this.shutdown(),
      down: (nodeId) => core.moveTo(nodeId, "down"),
      explain: () =>
        explainSystem({
          self,
          leadership: settings.leadership,
          isStopped: this.#stopped,
          shell: this.#shell,
          scheduler: this.#scheduler,
          actors: this.#actors,
          announcement: this.#announcement,
          tls: this.#transport.explainTls?.(),
        }),
    });
  }

  /**
   * Makes an actor on this node, with what its class's constructor takes, and gives a reference to it.
   *
   * @param actor a class of actors; or one with options: `{ actor: Greeter, name: "front-desk" }`
   * @throws ActorError `INVALID_ACTOR`, `INVALID_OPTION`, `NAME_TAKEN` or `SHUT_DOWN`; what the constructor throws
   */
  spawn<Class extends ActorClass>(
    actor: Class & Sound<Class>,
    ...args: ArgumentsOf<Class>
  ): ActorRef<InstanceType<Class>>;
  spawn<Class extends ActorClass>(
    actor: ActorSpec<Class & Sound<Class>>,
    ...args: ArgumentsOf<Class>
  ): ActorRef<InstanceType<Class>>;
  spawn(actor: ActorClass | ActorSpec<ActorClass>, ...args: readonly unknown[]): AnyActorRef {
    const spec = typeof actor === "function" ? { actor } : actor;
    return this.#actorsFor(spec?.actor).spawn(spec.actor, spec, args);
  }

  /**
   * A reference to an actor of a class, wherever it runs. Whether it is there shows when it is called.
   *
   * @param id of the actor; as text, as it is given by `String(reference)`; or where it is, with its name
   * @throws ActorError `INVALID_ACTOR` or `INVALID_ID`
   */
  resolve<Class extends ActorClass>(
    actor: Class & Sound<Class>,
    id: ActorId | string | { readonly node: UniqueNode; readonly name: string },
  ): ActorRef<InstanceType<Class>> {
    return this.#actorsFor(actor).resolve(actor, id) as ActorRef<InstanceType<Class>>;
  }

  /**
   * Calls `listener` when an actor is no more: it has stopped, or its node has gone. Once, and never before this returns;
   * at once if the actor is not there. Not when the watch has been ended, or this system shut down.
   */
  watchTermination(actor: AnyActorRef, listener: (termination: ActorTermination) => void): Watch {
    return this.#actors.existing.watch(actor, listener);
  }

  /**
   * Stops an actor of this node once the call that it handles is over; what waits fails with `ACTOR_STOPPED`. Resolves
   * when it has stopped.
   *
   * @throws ActorError `NOT_LOCAL`
   */
  stopActor(actor: AnyActorRef): Promise<void> {
    return this.#actors.existing.stopActor(actor);
  }

  /** Who can be found under which key, on all nodes. Keys are made by `receptionKey` of `@rollcall/cluster/actors`. */
  get receptionist(): Receptionist {
    return {
      register: (key, actor) => this.#actorsFor(key).receptionist.register(key, actor),
      lookup: (key) => this.#actorsFor(key).receptionist.lookup(key),
      listing: (key) => this.#actorsFor(key).receptionist.listing(key),
    };
  }

  /** Actors of which there is one in the cluster. */
  get singleton(): Singletons {
    return {
      host: <Class extends ActorClass>(name: string, actor: Class | SingletonSpec<Class>, ...args: unknown[]) => {
        const spec: SingletonSpec<ActorClass> = typeof actor === "function" ? { actor } : actor;
        const ref = this.#actorsFor(spec.actor).singletons.host(name, spec, args);
        return ref as ActorRef<InstanceType<Class>>;
      },
      proxy: <Class extends ActorClass>(name: string, actor: Class) =>
        this.#actorsFor(actor).singletons.proxy(name, actor) as ActorRef<InstanceType<Class>>,
    };
  }

  /** What runs the actors of this system; made if need be. For what is built on actors. */
  actors(create: CreateActorRuntime): ActorRuntime {
    return this.#actors.runtime(create);
  }

  /**
   * Leaves the cluster gracefully and gives everything back. Idempotent; works at any time, also while joining. The
   * others see this node leaving, then down, then removed.
   */
  shutdown(): Promise<void> {
    // Who has been downed and is tidying up before the system does it was downed all the same.
    this.#ending ??= this.#end(this.#expelled ? "downed" : "left");
    return this.#ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #begin(): void {
    this.#shell.start();
    this.#logger.info({ node: this.cluster.self.toString() }, "listening");
    this.#announcement.start();
    this.#scheduler.start();
  }

  async #end(reason: Termination["reason"]): Promise<void> {
    this.#onDown?.cancel();
    const withinMs = this.#settings.leave.stepTimeoutMs;
    await Promise.all([this.#bounded(this.#announcement.withdraw(), withinMs), this.#scheduler.stop()]);
    const windUp = () => this.#bounded(this.#actors.leave(), withinMs);
    await leaveGracefully(this.#shell, this.#clock, withinMs, windUp);
    this.#stopped = true;
    this.#actors.stop();
    const closed = this.#listener.close();
    this.#shell.stop();
    this.#events.end();
    await this.#bounded(closed, withinMs);
    this.#logger.info({ node: this.cluster.self.toString(), reason }, "shut down");
    this.#terminate({ reason });
  }

  #changed(change: ClusterChange): void {
    this.#actors.changed(change);
    if (change.kind === "leadership") {
      this.#logger.info({ leader: change.to?.node.toString() }, "leader changed");
      return;
    }
    const node = change.member.node.toString();
    if (change.kind === "reachability")
      this.#logger.info({ node, reachability: change.member.reachability }, "reachability changed");
    else this.#logger.info({ node, from: change.from, to: change.to }, "member changed");
    const isSelf = change.member.node.id === this.cluster.self.id;
    if (isSelf && change.kind === "membership" && change.to === "down") this.#expel("this node has been downed");
  }

  /** The cluster is done with this node: act on it, once, unless the node is on its way out anyway. */
  #expel(reason: string): void {
    if (this.#expelled || this.#ending !== undefined) return;
    this.#expelled = true;
    const { action, delayMs } = this.#settings.onDown;
    this.#logger.warn({ reason, action: typeof action === "function" ? "function" : action, delayMs }, "expelled");
    this.#shell.core.moveTo(this.cluster.self.id, "down");
    void this.#scheduler.stop();
    if (action === "none") return;
    this.#onDown = this.#clock.schedule(delayMs, () => {
      if (typeof action === "function") action();
      else this.#ending ??= this.#end("downed");
    });
  }

  /** @param given a class of actors, or a key for them */
  #actorsFor(given: object): ActorRuntime {
    const { [RUNTIME]: create } = (given ?? {}) as { readonly [RUNTIME]?: CreateActorRuntime };
    if (typeof create === "function") return this.#actors.runtime(create);
    throw new TypeError(`${inWords(given)} is no class that extends DistributedActor, and no key for actors.`);
  }

  async #bounded(work: Promise<unknown>, withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(withinMs, resolve);
      const done = () => {
        timer.cancel();
        resolve();
      };
      work.then(done, done);
    });
  }
}

/** What it takes is loaded by those alone who have a secret. */
async function authenticate(secret: Secret, { nonce }: Composition): Promise<Authentication> {
  const { secretAuthentication } = await import("./handshake/secret-authentication.js");
  return secretAuthentication(secret, nonce);
}

/** A message goes with others in one frame, of which the other side accepts no more than so much. */
function actorSettings({ actors, association }: ClusterSettings): ActorSettings {
  return { ...actors, maxMessageBytes: Math.min(actors.maxMessageBytes, association.maxFrameBytes / 4) };
}
