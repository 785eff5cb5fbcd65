import { type ConnectionOptions, GrpcConnection, type Metadata } from "../grpc/connection.js";
import { GrpcError, STATUS } from "../grpc/grpc-error.js";
import type { EtcdUser } from "../options.js";
import {
  decodeHeader,
  decodeLease,
  decodeRange,
  decodeToken,
  decodeWatch,
  encodeAuthenticate,
  encodeGrant,
  encodeLease,
  encodeProgressRequest,
  encodePut,
  encodeRange,
  encodeWatch,
  type LeaseAnswer,
  type RangeAnswer,
  type WatchAnswer,
} from "./messages.js";

/** Has a member that has lost the rest of its cluster end a stream, instead of leaving it silent. */
const WITH_LEADER: Metadata = { hasleader: "true" };
/** A token that has expired, or was given before a user or role changed. */
const STALE_TOKEN = /invalid auth token|revision of auth store is old/;
const NO_USERS = /authentication is not enabled/;

export interface Watch {
  close(): void;
  /** Asks for a sign of life, which comes as an answer without events. */
  requestProgress(): void;
}

export interface Renewals {
  close(): void;
  /** Asks for the lease to live on; the answer has its time to live, or 0 when it is no more. */
  renew(lease: number): void;
}

/** What is told by a stream: its answers, and its end, which is always trouble. */
export interface StreamHandlers<A> {
  answer(answer: A): void;
  end(error: Error): void;
}

/**
 * One connection to one member of an etcd cluster, and one user's calls on it. Calls reject with a `GrpcError` or with
 * what is the matter with the connection. Whoever opens it closes it.
 */
export class EtcdConnection {
  readonly url: string;
  readonly #grpc: GrpcConnection;
  readonly #user: EtcdUser | undefined;
  #metadata: Metadata = {};

  constructor(url: string, user: EtcdUser | undefined, options: ConnectionOptions) {
    this.url = url;
    this.#user = user;
    this.#grpc = new GrpcConnection(url, options);
  }

  get isUsable(): boolean {
    return this.#grpc.trouble === undefined;
  }

  close(): void {
    this.#grpc.close();
  }

  /** Gets a token for the user, if there is one; the first call of all. */
  async authenticate(): Promise<void> {
    if (this.#user === undefined) return;
    const { username, password } = this.#user;
    const request = encodeAuthenticate(username, password);
    try {
      const answer = await this.#grpc.unary("/etcdserverpb.Auth/Authenticate", {}, request);
      this.#metadata = { token: decodeToken(answer) };
    } catch (error) {
      // A server that asks nobody who he is takes everybody.
      if (!(error instanceof GrpcError && NO_USERS.test(error.message))) throw error;
    }
  }

  /** Everything below a folder, as the whole cluster has it. */
  async range(folder: string): Promise<RangeAnswer> {
    return decodeRange(await this.#unary("/etcdserverpb.KV/Range", encodeRange(folder)));
  }

  /** @returns the revision */
  async put(key: string, value: string, lease: number): Promise<number> {
    return decodeHeader(await this.#unary("/etcdserverpb.KV/Put", encodePut(key, value, lease)));
  }

  /** @returns the time to live that was granted, in seconds; longer than asked for when the server has a minimum */
  async grant(lease: number, ttl: number): Promise<number> {
    return decodeLease(await this.#unary("/etcdserverpb.Lease/LeaseGrant", encodeGrant(lease, ttl))).ttl;
  }

  /** Ends a lease, and deletes the keys that hang on it. One that is no more is fine. */
  async revoke(lease: number): Promise<void> {
    try {
      await this.#unary("/etcdserverpb.Lease/LeaseRevoke", encodeLease(lease));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** @param end of the range, or undefined for the one key */
  watch(key: string, end: Buffer | undefined, startRevision: number, handlers: StreamHandlers<WatchAnswer>): Watch {
    const call = this.#stream("/etcdserverpb.Watch/Watch", handlers, (bytes) => {
      const answer = decodeWatch(bytes);
      if (answer.canceled) handlers.end(cancellation(answer));
      else handlers.answer(answer);
    });
    call.write(encodeWatch(key, end, startRevision));
    return { requestProgress: () => call.write(encodeProgressRequest()), close: call.close };
  }

  renewals(handlers: StreamHandlers<LeaseAnswer>): Renewals {
    const call = this.#stream("/etcdserverpb.Lease/LeaseKeepAlive", handlers, (bytes) => {
      handlers.answer(decodeLease(bytes));
    });
    return { renew: (lease) => call.write(encodeLease(lease)), close: call.close };
  }

  #stream(path: string, handlers: Pick<StreamHandlers<never>, "end">, message: (bytes: Buffer) => void) {
    const end = (error = new GrpcError(STATUS.UNAVAILABLE, "the server ended the stream")) => handlers.end(error);
    return this.#grpc.open(path, { ...this.#metadata, ...WITH_LEADER }, { message, end });
  }

  async #unary(path: string, request: Uint8Array): Promise<Buffer> {
    try {
      return await this.#grpc.unary(path, this.#metadata, request);
    } catch (error) {
      if (this.#user === undefined || !(error instanceof GrpcError && STALE_TOKEN.test(error.message))) throw error;
      await this.authenticate();
      return this.#grpc.unary(path, this.#metadata, request);
    }
  }
}

/** Whether a lease that was named is no more. */
export function isNotFound(error: unknown): boolean {
  return error instanceof GrpcError && error.status === STATUS.NOT_FOUND;
}

function cancellation({ compactRevision, cancelReason }: WatchAnswer): GrpcError {
  if (compactRevision > 0) {
    return new GrpcError(STATUS.OUT_OF_RANGE, `it has forgotten what came before revision ${compactRevision}`);
  }
  const [, reason = cancelReason] = /desc = (.*)$/.exec(cancelReason) ?? [];
  return new GrpcError(STATUS.UNAVAILABLE, `the watch was ended: ${reason || "no reason was given"}`);
}
