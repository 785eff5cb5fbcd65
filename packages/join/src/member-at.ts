import type { MembershipView } from "./collaborators.js";
import type { EndpointRecord } from "./endpoint-record.js";

/** Stands for "this is ourselves". */
export const SELF = Symbol("self");

/** The node id of the member behind an endpoint, or ourselves, or undefined: nobody, that is, somebody to join. */
export type MemberAt = string | typeof SELF | undefined;

/**
 * Asks by address first, then by who answered there before (a member may be listed under another name or address than
 * its own), then by the id in the listing (nodes that announce themselves put their node id there).
 */
export function whoIsAt(
  record: EndpointRecord,
  membership: Pick<MembershipView, "memberAt" | "isMember">,
  selfId: string | undefined,
): MemberAt {
  const { id } = record.instance;
  if (record.self || (selfId !== undefined && id === selfId)) return SELF;
  const found = membership.memberAt(record.endpoint);
  if (found !== undefined) return found === selfId ? SELF : found;
  if (record.boundTo !== undefined && membership.isMember(record.boundTo)) return record.boundTo;
  return id !== undefined && membership.isMember(id) ? id : undefined;
}
