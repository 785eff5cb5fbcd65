import type { Listing } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../src/seeded-random.js";
import { SimulatedRegistry, type SimulatedRegistryOptions } from "../src/simulated-registry.js";
import { VirtualClock } from "../src/virtual-clock.js";

class Town {
  readonly clock = new VirtualClock();
  readonly registry: SimulatedRegistry;

  constructor(options: Partial<SimulatedRegistryOptions> = {}) {
    this.registry = new SimulatedRegistry({ clock: this.clock, random: seededRandom(1), ...options });
  }

  /** What somebody who subscribes hears from now on: hosts, or the code of the error that ended it. */
  listen(discovery = this.registry.discovery()): string[] {
    const heard: string[] = [];
    const read = async () => {
      for await (const listing of discovery.subscribe()) heard.push(hosts(listing));
    };
    read().catch((error) => heard.push(error.code));
    return heard;
  }
}

const hosts = (listing: Listing) => listing.map(({ host }) => host).join(" ");
const at = (host: string) => ({ host, port: 7337 });

describe("a simulated registry", () => {
  it("tells everybody of a change, some time after it", async () => {
    const town = new Town({ lagMs: [10, 20] });
    town.registry.list(at("a"));
    const heard = town.listen();
    await town.clock.advance(9);
    expect(heard).toEqual([]);
    await town.clock.advance(20);
    town.registry.list(at("b"));
    await town.clock.advance(20);
    town.registry.unlist(at("a"));
    await town.clock.advance(20);
    expect(heard).toEqual(["a", "a b", "b"]);
  });

  it("answers a question late, too", async () => {
    const town = new Town({ lagMs: [10, 20] });
    town.registry.list(at("a"));
    const listing = await town.clock.settle(town.registry.discovery().lookup());
    expect(hosts(listing)).toBe("a");
    expect(town.clock.now()).toBeGreaterThanOrEqual(10);
  });

  it("lists who announces itself until it withdraws, however long that takes", async () => {
    const town = new Town({ ttlMs: 1_000 });
    const announcement = await town.clock.settle(town.registry.discovery().announce(at("a")));
    await town.clock.advance(60_000);
    expect(hosts(town.registry.listing)).toBe("a");
    await town.clock.settle(Promise.resolve(announcement[Symbol.asyncDispose]()));
    expect(hosts(town.registry.listing)).toBe("");
    await town.clock.advance(2_000);
    expect(town.clock.pending).toBe(0);
  });

  it("forgets who died after a while, and who stood still until it goes on", async () => {
    const town = new Town({ ttlMs: 1_000 });
    const [dying, stopping] = [town.clock.process(), town.clock.process()];
    await town.clock.settle(town.registry.discovery(dying).announce(at("dead")));
    await town.clock.settle(town.registry.discovery(stopping).announce(at("stopped")));
    dying.kill();
    stopping.freeze();
    await town.clock.advance(500);
    expect(hosts(town.registry.listing)).toBe("dead stopped");
    await town.clock.advance(600);
    expect(hosts(town.registry.listing)).toBe("");
    stopping.thaw();
    await town.clock.advance(1);
    expect(hosts(town.registry.listing)).toBe("stopped");
  });

  it("tells nothing to who stands still, and the newest to who goes on", async () => {
    const town = new Town();
    const process = town.clock.process();
    const heard = town.listen(town.registry.discovery(process));
    await town.clock.advance(100);
    process.freeze();
    town.registry.list(at("a"));
    await town.clock.advance(100);
    town.registry.list(at("b"));
    await town.clock.advance(100);
    expect(heard).toEqual([""]);
    process.thaw();
    await town.clock.advance(100);
    expect(heard).toEqual(["", "a b"]);
  });

  it("ends subscriptions and answers with an error while it is away; nobody expires meanwhile", async () => {
    const town = new Town({ ttlMs: 1_000 });
    const dying = town.clock.process();
    await town.clock.settle(town.registry.discovery(dying).announce(at("a")));
    const heard = town.listen();
    await town.clock.advance(100);
    dying.kill();
    town.registry.fail();
    await town.clock.advance(5_000);
    expect(heard).toEqual(["a", "UNAVAILABLE"]);
    await expect(town.clock.settle(town.registry.discovery().lookup())).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(town.clock.settle(town.registry.discovery().announce(at("b")))).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    town.registry.recover();
    expect(hosts(await town.clock.settle(town.registry.discovery().lookup()))).toBe("a");
    await town.clock.advance(1_100);
    expect(hosts(town.registry.listing)).toBe("");
  });

  it("lies as told, until that is over", async () => {
    const town = new Town();
    town.registry.list(at("a"));
    const heard = town.listen();
    await town.clock.advance(100);
    const end = town.registry.lie((truth) => [...truth, at("nobody")]);
    await town.clock.advance(100);
    const endOther = town.registry.lie(() => []);
    await town.clock.advance(100);
    end();
    await town.clock.advance(100);
    endOther();
    await town.clock.advance(100);
    expect(heard).toEqual(["a", "a nobody", "", "a"]);
  });
});
