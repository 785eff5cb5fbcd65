import { KIND, type SwimMessage } from "./message.js";
import { LIMITS, STATUS, type Status, type Update } from "./update.js";

/**
 * A message as it was decoded from the wire, if it is one, within {@link LIMITS}; otherwise nothing. The value itself is
 * given back: freeze or copy it if somebody else may still write to it.
 */
export function readMessage(value: unknown): SwimMessage | undefined {
  return Array.isArray(value) && isMessage(value) ? (value as unknown as SwimMessage) : undefined;
}

function isMessage(fields: readonly unknown[]): boolean {
  switch (fields[0]) {
    case KIND.ping:
      return (
        isUint(fields[1]) && isUint(fields[2]) && isUint(fields[3]) && isStatus(fields[4]) && areUpdates(fields[5])
      );
    case KIND.ack:
      return isUint(fields[1]) && isUint(fields[2]) && areUpdates(fields[3]);
    case KIND.pingRequest:
      return isUint(fields[1]) && isId(fields[2]) && isDuration(fields[3]) && isBit(fields[4]) && areUpdates(fields[5]);
    case KIND.indirectAck:
      return isUint(fields[1]) && isId(fields[2]) && isUint(fields[3]) && areUpdates(fields[4]);
    case KIND.nack:
      return isUint(fields[1]) && isBit(fields[2]) && areUpdates(fields[3]);
    case KIND.gossip:
      return areUpdates(fields[1]);
    default:
      return false;
  }
}

function areUpdates(value: unknown): value is readonly Update[] {
  return Array.isArray(value) && value.length <= LIMITS.updates && value.every(isUpdate);
}

function isUpdate(value: unknown): value is Update {
  if (!Array.isArray(value)) return false;
  const [id, incarnation, status, suspecters] = value as readonly unknown[];
  if (!isId(id) || !isUint(incarnation) || !isStatus(status)) return false;
  return status === STATUS.suspect ? areSuspecters(suspecters) : true;
}

function areSuspecters(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= LIMITS.suspecters && value.every(isId);
}

/** Whether a text may be the id of a member. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= LIMITS.idLength;
}

function isStatus(value: unknown): value is Status {
  return value === STATUS.reachable || value === STATUS.suspect || value === STATUS.unreachable;
}

function isUint(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LIMITS.number;
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= LIMITS.number;
}

function isBit(value: unknown): value is 0 | 1 {
  return value === 0 || value === 1;
}
