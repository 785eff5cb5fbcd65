import { formatEndpoint, type Listing } from "@rollcall/core";
import { afterEach, describe, expect, it } from "vitest";
import { chooseDiscovery } from "../../../src/demo/choose-discovery.js";
import { type DiscoveryPlan, removeFolder } from "../../../src/demo/discovery-plan.js";
import { observed } from "../../../src/demo/node/observed-discovery.js";
import { openDiscovery } from "../../../src/demo/node/open-discovery.js";

const plans: DiscoveryPlan[] = [];
afterEach(() => {
  for (const plan of plans.splice(0)) removeFolder(plan);
});

async function sharedFile(): Promise<DiscoveryPlan> {
  const { plan } = await chooseDiscovery({ discovery: "file" }, async () => ({ port: 1 }));
  plans.push(plan);
  return plan;
}

describe("the watched file as a discovery", () => {
  it("shows to one node that another has announced itself and has gone again", async () => {
    const plan = await sharedFile();
    await using one = await openDiscovery(plan);
    await using other = await openDiscovery(plan);
    const heard: string[][] = [];
    const seen = observed(one, (listing: Listing) => heard.push(listing.map(formatEndpoint)));
    const listings: string[][] = [];
    let announcement: AsyncDisposable | undefined;
    for await (const listing of seen.subscribe()) {
      listings.push(listing.map(formatEndpoint));
      if (listings.length === 1) announcement = await other.announce({ host: "127.0.0.1", port: 4_001 });
      else if (listings.length === 2) await announcement?.[Symbol.asyncDispose]();
      else break;
    }
    expect(listings).toEqual([[], ["127.0.0.1:4001"], []]);
    expect(heard).toEqual(listings);
  });
});
