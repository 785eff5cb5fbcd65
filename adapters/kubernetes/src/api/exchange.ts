import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Clock, DiscoveryError, type Timer } from "@rollcall/core";
import { type Asked, connectionTrouble } from "./api-error.js";

/** After so much silence the operating system asks whether the other side is still there, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** What {@link exchange} takes besides what is asked. */
export interface ExchangeOptions {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly agents: Agents;
  readonly clock: Clock;
  /** Milliseconds for the head of the answer. */
  readonly headLimitMs: number;
  /** Milliseconds between two parts of its body. */
  readonly bodyLimitMs: number;
  readonly signal: AbortSignal;
}

/** The connections of one session, kept from one request to the next. */
export class Agents implements Disposable {
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new HttpsAgent({ keepAlive: true });

  for(url: URL) {
    return url.protocol === "http:"
      ? { request: httpRequest, agent: this.#plain }
      : { request: httpsRequest, agent: this.#secure };
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

/** An answer of which the head is there. */
export interface Answer {
  readonly status: number;
  /** The parts of the body as they arrive. Read it to its end, or leave it by `break`, which closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One GET request. Everything about it is over when the body is, or the signal aborts.
 *
 * @throws DiscoveryError, also from the body: `TIMED_OUT` when the server says nothing, `UNAVAILABLE` when it cannot be
 * reached or breaks the connection, `MISCONFIGURED` when its certificate is not trusted; the reason when the signal aborts
 */
export async function exchange(asked: Asked, options: ExchangeOptions): Promise<Answer> {
  const { name, connection } = asked;
  const { path, query, agents, clock, signal } = options;
  signal.throwIfAborted();
  const { token, ca, cert, key, servername, insecure } = connection;
  const url = new URL(connection.url + path);
  for (const [parameter, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(parameter, value);
  }
  const { request, agent } = agents.for(url);
  const outgoing = request(url, {
    agent,
    headers: { accept: "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: !insecure,
  });
  let response: IncomingMessage | undefined;
  let reason: unknown;
  const end = (why: unknown) => {
    reason ??= why;
    // A request whose answer has begun would end it as if the server had broken the connection.
    (response ?? outgoing).destroy();
  };
  const watchdog = new Watchdog(clock, (limitMs) => {
    const message = `${name}: ${connection.url} has said nothing for ${limitMs} ms; is it overloaded, or the way to it cut?`;
    end(new DiscoveryError("TIMED_OUT", message, { adapter: name }));
  });
  const abort = () => end(signal.reason);
  signal.addEventListener("abort", abort);
  const over = () => {
    watchdog.stop();
    signal.removeEventListener("abort", abort);
  };
  const trouble = (cause: unknown) => reason ?? connectionTrouble(asked, cause);
  watchdog.expect(options.headLimitMs);
  try {
    outgoing.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    response = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on("response", resolve);
      // Stays for as long as the request does: an error that comes when nobody waits any more must not be nobody's.
      outgoing.on("error", reject);
      outgoing.end();
    });
    response.on("error", () => {});
    return { status: response.statusCode ?? 0, body: parts(response, watchdog, options.bodyLimitMs, over, trouble) };
  } catch (cause) {
    over();
    throw trouble(cause);
  }
}

async function* parts(
  response: IncomingMessage,
  watchdog: Watchdog,
  limitMs: number,
  over: () => void,
  trouble: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    watchdog.expect(limitMs);
    for await (const part of response as AsyncIterable<Uint8Array>) {
      // Not while the reader is busy: that is no silence of the server's.
      watchdog.stop();
      yield part;
      watchdog.expect(limitMs);
    }
  } catch (cause) {
    throw trouble(cause);
  } finally {
    over();
  }
}

/** Calls when something that was expected has not come. */
class Watchdog {
  readonly #clock: Clock;
  readonly #bark: (limitMs: number) => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, bark: (limitMs: number) => void) {
    this.#clock = clock;
    this.#bark = bark;
  }

  expect(limitMs: number): void {
    this.stop();
    this.#timer = this.#clock.schedule(limitMs, () => this.#bark(limitMs));
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
