import type { Agenda } from "./agenda.js";
import type { Counting } from "./counters.js";
import type { Dissemination } from "./dissemination.js";
import type { Exchanges } from "./exchanges.js";
import type { LocalHealth } from "./local-health.js";
import type { Member } from "./member.js";
import type { Members } from "./members.js";
import type { SwimOptions } from "./options.js";
import type { Outbox } from "./outbox.js";
import type { ProtocolTime } from "./protocol-time.js";

/** What the parts of one detector share. All times in it are protocol time. */
export interface Context {
  readonly options: SwimOptions;
  readonly random: () => number;
  readonly time: ProtocolTime;
  readonly agenda: Agenda;
  readonly health: LocalHealth;
  /** This node's own record. It is not among {@link members}, and always reachable. */
  readonly self: Member;
  readonly members: Members;
  readonly dissemination: Dissemination;
  readonly exchanges: Exchanges;
  readonly counters: Counting;
  readonly outbox: Outbox;
}
