import type { DiscoveryError } from "@rollcall/core";
import type { NatsClient } from "../client.js";
import type { Bus, BusEvents, BusMessage } from "./bus.js";
import { deniedError, type ErrorContext, isPermissionViolation, lostError } from "./nats-errors.js";

export interface ClientBusOptions {
  readonly client: NatsClient;
  /** Whether it was made for this bus, and is closed with it. */
  readonly own: boolean;
  readonly context: ErrorContext;
  /** The subjects that are ours, with a wildcard at the end: refusals of others are none of our business. */
  readonly all: string;
}

/** A bus over the connection of the NATS client, whether that mends itself or not: when it breaks, the bus is over. */
export class ClientBus implements Bus {
  readonly #options: ClientBusOptions;
  readonly #events: BusEvents;
  readonly #subscriptions: { unsubscribe(): void }[] = [];
  readonly #waiting = new Set<(error: DiscoveryError) => void>();
  readonly #statuses: ReturnType<NatsClient["status"]> & { stop?(): void };
  /** The newest error that the server sent: when the connection breaks, that is why. */
  #said: Error | undefined;
  #over = false;

  constructor(options: ClientBusOptions, events: BusEvents) {
    this.#options = options;
    this.#events = events;
    this.#statuses = options.client.status();
    void this.#watch();
    // Only our own: what waits for the end of the program's connection would pile up until then.
    if (options.own) void options.client.closed().then((reason) => this.#lost(reason));
  }

  subscribe(subject: string, receive: (message: BusMessage) => void): void {
    if (this.#over) return;
    const subscription = this.#options.client.subscribe(subject, {
      callback: (error, message) => {
        // What is refused comes by the status as well, which also tells of what is published.
        if (error || this.#over) return;
        receive({ data: message.data, reply: message.reply, nobody: message.headers?.code === 503 });
      },
    });
    this.#subscriptions.push(subscription);
  }

  publish(subject: string, data: string, reply?: string): void {
    if (this.#over) return;
    try {
      this.#options.client.publish(subject, data, reply === undefined ? {} : { reply });
    } catch (error) {
      // It is being closed by the program.
      this.#lost(error);
    }
  }

  roundTrip(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { client, context } = this.#options;
      if (this.#over) return reject(lostError(this.#said, context));
      // The client forgets its flushes when it is closed.
      this.#waiting.add(reject);
      client
        .flush()
        // What was refused before the answer comes by way of a queue, which is read by the next turn.
        .then(
          () => setImmediate(resolve),
          (reason) => reject(lostError(this.#said ?? reason, context)),
        )
        .finally(() => this.#waiting.delete(reject));
    });
  }

  async close(): Promise<void> {
    const { client, own } = this.#options;
    this.#finish(lostError(this.#said, this.#options.context));
    if (!own) return;
    // What was said last may fail, when the server has ended the connection, and the client has to be listening then: it
    // leaves the socket as soon as it is told to close, and an error there that nobody handles would end the process.
    await new Promise((resolve) => setImmediate(resolve));
    await client.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.#statuses) {
      if (this.#over) return;
      if (status.type === "error" && status.error) this.#refused(status.error);
      // Our own says why it has ended.
      if (status.type === "disconnect" && !this.#options.own) break;
    }
    if (!this.#options.own) this.#lost();
  }

  #refused(error: Error): void {
    const { all, context } = this.#options;
    if (!isPermissionViolation(error)) this.#said = error;
    else if (error.subject.startsWith(all.slice(0, -1))) this.#events.denied(deniedError(error, all, context));
  }

  #lost(reason?: unknown): void {
    if (this.#over) return;
    const error = lostError(this.#said ?? reason, this.#options.context);
    this.#finish(error);
    this.#events.lost(error);
  }

  #finish(error: DiscoveryError): void {
    this.#over = true;
    this.#statuses.stop?.();
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
