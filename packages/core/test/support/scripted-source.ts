import {
  type DefinedDiscovery,
  type DiscoveryDefinition,
  defineDiscovery,
  type InstanceLike,
  type ListingChannel,
  listingChannel,
  type SessionRequest,
} from "../../src/index.js";

/** A discovery whose sessions are in the test's hands, one by one. */
export interface ScriptedSource {
  readonly discovery: DefinedDiscovery;
  /** Every session that was opened, oldest first, with what it was given. */
  readonly sessions: (ListingChannel & { readonly request: SessionRequest })[];
  readonly current: ListingChannel & { readonly request: SessionRequest };
  /** How many sessions are open now. */
  readonly open: number;
}

export function scriptedSource(
  definition: Partial<DiscoveryDefinition> = {},
  onOpen: (session: ListingChannel) => void = () => {},
): ScriptedSource {
  const sessions: (ListingChannel & { readonly request: SessionRequest })[] = [];
  const discovery = defineDiscovery({
    name: "scripted",
    subscribe(request) {
      const session = Object.assign(listingChannel(request.signal), { request });
      sessions.push(session);
      onOpen(session);
      return session;
    },
    ...definition,
  });
  return {
    discovery,
    sessions,
    get current() {
      const last = sessions.at(-1);
      if (!last) throw new Error("no session has been opened");
      return last;
    },
    get open() {
      return sessions.filter(({ request }) => !request.signal.aborted).length;
    },
  };
}

/** Lists this at once in every session. */
export function listing(...instances: InstanceLike[]): (session: ListingChannel) => void {
  return (session) => session.push(instances);
}
