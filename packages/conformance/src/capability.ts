/**
 * What a mechanism may or may not be able to do, or a harness to bring about. A harness is taken to have all of them;
 * what it lacks it names in `without`, with the reason, and the cases that need it are skipped and printed.
 */
export const CAPABILITIES = Object.freeze({
  changes: "what is registered can change while a subscription is open",
  announce: "the discovery is an Announcer as well",
  listsItself: "a discovery that announces finds its own announcement in its own listing",
  dispose: "the discovery has [Symbol.asyncDispose]",
  unavailability: "the backend has makeUnavailable() and restore()",
  stall: "the backend has stall() and restore()",
  malformed: "the backend has addMalformed()",
  duplicates: "the backend has addDuplicate()",
  order: "the backend has reorder()",
  forget: "the backend has forget()",
  unknownService: "the backend has createUnknown(), and the mechanism lists nobody for it",
  ids: "instances keep their id",
  metadata: "instances keep their metadata",
  ipv6: "an instance can have an IPv6 address",
  ports: "two instances can share a host and differ in the port",
  handles: "what the process keeps open can be measured while the suite runs",
} as const);

export type Capability = keyof typeof CAPABILITIES;
