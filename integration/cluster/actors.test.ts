import type { ClusterSystem } from "@rollcall/cluster";
import { type ActorRef, type ActorTermination, DistributedActor, withOptions } from "@rollcall/cluster/actors";
import { describe, expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startMember } from "./support/member-process.ts";
import { everybodyUp, IN_TIME, startNode, startNodeThatKnows } from "./support/node.ts";
import { startPair } from "./support/pair.ts";
import { Program } from "./support/program.ts";
import { WirePeer } from "./support/wire-peer.ts";

/** As in `programs/greeter.ts`, which is another program: what they share is the names. */
class Greeter extends DistributedActor.with("greet", "hold", "echo", "ask", "pid") {
  greet(name: string): string {
    return `Hi, ${name}`;
  }
  async hold(): Promise<string> {
    return "held";
  }
  echo(value: unknown): unknown {
    return value;
  }
  ask(other: ActorRef<Greeter>, name: string): Promise<string> {
    return other.greet(name);
  }
  pid(): number {
    return process.pid;
  }
}

/** A process with a greeter, and a reference to that on a node here. */
async function startGreeter(system: ClusterSystem) {
  const program = Program.start("greeter", { args: [system.cluster.self.address] });
  const greeter = system.resolve(Greeter, await program.line());
  // No answer is waited for longer than a test may take; what fails by time-out is not what is tested.
  return { program, greeter: withOptions(greeter, { timeoutMs: 25_000 }) };
}

/** A node here; its neighbours are killed in the end, so that there is nobody to say goodbye to. */
const startCaller = () =>
  startNode(({ leave }) => {
    leave.stepTimeoutMs = 100;
  });

describe("calls between processes", () => {
  it("bring back what is returned, whatever and how large that is", async () => {
    const { greeter } = await startGreeter(await startCaller());
    expect(await greeter.greet("you")).toBe("Hello, you");
    expect(await greeter.pid()).not.toBe(process.pid);
    const value = {
      list: [1, "2", 3n],
      map: new Map([["a", new Date(0)]]),
      bytes: new Float64Array([1, 2]),
      no: undefined,
    };
    expect(await greeter.echo(value)).toEqual(value);
    const large = "x".repeat(1_000_000);
    expect(await greeter.echo(large)).toBe(large);
    const tooLarge = "x".repeat(1_100_000);
    await expect(greeter.echo(tooLarge)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  it("may be many at a time, of many sizes", async () => {
    const { greeter } = await startGreeter(await startCaller());
    const values = Array.from({ length: 3_000 }, (_, call) => ({ call, text: "x".repeat((call * 37) % 2_000) }));
    expect(await Promise.all(values.map((value) => greeter.echo(value)))).toEqual(values);
  });

  it("work by references that went through a third process", async () => {
    const system = await startCaller();
    const own = system.spawn(Greeter);
    const [first, second] = await Promise.all([startGreeter(system), startGreeter(system)]);
    await system.cluster.waitFor({ atLeast: 3, ...IN_TIME });
    expect(await first.greeter.ask(second.greeter, "you")).toBe("Hello, you");
    expect(await second.greeter.ask(own, "you")).toBe("Hi, you");
  });

  it("fail at once when the process is killed, and whoever watches is told", async () => {
    const system = await startCaller();
    const { program, greeter } = await startGreeter(system);
    const told: ActorTermination[] = [];
    system.watchTermination(greeter, (termination) => told.push(termination));
    const call = greeter.hold();
    expect(await program.line()).toBe("holding");
    program.kill("SIGKILL");
    await expect(call).rejects.toMatchObject({ code: "NODE_DOWN" });
    expect(told).toMatchObject([{ reason: "node-down" }]);
  });

  it("are brought to their end when the process leaves, and whoever watches is told", async () => {
    const system = await startCaller();
    const { program, greeter } = await startGreeter(system);
    const told: ActorTermination[] = [];
    system.watchTermination(greeter, (termination) => told.push(termination));
    const call = greeter.hold();
    expect(await program.line()).toBe("holding");
    program.kill("SIGTERM");
    expect(await call).toBe("held");
    await eventually(() => told.map(({ reason }) => reason)).toEqual(["stopped"]);
    expect((await program.exited).code).toBe(0);
  });

  it("are answered by a process that has nothing to do with actors: there is none", async () => {
    const system = await startCaller();
    const member = await startMember(0, [system.cluster.self.address]);
    await system.cluster.waitFor({ atLeast: 2, ...IN_TIME });
    const node = system.cluster.membership.get(member.id)?.node;
    if (node === undefined) throw new Error("it is not there");
    const nobody = withOptions(system.resolve(Greeter, { node, name: "nobody" }), { timeoutMs: 25_000 });
    await expect(nobody.greet("you")).rejects.toMatchObject({ code: "UNKNOWN_ACTOR" });
  });
});

describe("what a member says to actors that cannot be read", () => {
  it("is counted, and the association goes on", async () => {
    const [first] = await startPair();
    first.spawn(Greeter);
    const peer = await WirePeer.connect(first);
    await peer.associate();
    for (const bytes of [[3], [3, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7], [3, 0, 0, 0, 1, 0, 0, 0, 5], Array(200).fill(3)]) {
      peer.send(Buffer.from(bytes as number[]));
    }
    await peer.answered();
    await eventually(() => first.cluster.explain().actors?.undecodable).toBeGreaterThanOrEqual(3);
    const newcomer = await startNodeThatKnows([first.cluster.self.address]);
    await newcomer.cluster.joined(IN_TIME);
  });
});

describe("two systems in one process", () => {
  it("call each other's actors over TCP, and each is who it is", async () => {
    const [first, second] = await startPair();
    await everybodyUp([first, second]);
    const greeter = second.resolve(Greeter, String(first.spawn(Greeter)));
    expect(await greeter.greet("you")).toBe("Hi, you");
    expect(second.cluster.explain().actors?.running).toBe(0);
    expect(first.cluster.explain().actors?.running).toBe(1);
  });
});
