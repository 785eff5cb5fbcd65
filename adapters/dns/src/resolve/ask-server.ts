import { randomInt } from "node:crypto";
import { type Endpoint, formatEndpoint } from "@rollcall/core";
import type { Transport } from "../net/transport.js";
import { decode, encodeQuery, type Question } from "../wire/message.js";
import { type Answer, type Reply, readReply } from "./reply.js";
import { systemTrouble, Trouble } from "./trouble.js";

export interface AskServerOptions {
  readonly transport: Transport;
  readonly preferTcp: boolean;
  /** Aborts when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Puts a question to one server, once: by UDP, then by TCP if the answer was cut short; without EDNS if the server does
 * not know that. Does not settle before the server answers or the signal aborts.
 *
 * @throws Trouble, or the signal's reason
 */
export async function askServer(server: Endpoint, question: Question, options: AskServerOptions): Promise<Answer> {
  let reply = await exchange(server, question, true, options);
  if (reply.kind === "noEdns") reply = await exchange(server, question, false, options);
  if (reply.kind === "answer") return reply;
  const [code, why] =
    reply.kind === "failure"
      ? [reply.code, reply.why]
      : (["INVALID_RESPONSE", reply.kind === "truncated" ? reply.why : "does not understand the question"] as const);
  throw new Trouble(code, `${formatEndpoint(server)} ${why}, when asked for ${question.type} of ${question.name}`);
}

async function exchange(server: Endpoint, question: Question, edns: boolean, options: AskServerOptions) {
  const { transport, preferTcp, signal } = options;
  const ask = async (way: keyof Transport): Promise<Reply> => {
    // A new one each time: whoever has seen the last one cannot answer for the server.
    const query = { id: randomInt(0x1_0000), question, edns };
    const accept = (bytes: Buffer) => {
      const message = decode(bytes);
      return message && readReply(message, query);
    };
    try {
      return await transport[way](server, encodeQuery(query), accept, signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : systemTrouble(server, error as Error);
    }
  };
  if (preferTcp) return ask("tcp");
  const reply = await ask("udp");
  return reply.kind === "truncated" ? ask("tcp") : reply;
}
