import { connect, type Socket } from "node:net";
import { type Endpoint, parseEndpoint } from "@rollcall/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "./support/eventually.ts";
import { Program } from "./support/program.ts";
import { frame, offerFrom, QUESTION, WirePeer } from "./support/wire-peer.ts";

/** Of sockets that the attacker has open at once: well below what a process usually may have. */
const AT_ONCE = 400;
/** What a member may grow by, whatever comes. What is thrown at it would be several times that if it were kept. */
const MAX_GROWTH_BYTES = 160 * 1_024 * 1_024;
/** On a machine under load. */
const PATIENCE_MS = 120_000;

interface Report {
  readonly statuses: readonly string[];
  readonly rss: number;
  readonly associations: { readonly open: number; readonly refusedConnections: number };
  readonly held: { readonly strangers: number; readonly guests: number; readonly associations: number };
  readonly rejections: Readonly<Record<string, number>>;
}

/** A member in a process of its own. */
class Besieged {
  readonly at: Endpoint;
  readonly #program: Program;

  private constructor(program: Program, at: Endpoint) {
    this.#program = program;
    this.at = at;
  }

  static async start(secret: string | undefined, contacts: readonly Besieged[] = []): Promise<Besieged> {
    const addresses = contacts.map(({ at }) => `${at.host}:${at.port}`);
    const program = Program.start("besieged", { args: [secret ?? "-", ...addresses] });
    const { address } = JSON.parse(await program.line()) as { address: string };
    return new Besieged(program, parseEndpoint(address));
  }

  async report(): Promise<Report> {
    this.#program.kill("SIGUSR2");
    return JSON.parse(await this.#program.line()) as Report;
  }
}

/** Two members, the second of which joined the first. */
async function startTwo(secret?: string): Promise<readonly [Besieged, Besieged]> {
  const first = await Besieged.start(secret);
  const second = await Besieged.start(secret, [first]);
  await expectUp([first, second]);
  return [first, second];
}

async function expectUp(members: readonly Besieged[]): Promise<Report[]> {
  let reports: Report[] = [];
  const look = async () => {
    reports = await Promise.all(members.map((member) => member.report()));
    return reports.map(({ statuses }) => statuses);
  };
  await eventually(look).toEqual(members.map(() => members.map(() => "up")));
  return reports;
}

/** Both are as they were before: the same two members, up, and not much larger; and the door is free again. */
async function expectUnharmed(members: readonly [Besieged, Besieged], before: readonly Report[]): Promise<Report[]> {
  const after = await expectUp(members);
  for (const [at, { rss }] of after.entries()) {
    expect(rss - (before[at]?.rss ?? 0)).toBeLessThan(MAX_GROWTH_BYTES);
  }
  await eventually(async () => (await members[0].report()).held.strangers).toBe(0);
  return after;
}

/** Opens connections, never closes one, and lets `then` do with each what it likes; so many at once. */
async function crowd(to: Endpoint, total: number, then: (socket: Socket) => void): Promise<void> {
  const open = new Set<Socket>();
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
  });
  let opened = 0;
  await new Promise<void>((resolve) => {
    const next = () => {
      while (open.size < AT_ONCE && opened < total) {
        opened++;
        const socket = connect(to.port, to.host);
        open.add(socket);
        socket.on("error", () => {});
        socket.on("data", () => {});
        socket.once("connect", () => then(socket));
        socket.once("close", () => {
          open.delete(socket);
          if (open.size === 0 && opened === total) resolve();
          else next();
        });
      }
    };
    next();
  });
}

describe("members under siege stay up and do not grow, by", () => {
  it.each([
    ["without a secret", undefined],
    ["with a secret", "known to the two and nobody else"],
  ])(
    "five thousand connections that say nothing, %s",
    async (_, secret) => {
      const members = await startTwo(secret);
      const before = await expectUp(members);
      await crowd(members[0].at, 5_000, () => {});
      const [report] = await expectUnharmed(members, before);
      expect(report?.associations.refusedConnections).toBeGreaterThan(0);
      expect(report?.associations.open).toBe(1);
    },
    PATIENCE_MS,
  );

  it(
    "two thousand connections that send garbage, 64 KiB each",
    async () => {
      const members = await startTwo();
      const before = await expectUp(members);
      const garbage = Buffer.alloc(64 * 1_024, "garbage");
      await crowd(members[0].at, 2_000, (socket) => socket.write(garbage));
      await expectUnharmed(members, before);
    },
    PATIENCE_MS,
  );

  it(
    "connections that trickle the bytes of a handshake",
    async () => {
      const members = await startTwo();
      const before = await expectUp(members);
      const bytes = frame(offerFrom());
      await crowd(members[0].at, 300, (socket) => {
        let sent = 0;
        const trickle = setInterval(() => socket.write(bytes.subarray(sent, ++sent)), 50);
        socket.once("close", () => clearInterval(trickle));
      });
      await expectUnharmed(members, before);
    },
    PATIENCE_MS,
  );

  it(
    "three thousand handshakes in a row under as many names, of somebody who never joins",
    async () => {
      const members = await startTwo();
      const before = await expectUp(members);
      let name = 0;
      await crowd(members[0].at, 3_000, (socket) => {
        const id = (++name).toString(16).padStart(16, "0");
        socket.write(Buffer.concat([frame(offerFrom({ id })), frame({ rollcall: "confirm", use: true })]));
      });
      const [report] = await expectUnharmed(members, before);
      expect(report?.rejections.TOO_MANY_HANDSHAKES).toBeGreaterThan(0);
      await eventually(async () => (await members[0].report()).held).toMatchObject({ associations: 1, guests: 0 });
    },
    PATIENCE_MS,
  );

  it(
    "two hundred thousand valid frames from one peer, as fast as they go",
    async () => {
      const members = await startTwo();
      const before = await expectUp(members);
      const questions = Buffer.concat(Array.from({ length: 1_000 }, () => frame(QUESTION)));
      for (let sent = 0; sent < 200_000; sent += 1_000) {
        // Who does not become a member is hung up on every two seconds, and comes again.
        const peer = await WirePeer.connect({ cluster: { self: members[0].at } });
        await peer.associate();
        peer.socket.removeAllListeners("data").resume();
        while (sent < 200_000 && !peer.socket.closed && peer.socket.writable) {
          const isRoom = peer.socket.write(questions);
          sent += 1_000;
          if (!isRoom) await new Promise((resolve) => peer.socket.once("drain", resolve).once("close", resolve));
        }
        peer.socket.destroy();
      }
      await expectUnharmed(members, before);
    },
    PATIENCE_MS,
  );
});
