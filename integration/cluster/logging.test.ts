import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";
import { Program } from "./support/program.ts";
import { WirePeer } from "./support/wire-peer.ts";

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [detail: string]: unknown;
}

/** A pino logger, and what it has written. */
function pinoToMemory(level: string) {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  return { lines, logger: pino({ level }, stream) };
}

it("a system says what it does to a pino logger, members in full and errors with their stack", async () => {
  const { lines, logger } = pinoToMemory("debug");
  const first = await startNode((settings) => {
    settings.logger = logger;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([first, second]);
  const peer = await WirePeer.connect(first);
  await peer.associate();
  peer.send(Buffer.from("garbage"));
  await first.cluster.waitFor({ atLeast: 2 });
  await eventually(() => lines.filter(({ level }) => level === pino.levels.values.warn)).toHaveLength(1);

  const node = `${second.cluster.self}`;
  expect(lines).toContainEqual(expect.objectContaining({ msg: "listening", node: `${first.cluster.self}` }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: "member changed", node, from: "joining", to: "up" }));
  const [warning] = lines.filter(({ level }) => level === pino.levels.values.warn);
  expect(warning).toMatchObject({ err: { message: expect.any(String), stack: expect.any(String) } });
});

it("what is said at the level info has to do with members and with what the user should know", async () => {
  const { lines, logger } = pinoToMemory("info");
  const first = await startNode((settings) => {
    settings.logger = logger;
  });
  const second = await startNodeThatKnows([first.cluster.self.address]);
  await everybodyUp([first, second]);
  await second.shutdown();
  await first.cluster.waitFor([second.cluster.self], "removed", { withinMs: 60_000 });
  await first.shutdown();

  const said = [...new Set(lines.map(({ msg }) => msg))];
  expect(said.sort()).toEqual(["leader changed", "listening", "member changed", "shut down"]);
});

it("a system that was given no logger writes nothing", async () => {
  const program = Program.start("quiet");

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(program.stdout).toBe("");
  expect(program.stderr).toBe("");
});
