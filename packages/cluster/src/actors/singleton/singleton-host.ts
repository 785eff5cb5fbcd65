import type { Timer } from "@rollcall/core";
import { isLiving } from "../../membership/member.js";
import { compareNodes, type UniqueNode } from "../../node.js";
import type { ActorRuntime } from "../actor-runtime.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import type { ActorClass, SpawnOptions } from "../declaring/actor-types.js";
import { methodTable } from "../declaring/method-table.js";
import type { ReceptionKey } from "../receptionist/reception-key.js";
import type { SingletonAllocation } from "./allocation.js";
import { hostedActor } from "./hosted-actor.js";
import { type Legacy, SingletonMachine, type SingletonMessage, type SingletonPhase } from "./singleton-machine.js";
import { toWire } from "./singleton-message.js";

/** What nodes talk to each other about, when it is about singletons. */
export const SINGLETON_TOPIC = "$singleton";

/** What is hosted. */
export interface Hosting {
  readonly actor: ActorClass;
  readonly args: readonly unknown[];
  readonly options: SpawnOptions;
  readonly allocation: SingletonAllocation;
}

/** How one node takes part in hosting a singleton, for `explain()`. */
export interface SingletonHostExplanation {
  readonly phase: SingletonPhase;
  readonly allocation: string;
  /** Where it is to be, as far as this node sees. */
  readonly chosen: string | undefined;
  /** Members that have not said yet that they do not host it; nobody hosts it here before they have, or are down. */
  readonly waitingFor: readonly string[];
}

/** Which nodes host a singleton, under which key. */
export function hostsKey(name: string): string {
  return `$singleton/${name}/hosts`;
}

/** Where the instance of a singleton is, under which key. */
export function instanceKey(name: string): ReceptionKey {
  return { id: `$singleton/${name}/instance` };
}

/** The name that the instance of a singleton has on its node. */
export function instanceName(name: string): string {
  return `$singleton.${name}`;
}

/** One node's share in hosting a singleton: performs what {@link SingletonMachine} decides. */
export class SingletonHost {
  readonly #name: string;
  readonly #hosting: Hosting;
  readonly #runtime: ActorRuntime;
  readonly #context: ActorRuntimeContext;
  readonly #machine: SingletonMachine;
  readonly #withdraw: () => void;
  /** Takes back the registration of the instance. */
  #conceal = () => {};
  #stopInstance = () => {};
  #chosen: UniqueNode | undefined;
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Called whenever something may have changed while this node leaves. */
  #onSettled: (() => void) | undefined;
  #stopped = false;

