import { ClusterError, type Connection } from "@rollcall/cluster";
import type { Attachment } from "./attachment.js";
import { lossDelayMs, reconnectAfterMs } from "./retransmission.js";
import { type ConnectionContext, SimulatedConnection } from "./simulated-connection.js";

/** Incoming connections that a frozen process may have waiting; more are not answered. What Node.js asks for. */
const BACKLOG = 511;

/** An address on which a process listens. */
export interface Listening {
  readonly attachment: Attachment;
  readonly onConnection: (connection: Connection) => void;
  /** Connections that wait for the process to go on. */
  waiting: number;
}

export interface DialContext extends ConnectionContext {
  /** Who listens at an address now. */
  listeningAt(address: string): Listening | undefined;
  remember(connection: SimulatedConnection): void;
}

/** Where to connect to. */
export interface Destination {
  readonly host: string;
  /** `host:port` */
  readonly address: string;
}

/**
 * Connects one process to another. Whoever listens is asked after a round trip, and again at growing intervals while
 * nothing answers; a process that is frozen has its connections accepted for it, as an operating system does.
 */
export function dial(
  context: DialContext,
  caller: Attachment,
  { host, address }: Destination,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Connection> {
  const { clock, links, random } = context;
  return new Promise((resolve, reject) => {
    let over = false;
    const settle = (action: () => void) => {
      if (over) return;
      over = true;
      timer.cancel();
      attempt?.cancel();
      signal.removeEventListener("abort", abort);
      action();
    };
    const abort = () => settle(() => reject(signal.reason));
    const timer = caller.process.schedule(timeoutMs, () => {
      const message = `Nobody answered at ${address} within ${timeoutMs} ms.`;
      settle(() => reject(new ClusterError("CONNECT_TIMED_OUT", message)));
    });
    const roundTripMs = () => {
      const [there, back] = [links.between(caller.host, host), links.between(host, caller.host)];
      const loss = 1 - (1 - there.loss) * (1 - back.loss);
      return there.latency(random) + back.latency(random) + lossDelayMs(loss, random, reconnectAfterMs);
    };
    let attempts = 0;
    const arrive = () => {
      if (caller.state !== "alive") return;
      const isCut = links.between(caller.host, host).cut || links.between(host, caller.host).cut;
      const listening = context.listeningAt(address);
      if (isCut || !context.isPowered(host) || (listening !== undefined && listening.waiting >= BACKLOG)) {
        attempt = clock.schedule(reconnectAfterMs(attempts++), arrive);
      } else if (listening === undefined) {
        const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        const refused = new ClusterError("CONNECT_FAILED", `Nobody listens at ${address}.`, { cause });
        caller.process.whenRunning(() => settle(() => reject(refused)));
      } else {
        const [here, there] = SimulatedConnection.pair(context, caller, listening.attachment);
        context.remember(here);
        context.remember(there);
        listening.waiting++;
        listening.attachment.process.whenRunning(() => {
          listening.waiting--;
          listening.onConnection(there);
        });
        caller.process.whenRunning(() => {
          if (over) here.destroy();
          else settle(() => resolve(here));
        });
      }
    };
    let attempt = clock.schedule(roundTripMs(), arrive);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}
