import { it } from "vitest";
import { keepMajority } from "../../src/downing/index.js";
import { Simulation, record } from "../support/simulation.js";
it("x", async () => {
  for (const [n, lone] of [[3,1],[5,1],[5,2],[9,1],[9,4],[20,1],[20,3]] as const) for (const seed of [1,2,3]) {
    const world = new Simulation({ seed, configure: (s) => { (s as any).downing = keepMajority(); } });
    const systems = await world.form(n);
    await world.clock.advance(5_000);
    const minority = systems.slice(n - lone), majority = systems.slice(0, n - lone);
    const t0 = world.clock.now();
    const log: string[] = [];
    const watch = async (sys: any, who: string) => { for await (const e of sys.cluster.events) if (e.kind === "membership" && e.to === "down") log.push(`${who} ${((world.clock.now()-t0)/1000).toFixed(1)}s:${e.member.node.host.split(".").at(-1)}`); };
    void watch(systems[0], "leader"); for (const m of minority) void watch(m, "min");
    (world.network as any).partition?.(majority.map((s: any) => s.cluster.self.host), minority.map((s: any) => s.cluster.self.host));
    await world.clock.advance(90_000);
    console.log(n, lone, seed, log.join(" ").slice(0, 300));
    await world[Symbol.asyncDispose]().catch(() => {});
  }
}, 300_000);
