import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type DiscoveryError,
  exponentialBackoff,
  isDiscoveryError,
  type Listing,
  type ServiceDiscovery,
  supervise,
} from "@rollcall/core";
import { type KubernetesDiscoveryOptions, kubernetesDiscovery } from "@rollcall/kubernetes";
import { folder, kubeconfigText } from "../../../adapters/kubernetes/test/support/kubeconfig-file.ts";
import type { Written } from "../../../adapters/kubernetes/test/support/objects.ts";
import { until } from "../../registries/scene.ts";
import type { Cleanup } from "../../support/cleanup.ts";
import { FaultyProxy } from "../../support/faulty-proxy.ts";
import { IN_TIME_MS } from "../../support/patience.ts";
import { patientClock } from "../../support/patient-clock.ts";
import type { ApiServer } from "./api-server.ts";

/** A namespace of a server, a proxy before it, and who looks at it through that. All go with the test. */
export class Scene {
  readonly server: ApiServer;
  readonly namespace: string;
  readonly proxy: FaultyProxy;
  readonly #onEnd: Cleanup;

  private constructor(server: ApiServer, namespace: string, proxy: FaultyProxy, onEnd: Cleanup) {
    this.server = server;
    this.namespace = namespace;
    this.proxy = proxy;
    this.#onEnd = onEnd;
  }

  static async begin(server: ApiServer, onEnd: Cleanup): Promise<Scene> {
    return new Scene(server, await server.namespace(), await FaultyProxy.start(server.port, onEnd), onEnd);
  }

  create(collection: string, ...objects: readonly Written[]): Promise<unknown> {
    return Promise.all(objects.map((object) => this.server.writer.create(this.namespace, collection, object)));
  }

  replace(collection: string, object: Written): Promise<unknown> {
    return this.server.writer.replace(this.namespace, collection, object);
  }

  delete(collection: string, ...names: readonly string[]): Promise<unknown> {
    return Promise.all(names.map((name) => this.server.writer.delete(this.namespace, collection, name)));
  }

  /** A kubeconfig for the way through the proxy. The user may be described by functions that are asked later. */
  async kubeconfig(user: { token?: string; ca?: string; parts?: object } = {}): Promise<string> {
    const { ca = this.server.ca, token, parts = {} } = user;
    const file = join(await folder(this.#onEnd), "kubeconfig");
    const server = `${this.server.ca === undefined ? "http" : "https"}://127.0.0.1:${this.proxy.port}`;
    const identity = token === undefined ? parts : { token };
    await writeFile(file, kubeconfigText({ server, ...(ca !== undefined && { ca }), user: identity }));
    return file;
  }

  /** The adapter, as the administrator unless told otherwise. */
  async discovery(options: Partial<KubernetesDiscoveryOptions> = {}) {
    const kubeconfig = options.kubeconfig ?? (await this.kubeconfig({ token: this.server.adminToken }));
    const what = options.labelSelector === undefined ? { service: "orders" } : {};
    const discovery = kubernetesDiscovery({ namespace: this.namespace, kubeconfig, ...what, ...options });
    this.#onEnd(() => discovery[Symbol.asyncDispose]());
    return discovery;
  }

  /** What the adapter answers, or why it does not, however long that takes. */
  async lookup(options: Partial<KubernetesDiscoveryOptions> = {}): Promise<Listing> {
    return (await this.discovery({ clock: patientClock, ...options })).lookup();
  }

  /** Somebody who subscribes, once, and remembers what came. */
  async subscribe(options: Partial<KubernetesDiscoveryOptions> = {}): Promise<Follower> {
    return new Follower((await this.discovery(options)).subscribe());
  }

  /** Somebody who subscribes under supervision, as a cluster does. */
  async follow(options: Partial<KubernetesDiscoveryOptions> = {}): Promise<Follower> {
    return this.supervised(await this.discovery(options));
  }

  supervised(discovery: ServiceDiscovery): Follower {
    const problems: DiscoveryError[] = [];
    const supervised = supervise(discovery, {
      // What no retry can mend is tried at the slowest pace.
      backoff: exponentialBackoff({ initialMs: 100, factor: 2, maxMs: 1_000 }),
      onChange: ({ state, lastError }) => {
        if (state === "retrying" && lastError) problems.push(lastError);
      },
    });
    this.#onEnd(async () => supervised[Symbol.asyncDispose]?.());
    return new Follower(supervised.subscribe(), problems);
  }
}

/** Reads a subscription and remembers it. */
export class Follower {
  readonly listings: Listing[] = [];
  readonly problems: DiscoveryError[];
  #over: unknown;

  constructor(subscription: AsyncIterable<Listing>, problems: DiscoveryError[] = []) {
    this.problems = problems;
    void this.#follow(subscription);
  }

  /** The hosts of the newest listing, sorted. */
  get hosts(): readonly string[] | undefined {
    return this.listings
      .at(-1)
      ?.map(({ host }) => host)
      .sort();
  }

  /** Resolves when exactly these hosts are listed. */
  async lists(...hosts: readonly string[]): Promise<Listing> {
    const wanted = [...hosts].sort().join();
    await until(
      () => this.hosts?.join() === wanted,
      () => `[${wanted}] are listed; ${this}`,
      IN_TIME_MS,
    );
    return this.listings.at(-1) as Listing;
  }

  /** Resolves when a listing, or an end of the session, passes. */
  async sees(holds: (listing: Listing) => boolean): Promise<void> {
    await until(
      () => this.listings.some(holds),
      () => `a listing passes; ${this}`,
      IN_TIME_MS,
    );
  }

  /** Resolves with why the session, or the latest one, failed. */
  async fails(withinMs = IN_TIME_MS): Promise<DiscoveryError> {
    const failure = () => this.#over ?? this.problems.at(-1);
    await until(
      () => failure() !== undefined,
      () => `it fails; ${this}`,
      withinMs,
    );
    const error = failure();
    if (!isDiscoveryError(error)) throw new Error(`expected a DiscoveryError; ${this}`, { cause: error });
    return error;
  }

  toString(): string {
    const listed = this.listings.slice(-5).map((listing) => `[${listing.map(({ host }) => host).join()}]`);
    const problems = this.problems.slice(-3).map(({ message }) => message);
    return `listed: ${listed.join(" ")}; trouble: ${problems.join(" | ")}; over: ${this.#over}`;
  }

  async #follow(subscription: AsyncIterable<Listing>): Promise<void> {
    try {
      for await (const listing of subscription) this.listings.push(listing);
      this.#over = "ended";
    } catch (error) {
      this.#over = error;
    }
  }
}

/** The error of something that must not work. */
export async function failureOf(asking: Promise<unknown>): Promise<DiscoveryError> {
  const outcome = await asking.then(
    () => "it worked",
    (error: unknown) => error,
  );
  if (!isDiscoveryError(outcome)) throw new Error(`expected a DiscoveryError, got ${outcome}`);
  return outcome;
}
