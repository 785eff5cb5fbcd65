import type { DnsRecord, Message } from "../../src/dns/message.js";
import { query } from "../../src/dns/message.js";
import { TYPE } from "./records.js";
import { World } from "./world.js";

export const NAME = `node-1.${TYPE}`;
export const SERVICE_TYPES = "_services._dns-sd._udp.local";
export const ASKER = { address: "10.0.0.99", port: 5353 };

export function typesOf(records: readonly DnsRecord[]) {
  return records.map(({ type }) => type).sort();
}

/** A world in which 10.0.0.7 has announced node-1 so long ago that nothing is held back any more. */
export async function announced(
  options: Parameters<World["announce"]>[2] = {},
  self: Parameters<World["announce"]>[1] = {},
) {
  const world = new World();
  const station = world.station("10.0.0.7");
  const announcement = await world.announce(station, self, options);
  await world.clock.advance(10_000);
  const since = world.clock.now();
  const ask = async (message: Partial<Message>, from = ASKER, waitMs = 600) => {
    const at = world.clock.now();
    world.medium.say(query(message), from);
    await world.clock.advance(waitMs);
    return world.sent("response", at);
  };
  return { world, station, announcement, since, ask };
}

export function hostOf(world: World): string {
  const records = world.sent("response").flatMap(({ message }) => message.answers);
  return (records.find(({ type }) => type === "A") as DnsRecord).name;
}
