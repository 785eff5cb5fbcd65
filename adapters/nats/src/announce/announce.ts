import { DiscoveryError, type Registration, type ServiceInstance, type SessionRequest } from "@rollcall/core";
import { type Setup, token } from "../setup.js";
import { encodeAlive, type Lease, MAX_MESSAGE_BYTES } from "../wire/messages.js";
import { Announcement } from "./announcement.js";

/** Resolves once the server has taken the announcement and passes questions on to us; rejects with why it has not. */
export async function announce(
  self: ServiceInstance,
  setup: Setup,
  { signal, report }: SessionRequest,
): Promise<Registration> {
  signal.throwIfAborted();
  const lease: Lease = { lease: token(setup.random), ttlMs: setup.ttlMs, instance: self };
  const bytes = Buffer.byteLength(encodeAlive(lease));
  if (bytes > MAX_MESSAGE_BYTES) throw tooLong(setup.name, self, bytes);
  const announcement = new Announcement(setup, lease, report);
  await announcement.start(signal);
  return { withdraw: () => announcement.withdraw() };
}

function tooLong(adapter: string, { host, port }: ServiceInstance, bytes: number): DiscoveryError {
  const message =
    `${adapter}: the announcement of ${host}:${port} has ${bytes} bytes, and others read at most ` +
    `${MAX_MESSAGE_BYTES}. Announce less metadata.`;
  return new DiscoveryError("MISCONFIGURED", message, { adapter });
}
