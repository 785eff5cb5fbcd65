import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { everybodySeesEverybody, gone } from "../failure/support/cluster.ts";
import { Member, type OnTestFinished } from "../failure/support/member.ts";
import { CROWD_MS } from "../support/patience.ts";
import { bind } from "./name-servers.ts";
import { Place } from "./place.ts";
import type { ZoneServer } from "./zone-server.ts";

const LIMIT_MS = 300_000;
/** A cluster that finds its name server again has paused for up to 30 s between attempts by then, in milliseconds. */
const JOIN_LIMIT_MS = 45_000 + CROWD_MS;
const AWAY_MS = 5_000;

/** Processes that know a name server and nothing else. Somebody else puts each into the zone once it has started. */
async function begin(onTestFinished: OnTestFinished) {
  const server = await (bind.start as () => Promise<ZoneServer>)();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const place = new Place(server);
  const options = { name: place.name, servers: [server.address], minPollMs: 200, maxPollMs: 500 };
  const discovery = { module: "@rollcall/dns", factory: "dnsDiscovery", options };
  const where = ({ address }: Member) => ({ host: "127.0.0.1", port: Number(address.split(":").at(-1)) });
  return {
    server,
    async start() {
      const member = await Member.start({ port: 0, contacts: [], discovery }, { onTestFinished });
      await place.add([where(member)]);
      return member;
    },
    unlist: (member: Member) => place.remove([where(member)]),
  };
}

describe.skipIf(bind.start === undefined)(
  "a cluster that knows only a name server",
  { concurrent: true, timeout: LIMIT_MS },
  () => {
    it("forms, lives on without it, and takes a fourth node in when it is back", async ({ onTestFinished }) => {
      const { server, start } = await begin(onTestFinished);
      const members = await Promise.all([start(), start(), start()]);
      await everybodySeesEverybody(members);

      await server.process.kill();
      await pause(AWAY_MS);
      expect(gone(members)).toEqual([]);
      await server.process.start();

      const all = [...members, await start()];
      await everybodySeesEverybody(all, JOIN_LIMIT_MS);
      expect(gone(all)).toEqual([]);
    });

    it("does not mind that a node is out of the zone, and loses it when it is killed", async ({ onTestFinished }) => {
      const { start, unlist } = await begin(onTestFinished);
      const members = await Promise.all([start(), start(), start()]);
      await everybodySeesEverybody(members);
      const [victim, ...others] = members as [Member, ...Member[]];

      await unlist(victim);
      await pause(AWAY_MS / 2);
      expect(gone(members)).toEqual([]);
      victim.signal("SIGKILL");

      await everybodySeesEverybody(others);
      for (const other of others) await other.hasSeen(`${victim.id} down`, `${victim.id} removed`);
    });
  },
);
