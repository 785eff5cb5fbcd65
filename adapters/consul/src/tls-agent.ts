import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { CheckedOptions } from "./options.js";

type Connected = (error: Error | null, stream: Duplex) => void;

/** Makes each connection with the certificates that hold when it is made. */
export class TlsAgent extends Agent {
  readonly #tls: CheckedOptions["tls"];
  #destroyed = false;

  constructor(options: AgentOptions, tls: CheckedOptions["tls"]) {
    // A session that is taken up again would stand for the certificates of the connection that it was begun on.
    super({ ...options, maxCachedSessions: 0, ...(typeof tls === "object" && (tls as object)) });
    this.#tls = tls;
  }

  override createConnection(options: RequestOptions, connected?: Connected): Duplex | null | undefined {
    const tls = this.#tls;
    if (typeof tls !== "function") return super.createConnection(options, connected);
    const fail = (error: unknown) => connected?.(error as Error, undefined as unknown as Duplex);
    (async () => {
      const given = await tls();
      // Whoever has ended the session meanwhile expects that nothing of it is left.
      if (this.#destroyed) throw new Error("The session has ended.");
      connected?.(null, super.createConnection({ ...options, ...(given as object) }) as Duplex);
    })().catch(fail);
    return undefined;
  }

  override destroy(): void {
    this.#destroyed = true;
    super.destroy();
  }
}
