import type { Context } from "./context.js";
import type { Member } from "./member.js";
import { KIND } from "./message.js";
import { NO_UPDATES, STATUS } from "./update.js";

/** Sends a ping, with what is believed of the member and what news there is. */
export function sendPing(context: Context, member: Member, sequence: number): void {
  const { self, options, dissemination, outbox, time } = context;
  // What is said to somebody who is probably not there should not count as said.
  const isThere = member.status !== STATUS.unreachable;
  const updates = isThere ? dissemination.take(options.maxUpdatesPerMessage, time.now) : NO_UPDATES;
  const [incarnation, status] = options.buddy ? [member.incarnation, member.status] : [0, STATUS.reachable];
  if (member.doubt !== undefined) member.doubt.told = true;
  outbox.send(member.id, [KIND.ping, sequence, self.incarnation, incarnation, status, updates]);
}
