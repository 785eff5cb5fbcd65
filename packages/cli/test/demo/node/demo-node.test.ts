import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseDiscovery } from "../../../src/demo/choose-discovery.js";
import { type DiscoveryPlan, removeFolder } from "../../../src/demo/discovery-plan.js";
import type { ReportBody } from "../../../src/demo/messages.js";
import { DemoNode } from "../../../src/demo/node/demo-node.js";

let discovery: DiscoveryPlan;
beforeEach(async () => {
  ({ plan: discovery } = await chooseDiscovery({ discovery: "file" }, async () => ({ port: 1 })));
});
afterEach(() => removeFolder(discovery));

/** Runs a node until it listens, and lets it leave then. Gives all that it told. */
async function live(port?: number): Promise<ReportBody[]> {
  const told: ReportBody[] = [];
  const order = { kind: "start", system: "test", discovery, ...(port === undefined ? {} : { port }) } as const;
  const node: DemoNode = new DemoNode(order, (report) => {
    told.push(report);
    if (report.kind === "listening") node.leave();
  });
  await node.run();
  return told;
}

const addressIn = (told: readonly ReportBody[]) => told.find((report) => report.kind === "listening")?.address;

describe("a node of the demonstration", () => {
  it("listens on any free port unless it is told on which, tells so, and leaves", async () => {
    const told = await live();
    expect(addressIn(told)).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(told.at(-1)).toEqual({ kind: "ended", reason: "left" });
  });

  it("listens elsewhere when somebody else has the port", async () => {
    await using occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const { port } = occupant.address() as AddressInfo;
    const told = await live(port);
    expect(addressIn(told)).not.toBe(`127.0.0.1:${port}`);
    expect(told.at(-1)).toEqual({ kind: "ended", reason: "left" });
  });
});