  constructor(name: string, hosting: Hosting, runtime: ActorRuntime, context: ActorRuntimeContext) {
    this.#name = name;
    this.#hosting = hosting;
    this.#runtime = runtime;
    this.#context = context;
    const { claimRetryMs, restartDelayMs } = context.singletons;
    this.#machine = new SingletonMachine({
      selfId: context.self.id,
      precedes: (nodeId) => {
        const node = context.member(nodeId)?.node;
        return node !== undefined && compareNodes(node, context.self) < 0;
      },
      send: (to, message) => this.#send(to, message),
      start: (legacy) => this.#start(legacy),
      stop: () => {
        this.#conceal();
        this.#stopInstance();
      },
      retryMs: claimRetryMs,
      restartMs: restartDelayMs,
    });
    const { shape } = methodTable(hosting.actor);
    this.#withdraw = runtime.receptionist.registerName(hostsKey(name), instanceName(name), shape.key);
    this.review();
  }

  /** Who is there, or who hosts it, may have changed. */
  review(): void {
    if (this.#stopped) return;
    const { clock, leader, members, self } = this.#context;
    const hosts = new Set(this.#runtime.receptionist.origins(hostsKey(this.#name)));
    const others = new Set<string>();
    const candidates = [];
    for (const member of members()) {
      if (isLiving(member) && member.node.id !== self.id) others.add(member.node.id);
      const isReachable = member.node.id === self.id || member.reachability === "reachable";
      if (member.status === "up" && isReachable && hosts.has(member.node.id)) candidates.push(member);
    }
    candidates.sort((a, b) => compareNodes(a.node, b.node));
    this.#chosen = this.#hosting.allocation.choose({ candidates, leader: leader() });
    this.#machine.review(this.#chosen?.id, others, clock.now());
    this.#settle();
  }

  receive(from: UniqueNode, message: SingletonMessage): void {
    this.#machine.receive(from.id, message, this.#context.clock.now());
    this.#settle();
  }

  /** Hands the instance over, if it is here, before this node leaves. Resolves when there is nothing to be handed over. */
  async retire(): Promise<void> {
    this.#withdraw();
    this.review();
    await new Promise<void>((resolve) => {
      this.#onSettled = () => {
        const { hasLegacy, phase } = this.#machine;
        if (this.#stopped || (phase === "idle" && !(hasLegacy && this.#hasSuccessor()))) resolve();
      };
      this.#onSettled();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#onSettled?.();
  }

  explain(): SingletonHostExplanation {
    const { missing, phase } = this.#machine;
    const isWaiting = phase === "claiming";
    return {
      phase,
      allocation: this.#hosting.allocation.name,
      chosen: this.#chosen?.toString(),
      waitingFor: isWaiting ? missing.map((nodeId) => String(this.#context.member(nodeId)?.node ?? nodeId)) : [],
    };
  }

  #hasSuccessor(): boolean {
    return this.#chosen !== undefined && this.#chosen.id !== this.#context.self.id;
  }

  #start(legacy: Legacy | undefined): void {
    const { actor, args, options } = this.#hosting;
    const { clock, logger } = this.#context;
    const name = instanceName(this.#name);
    let left: unknown;
    const life = {
      legacy: legacy?.value,
      onActivated: () => {
        // Not before the hook is over, of which this is the last step.
        queueMicrotask(() => {
          if (this.#stopped || !this.#runtime.isRunning(name)) return;
          this.#conceal = this.#runtime.receptionist.register(instanceKey(this.#name), ref).unregister;
          logger.info({ singleton: this.#name, node: this.#context.self.toString() }, "hosts the singleton");
          this.#machine.started(clock.now());
          this.#settle();
        });
      },
      onPassivated: (state: unknown) => {
        left = state;
      },
    };
    const ended = () => {
      this.#conceal();
      if (this.#stopped) return;
      logger.info({ singleton: this.#name, node: this.#context.self.toString() }, "hosts the singleton no more");
      this.#machine.stopped(left, clock.now());
      this.#settle();
    };
    const spawned = this.#spawn(hostedActor(actor, life), { ...options, name }, args);
    if (spawned === undefined) {
      queueMicrotask(ended);
      return;
    }
    const ref = spawned;
    this.#stopInstance = () => void this.#runtime.stopActor(ref);
    this.#runtime.watch(ref, ended);
  }

  #spawn(actor: ActorClass, options: SpawnOptions, args: readonly unknown[]) {
    try {
      return this.#runtime.spawn(actor, options, args);
    } catch (error) {
      this.#context.logger.error({ singleton: this.#name, err: error }, "a singleton could not be started");
      return undefined;
    }
  }

  #send(to: string, message: SingletonMessage): void {
    const node = this.#context.member(to)?.node;
    if (node === undefined || this.#runtime.send(node, SINGLETON_TOPIC, toWire(this.#name, message))) return;
    if (message.kind !== "grant" || message.legacy === undefined) return;
    this.#context.logger.error({ singleton: this.#name }, "what onPassivate returned cannot be sent, and is lost");
    this.#runtime.send(node, SINGLETON_TOPIC, toWire(this.#name, { ...message, legacy: undefined }));
  }

  /** Sees to it that the machine is woken when it wants to be. */
  #settle(): void {
    this.#onSettled?.();
    const { clock } = this.#context;
    const at = Math.max(clock.now(), this.#machine.nextAt);
    if (this.#stopped || at >= this.#wakeAt) return;
    this.#timer?.cancel();
    this.#wakeAt = at;
    this.#timer = clock.schedule(at - clock.now(), () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#machine.wake(clock.now());
      this.#settle();
    });
  }
}
