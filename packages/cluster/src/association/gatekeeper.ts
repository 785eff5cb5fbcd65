import type { Clock } from "@rollcall/core";
import { reject } from "../handshake/admission.js";
import type { Accept, Offer, Reject } from "../handshake/handshake-message.js";
import type { Metadata } from "../handshake/metadata.js";
import type { Logger } from "../logger.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";

/** Somebody who is not a member and wants to become one, or has been found and may. */
export interface AdmissionCandidate {
  /** Who it says it is. With a secret it has proven to belong to the system, but not which of its nodes it is. */
  readonly node: UniqueNode;
  /** What it says about itself: its `settings.node.metadata`. */
  readonly metadata: Metadata;
  /** Where the connection comes from or goes to, as this machine sees it: `address:port`. */
  readonly remote: string;
  /** The certificate that it has shown and that is trusted here; undefined where none was asked for. */
  readonly certificate: Connection["peerCertificate"];
  readonly dialledBy: "us" | "them";
}

/**
 * Whether to let somebody in: `true`, or why not. The reason is told to the other side and shown in `explain()` on both.
 * Anything else, an error and an answer that is late refuse as well.
 *
 * @param signal aborts when the answer has become of no use
 */
export type AdmissionHook = (
  candidate: AdmissionCandidate,
  options: { readonly signal: AbortSignal },
) => AdmissionAnswer | Promise<AdmissionAnswer>;

/** `true`, or why not. `false` refuses without a reason. */
export type AdmissionAnswer = boolean | string;

export interface Question {
  /** Why not; undefined if the candidate is admitted. Never rejects. */
  readonly answer: Promise<Reject | undefined>;
  /** The answer is of no use any more. */
  cancel(): void;
}

export interface GatekeeperContext {
  readonly hook: AdmissionHook | undefined;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How many questions may be without an answer; more candidates are refused. */
  readonly maxQuestions: number;
  readonly self: UniqueNode;
  readonly isMember: (nodeId: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How much of a reason is told, in characters. */
const MAX_REASON = 200;

/** Asks the admission hook about whoever is not a member, for a bounded time and a bounded number at once. */
export class Gatekeeper {
  readonly #context: GatekeeperContext;
  #open = 0;

  constructor(context: GatekeeperContext) {
    this.#context = context;
  }

  /**
   * @returns undefined if there is nothing to ask: without a hook, and about members, whom the cluster has let in before
   */
  ask(candidate: AdmissionCandidate): Question | undefined {
    const { hook, isMember, maxQuestions, self } = this.#context;
    if (hook === undefined || isMember(candidate.node.id)) return undefined;
    if (this.#open < maxQuestions) return this.#ask(hook, candidate);
    const refusal = this.#refuse(`${self} has asked ${maxQuestions} times and got no answer yet`);
    return { answer: Promise.resolve(refusal), cancel: () => {} };
  }

  #ask(hook: AdmissionHook, candidate: AdmissionCandidate): Question {
    const { clock, self, timeoutMs } = this.#context;
    const aborting = new AbortController();
    this.#open++;
    const asked = this.#call(hook, candidate, aborting.signal);
    const answer = new Promise<Reject | undefined>((resolve) => {
      const timer = clock.schedule(timeoutMs, () => {
        this.#warn(candidate, undefined, `settings.admission has not answered within ${timeoutMs} ms`);
        aborting.abort();
        resolve(this.#refuse(`${self} could not decide within ${timeoutMs} ms`));
      });
      aborting.signal.addEventListener("abort", () => timer.cancel(), { once: true });
      void asked.then((refusal) => {
        timer.cancel();
        resolve(refusal);
      });
    });
    return { answer, cancel: () => aborting.abort() };
  }

  async #call(hook: AdmissionHook, candidate: AdmissionCandidate, signal: AbortSignal): Promise<Reject | undefined> {
    const { self } = this.#context;
    try {
      const said: unknown = await hook(candidate, { signal });
      if (said === true) return undefined;
      if (typeof said === "string") return this.#refuse(`${self} does not admit ${candidate.node}: ${readable(said)}`);
      if (said === false) return this.#refuse(`${self} does not admit ${candidate.node}`);
      this.#warn(candidate, undefined, "settings.admission answered neither true nor a reason");
    } catch (error) {
      if (!signal.aborted) this.#warn(candidate, error, "settings.admission failed");
    } finally {
      this.#open--;
    }
    // What went wrong is nobody's business but this node's.
    return this.#refuse(`${self} could not decide; its log says why`);
  }

  #refuse(reason: string): Reject {
    return reject("NOT_ADMITTED", reason);
  }

  #warn({ node, remote }: AdmissionCandidate, err: unknown, message: string): void {
    this.#context.logger.warn({ node: node.toString(), remote, err }, message);
  }
}

/** Whoever is on a connection, as it has introduced itself. */
export function candidate(
  { from, metadata = {} }: Offer | Accept,
  { remote, peerCertificate }: Connection,
  dialledBy: AdmissionCandidate["dialledBy"],
): AdmissionCandidate {
  return { node: from, metadata, remote, certificate: peerCertificate, dialledBy };
}

/** A reason as one line of bounded length. */
function readable(reason: string): string {
  return reason.replace(/\p{Cc}+/gu, " ").slice(0, MAX_REASON);
}
