import { DiscoveryError, type Random, shuffled } from "@rollcall/core";
import type { CheckedOptions } from "../options.js";
import { describeAuth } from "./auth.js";
import { authenticatorOf } from "./authenticator.js";
import type { OpenBus } from "./bus.js";
import { ClientBus } from "./client-bus.js";
import { connectError } from "./nats-errors.js";
import { openClient } from "./open-client.js";
import { readTls } from "./tls.js";

/**
 * Opens buses as the options say: over a new connection each, which the client does not mend, because whoever uses it
 * has to know; or over the one that was given.
 *
 * @param all the subjects that are ours, with a wildcard at the end
 */
export function busOpener(name: string, all: string, random: Random, options: CheckedOptions): OpenBus {
  const { servers, auth, tls, client: given, answerTimeoutMs } = options;
  /** What the cluster told us of, so that we find it again when all that were named are gone. */
  let learned: readonly string[] = [];

  if (given) {
    return async (signal, events) => {
      signal.throwIfAborted();
      if (given.isClosed()) throw closed(name);
      const context = { name, server: given.getServer(), who: "the connection of the option client" };
      return new ClientBus({ client: given, own: false, context, all }, events);
    };
  }
  const who = describeAuth(auth);
  return async (signal, events) => {
    const authenticator = auth && (await authenticatorOf(auth, name));
    const secure = tls && (await readTls(tls, name));
    const options = {
      ...{ name: `rollcall ${name}`, reconnect: false, timeout: answerTimeoutMs },
      ...(authenticator && { authenticator }),
      ...(secure && { tls: secure }),
    };
    const failures: DiscoveryError[] = [];
    const others = learned.filter((server) => !servers.includes(server));
    // One by one: a client that may not mend itself gives up all of them when the first one refuses us.
    for (const server of [...shuffled(servers, random), ...shuffled(others, random)]) {
      try {
        const client = await openClient({ ...options, servers: server }, signal);
        const learn = () => {
          learned = client.getServers().map(({ listen }) => listen);
        };
        learn();
        const lost = (error: DiscoveryError) => {
          learn();
          events.lost(error);
        };
        return new ClientBus({ client, own: true, context: { name, server, who }, all }, { ...events, lost });
      } catch (error) {
        signal.throwIfAborted();
        failures.push(connectError(error, { name, server, who }));
      }
    }
    throw allFailed(name, failures);
  };
}

/** What is the matter with all of them. A server that refuses us says more than one that is away. */
function allFailed(adapter: string, failures: readonly DiscoveryError[]): DiscoveryError {
  const [first] = failures;
  if (failures.length === 1) return first as DiscoveryError;
  const { code } = failures.find((failure) => failure.code !== "UNAVAILABLE") ?? (first as DiscoveryError);
  const message = `${adapter}: no server takes us. ${failures.map((failure) => failure.message).join(" ")}`;
  const retryable = failures.some((failure) => failure.retryable);
  return new DiscoveryError(code, message, { adapter, retryable, cause: failures });
}

function closed(adapter: string): DiscoveryError {
  const message = `${adapter}: the connection in the option client has been closed; make a new discovery with another.`;
  return new DiscoveryError("UNAVAILABLE", message, { adapter, retryable: false });
}
