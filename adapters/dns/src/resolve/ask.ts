import { type Clock, type Endpoint, formatEndpoint, sleep } from "@rollcall/core";
import type { Question } from "../wire/message.js";
import { type AskServerOptions, askServer } from "./ask-server.js";
import { type Deadline, TIME_OVER } from "./deadline.js";
import type { Answer } from "./reply.js";
import { combined, Trouble } from "./trouble.js";

export interface AskOptions extends Omit<AskServerOptions, "signal"> {
  readonly clock: Clock;
  /** The one to ask first at the front. Whichever answers is moved there. */
  readonly servers: Endpoint[];
  /** How long to wait for an answer before asking the next server, too, or the same again. Doubles with each round. */
  readonly retransmitMs: number;
  /** When to give up, by the clock. */
  readonly deadline: Deadline;
}

type Outcome = { readonly server: Endpoint } & ({ readonly answer: Answer } | { readonly trouble: Trouble });

/**
 * Puts a question to one server after the other, and again from the first one, until one has answered, all have failed,
 * or the time is over. A server that was silent can still answer while others are asked; one that failed is not asked
 * again.
 *
 * @throws Trouble naming the servers, or the signal's reason
 */
export async function ask(question: Question, options: AskOptions): Promise<Answer> {
  const { clock, servers, retransmitMs, deadline } = options;
  const done = new AbortController();
  const signal = AbortSignal.any([deadline.signal, done.signal]);
  // The servers may be put into another order by another question meanwhile.
  const order = [...servers];
  const troubles = new Map<Endpoint, Trouble>();
  const outcomes: Outcome[] = [];
  let wake = new AbortController();
  const start = async (server: Endpoint) => {
    const outcome = await askServer(server, question, { ...options, signal }).then(
      (answer) => ({ server, answer }),
      (trouble) => ({ server, trouble }),
    );
    outcomes.push(outcome);
    wake.abort();
  };
  try {
    for (let turn = 0; ; turn++) {
      const server = order[turn % order.length];
      if (server === undefined || troubles.size === order.length) throw combined([...troubles.values()]);
      if (troubles.has(server)) continue;
      wake = new AbortController();
      start(server);
      const patienceMs = retransmitMs * 2 ** Math.floor(turn / order.length);
      await sleep(clock, patienceMs, AbortSignal.any([signal, wake.signal]));
      for (const outcome of outcomes.splice(0)) {
        if ("answer" in outcome) {
          servers.splice(0, servers.length, outcome.server, ...servers.filter((other) => other !== outcome.server));
          return outcome.answer;
        }
        troubles.set(outcome.server, outcome.trouble);
      }
      if (signal.aborted)
        throw signal.reason === TIME_OVER ? silence(question, order, troubles, deadline) : signal.reason;
    }
  } finally {
    done.abort();
  }
}

/** Says who was silent, and what the others said. */
function silence(
  { name, type }: Question,
  servers: readonly Endpoint[],
  troubles: Map<Endpoint, Trouble>,
  { timeoutMs }: Deadline,
): Trouble {
  const silent = servers.filter((server) => !troubles.has(server)).map(formatEndpoint);
  const what = `${silent.join(" and ")} did not answer the question for ${type} of ${name} within ${timeoutMs} ms`;
  const advice = "look whether it runs, and whether firewalls let UDP and TCP through";
  const others = [...troubles.values()].map(({ message }) => `; ${message}`);
  return new Trouble("TIMED_OUT", `${what}; ${advice}${others.join("")}`);
}
