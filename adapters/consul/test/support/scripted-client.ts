import type { EventEmitter } from "node:events";
import type { ConsulClient } from "../../src/index.js";

/** What the adapter gave to the client. */
export interface ClientCall {
  readonly method: "deregister" | "health" | "list" | "pass" | "register";
  readonly options: Readonly<Record<string, unknown>>;
}

/** What to answer: headers and body, or a promise of it; what it throws is what the client throws. */
export type Script = (call: ClientCall, number: number) => unknown;

/** A client whose answers a test decides, without sockets, for virtual time. */
export class ScriptedClient implements ConsulClient {
  readonly calls: ClientCall[] = [];
  /** Calls that were cancelled before they were answered. */
  readonly cancelled: ClientCall[] = [];
  script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  readonly health: ConsulClient["health"] = { service: (options) => this.#call("health", options) };
  readonly agent: ConsulClient["agent"] = {
    service: {
      list: (options) => this.#call("list", options),
      register: (options) => this.#call("register", options),
      deregister: (options) => this.#call("deregister", options),
    },
    check: { pass: (options) => this.#call("pass", options) },
  };

  /** Whether the token may read the service. */
  mayRead = () => true;

  /** The status is that of the service, which this agent does not have. */
  async _get(): Promise<never> {
    if (this.mayRead()) throw refusal(404, "ServiceName orders Not Found");
    throw refusal(403, `Permission denied: anonymous token lacks permission 'service:read' on "orders"`);
  }

  of(method: ClientCall["method"]): ClientCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  async #call(method: ClientCall["method"], given: object): Promise<unknown> {
    const call = { method, options: given as ClientCall["options"] };
    this.calls.push(call);
    const cancelled = new Promise<never>((_, reject) => {
      (call.options.ctx as EventEmitter).once("cancel", () => {
        this.cancelled.push(call);
        reject(new Error("request aborted"));
      });
    });
    return Promise.race([(async () => this.script(call, this.of(method).length))(), cancelled]);
  }
}

/** An answer as the client gives it when it is asked for the headers too. */
export function answer(body: unknown, index?: bigint | number | string, headers: Record<string, string> = {}): unknown {
  return [{ headers: { ...(index === undefined ? {} : { "x-consul-index": String(index) }), ...headers } }, body];
}

/** What the client throws for an answer that is not 2xx. */
export function refusal(statusCode: number, body: string): Error {
  const response = { statusCode, body, headers: {}, req: { headers: { "x-consul-token": "s3cret" } } };
  return Object.assign(new Error(`consul: health.service: ${body}`), { isPapi: true, isResponse: true, response });
}

export function never(): Promise<never> {
  return new Promise(() => {});
}

/** An entry of the health endpoint. */
export function entry(
  port: number,
  { node = "n1", id = `s-${port}`, address = "10.0.0.1", meta = {} as object } = {},
): object {
  return { Node: { Node: node, Address: "10.9.9.9" }, Service: { ID: id, Address: address, Port: port, Meta: meta } };
}
