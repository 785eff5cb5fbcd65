/**
 * As much of a connection of `@nats-io/transport-node` (or of another transport of the same client) as is used here. Any
 * version that looks like this will do.
 */
export interface NatsClient {
  isClosed(): boolean;
  closed(): Promise<unknown>;
  close(): Promise<void>;
  getServer(): string;
  status(): AsyncIterable<{ readonly type: string; readonly error?: Error }>;
  flush(): Promise<void>;
  publish(subject: string, payload?: string, options?: { reply?: string }): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: NatsMessage) => void },
  ): { unsubscribe(): void };
}

/** As much of a message as is used here. */
export interface NatsMessage {
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number } | undefined;
}
