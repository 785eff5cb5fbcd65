import type { UniqueNode } from "../../node.js";
import { ActorError } from "../actor-error.js";
import type { ActorRuntime } from "../actor-runtime.js";
import type { ActorRuntimeContext } from "../actor-runtime-context.js";
import { ActorId } from "../declaring/actor-id.js";
import type { ActorClass, ActorRef, AnyActorRef, ArgumentsOf, Sound, SpawnOptions } from "../declaring/actor-types.js";
import { methodTable } from "../declaring/method-table.js";
import { onLeader, type SingletonAllocation } from "./allocation.js";
import {
  hostsKey,
  instanceKey,
  instanceName,
  SINGLETON_TOPIC,
  SingletonHost,
  type SingletonHostExplanation,
} from "./singleton-host.js";
import { fromWire, toWire } from "./singleton-message.js";
import { SingletonTarget } from "./singleton-target.js";

/** Settings for singletons. Durations are milliseconds. */
export interface SingletonSettings {
  /** How many calls of this node to one singleton may wait while it moves. Default 1,000; more fail with `MAILBOX_FULL`. */
  bufferSize: number;
  /** After how long a member that has not answered is asked again whether it hosts a singleton. Default 500. */
  claimRetryMs: number;
  /** How long to wait before an instance is made anew that stopped by itself or could not start. Default 1,000. */
  restartDelayMs: number;
}

/** A class to host, and how. */
export interface SingletonSpec<Class extends ActorClass> extends Omit<SpawnOptions, "name"> {
  readonly actor: Class;
  /** Which of the nodes that host it has the instance. Default `onLeader()`; the same on all nodes. */
  readonly allocation?: SingletonAllocation | undefined;
}

/** Actors of which there is one in the cluster: `system.singleton`. */
export interface Singletons {
  /**
   * Makes this node one of those that may have the instance, for as long as it runs, and gives a reference to it,
   * wherever it is at the time of each call. The second time, on one node, it gives the reference only.
   *
   * @param name the same on all nodes: letters, digits and `_ - . : $`
   * @param actor a class of actors, which may have the hooks of `SingletonHooks`; or one with options
   * @param args what its constructor takes
   * @throws ActorError `INVALID_ACTOR`, `INVALID_OPTION` or `SHUT_DOWN`
   */
  host<Class extends ActorClass>(
    name: string,
    actor: (Class & Sound<Class>) | SingletonSpec<Class & Sound<Class>>,
    ...args: ArgumentsOf<Class>
  ): ActorRef<InstanceType<Class>>;
  /**
   * A reference to the instance, on a node that need not host it. Calls wait while there is none.
   *
   * @throws ActorError `INVALID_ACTOR`, `INVALID_OPTION` or `SHUT_DOWN`
   */
  proxy<Class extends ActorClass>(name: string, actor: Class & Sound<Class>): ActorRef<InstanceType<Class>>;
}

/** What `explain().actors.singletons` tells of one. */
export interface SingletonExplanation {
  readonly name: string;
  /** The node that has the instance, as far as this one knows. */
  readonly instanceOn: string | undefined;
  /** How many calls of this node wait for an instance. */
  readonly waitingCalls: number;
  /** How this node takes part in hosting it; undefined if it does not. */
  readonly host: SingletonHostExplanation | undefined;
}

interface Known {
  readonly target: SingletonTarget;
  host: SingletonHost | undefined;
}

/** The singletons that one node has to do with. */
export class NodeSingletons {
  readonly #runtime: ActorRuntime;
  readonly #context: ActorRuntimeContext;
  readonly #known = new Map<string, Known>();
  #stopped = false;

  constructor(runtime: ActorRuntime, context: ActorRuntimeContext) {
    this.#runtime = runtime;
    this.#context = context;
    runtime.onMessage(SINGLETON_TOPIC, (from, message) => this.#receive(from, message));
    runtime.onChange(() => this.#review());
    runtime.onLeave(async () => {
      await Promise.all([...this.#known.values()].map(({ host }) => host?.retire()));
    });
  }

  host(name: string, spec: SingletonSpec<ActorClass>, args: readonly unknown[]): AnyActorRef {
    const { actor, allocation = onLeader(), ...options } = spec;
    const known = this.#find(name);
    const { shape } = methodTable(actor);
    if (known.host === undefined) {
      known.host = new SingletonHost(name, { actor, args, options, allocation }, this.#runtime, this.#context);
      this.#runtime.receptionist.observe(hostsKey(name), () => known.host?.review());
    }
    return shape.make(known.target);
  }

  proxy(name: string, actor: ActorClass): AnyActorRef {
    const { shape } = methodTable(actor);
    return shape.make(this.#find(name).target);
  }

  stop(): void {
    this.#stopped = true;
    for (const { host, target } of this.#known.values()) {
      host?.stop();
      target.stop();
    }
  }

  explain(): readonly SingletonExplanation[] {
    return [...this.#known].map(([name, { host, target }]) => ({
      name,
      instanceOn: this.#runtime.receptionist.origins(instanceKey(name).id).map((id) => this.#nodeName(id))[0],
      waitingCalls: target.waiting,
      host: host?.explain(),
    }));
  }

  #nodeName(nodeId: string): string {
    return String(this.#context.member(nodeId)?.node ?? nodeId);
  }

  #find(name: string): Known {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#stopped) throw new ActorError("SHUT_DOWN", `The system has been shut down: ${name} cannot be had.`);
    if (typeof name !== "string" || !/^[\w$.:-]{1,200}$/.test(name)) {
      const wanted = "use 1 to 200 letters, digits and _ - . : $";
      throw new ActorError("INVALID_OPTION", `${JSON.stringify(name)} is not the name of a singleton: ${wanted}.`);
    }
    const { clock, self, settings, singletons } = this.#context;
    const { receptionist } = this.#runtime;
    const key = instanceKey(name);
    const target = new SingletonTarget({
      name,
      clock,
      timeoutMs: settings.callTimeoutMs,
      bufferSize: singletons.bufferSize,
      instance: () => receptionist.lookup(key)[0],
      nobody: new ActorId(self, instanceName(name)),
    });
    receptionist.observe(key.id, () => target.flush());
    const fresh = { target, host: undefined };
    this.#known.set(name, fresh);
    return fresh;
  }

  #review(): void {
    for (const { host } of this.#known.values()) host?.review();
  }

  #receive(from: UniqueNode, wire: unknown): void {
    // To whom this node does not know yet, or any more, it owes no word; and nothing that it says binds itself.
    if (this.#stopped || this.#context.standing(from.id) !== "member") return;
    const [name, message] = fromWire(wire);
    const host = this.#known.get(name)?.host;
    if (host !== undefined) host.receive(from, message);
    // Whoever does not host it has no instance.
    else if (message.kind === "claim") {
      const answer = { kind: "grant", claim: message.claim, generation: 0, legacy: undefined } as const;
      this.#runtime.send(from, SINGLETON_TOPIC, toWire(name, answer));
    }
  }
}
