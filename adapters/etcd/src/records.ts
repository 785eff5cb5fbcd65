import { DiscoveryError, formatEndpoint, type InstanceLike, type ServiceInstance } from "@rollcall/core";
import type { KeyValue } from "./api/messages.js";

/** Where an instance is: `<prefix>/<service>/<id>`, the id escaped as in a URL, or else its endpoint. */
export function keyOf(folder: string, instance: ServiceInstance): string {
  return folder + encodeURIComponent(instance.id ?? formatEndpoint(instance));
}

/** What is there: JSON with `host` and `port`, and `id` and `metadata` if there are any. */
export function recordOf({ host, port, id, metadata }: ServiceInstance): string {
  return JSON.stringify({ host, port, id, metadata });
}

/** For core to read. What is no JSON is an error in place of an entry, which core leaves out and reports. */
export function entryOf({ key, value }: KeyValue): InstanceLike {
  try {
    return JSON.parse(value) as InstanceLike;
  } catch {
    const problem = new DiscoveryError("MALFORMED_RECORD", `the value of the key ${key} is not JSON.`);
    return problem as unknown as InstanceLike;
  }
}
