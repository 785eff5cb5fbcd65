import { type Endpoint, formatEndpoint, isHost, isPort } from "@rollcall/core";
import type { JoinOutcome } from "./collaborators.js";
import { JoinError } from "./join-error.js";
import type { JoinAnswer, JoinEvent } from "./join-event.js";

export interface JoinRequestOptions {
  /** Failed attempts after which the request gives up with `GAVE_UP`; at least 1. Default: never. */
  readonly maxAttempts?: number | undefined;
  /** Withdraws the request, and aborts its attempt unless the endpoint is also listed. */
  readonly signal?: AbortSignal | undefined;
}

type RequestOutcome = Exclude<JoinOutcome, { kind: "rejected" }>;

interface OpenRequest {
  readonly event: Extract<JoinEvent, { kind: "requested" }>;
  readonly resolve: (outcome: RequestOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

/** The explicit requests of one scheduler: promises outside, events and answers inside. */
export class JoinRequests {
  readonly #tell: (event: JoinEvent) => void;
  readonly #open = new Map<number, OpenRequest>();
  #state: "waiting" | "open" | "closed" = "waiting";
  #lastId = 0;

  constructor(tell: (event: JoinEvent) => void) {
    this.#tell = tell;
  }

  async add(endpoint: Endpoint, { maxAttempts, signal }: JoinRequestOptions): Promise<RequestOutcome> {
    if (typeof endpoint?.host !== "string" || !isHost(endpoint.host) || !isPort(endpoint.port)) {
      const shown = JSON.stringify(endpoint);
      throw new JoinError("INVALID_ENDPOINT", `${shown} cannot be joined: give a host and a port from 1 to 65535.`);
    }
    if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
      throw new JoinError("INVALID_OPTION", `maxAttempts must be a whole number, 1 or more, not ${maxAttempts}.`);
    }
    signal?.throwIfAborted();
    if (this.#state === "closed") throw stopped(endpoint);
    const { host, port } = endpoint;
    const id = ++this.#lastId;
    const event = {
      kind: "requested",
      id,
      endpoint: { host, port },
      maxAttempts: maxAttempts ?? Number.POSITIVE_INFINITY,
    } as const;
    const withdraw = () => this.#withdraw(id, signal?.reason);
    try {
      return await new Promise<RequestOutcome>((resolve, reject) => {
        this.#open.set(id, { event, resolve, reject });
        signal?.addEventListener("abort", withdraw);
        if (this.#state === "open") this.#tell(event);
      });
    } finally {
      signal?.removeEventListener("abort", withdraw);
    }
  }

  /** Passes on what was asked for before the scheduler was started, and everything from now on. */
  open(): void {
    this.#state = "open";
    for (const { event } of [...this.#open.values()]) this.#tell(event);
  }

  close(): void {
    this.#state = "closed";
    for (const { event, reject } of this.#open.values()) reject(stopped(event.endpoint));
    this.#open.clear();
  }

  answer(id: number, answer: JoinAnswer): void {
    const request = this.#open.get(id);
    if (request === undefined) return;
    this.#open.delete(id);
    const endpoint = formatEndpoint(request.event.endpoint);
    switch (answer.kind) {
      case "joined":
      case "self":
        request.resolve(answer);
        break;
      case "gave-up": {
        const { attempts, last } = answer;
        const message = `Could not join ${endpoint} in ${attempts} ${attempts === 1 ? "attempt" : "attempts"}; the last one ended with ${last.code}: ${last.reason}`;
        request.reject(new JoinError("GAVE_UP", message, { endpoint, attempts, lastCode: last.code }));
        break;
      }
      case "refused": {
        const message = `${endpoint} was not tried: maxEndpoints are tracked already; raise maxEndpoints or list fewer.`;
        request.reject(new JoinError("TOO_MANY_ENDPOINTS", message, { endpoint }));
        break;
      }
    }
  }

  #withdraw(id: number, reason: unknown): void {
    const request = this.#open.get(id);
    if (request === undefined) return;
    this.#open.delete(id);
    request.reject(reason);
    if (this.#state === "open") this.#tell({ kind: "withdrawn", id, endpoint: request.event.endpoint });
  }
}

function stopped(endpoint: Endpoint): JoinError {
  const shown = formatEndpoint(endpoint);
  return new JoinError("STOPPED", `${shown} was not joined: the join scheduler was stopped.`, { endpoint: shown });
}
