import { natsDiscovery } from "@rollcall/nats";
import { describe, expect, it, onTestFinished } from "vitest";
import { NatsServer } from "../servers/nats.ts";
import { patientClock } from "../support/patient-clock.ts";
import { oldNats } from "./versions.ts";

const { program } = oldNats;

describe.skipIf(program === undefined)("several systems on one NATS server, without JetStream", () => {
  it("each hear their own, whatever their services and prefixes are called", async () => {
    const server = await NatsServer.start(program as NonNullable<typeof program>);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const places = [
      { service: "orders" },
      { service: "orders.eu" },
      { service: "orders-eu" },
      { service: "ORDERS" },
      { service: "alive" },
      { service: "orders", prefix: "staging" },
      { service: "orders", prefix: "staging.rollcall" },
    ];
    const discoveries = places.map((place) =>
      natsDiscovery({ ...place, servers: `127.0.0.1:${server.port}`, gatherMs: 100, clock: patientClock }),
    );
    for (const discovery of discoveries) onTestFinished(() => discovery[Symbol.asyncDispose]());
    await Promise.all(
      discoveries.map((discovery, index) =>
        discovery.announce({ host: "10.0.0.1", port: 7000 + index, id: `n${index}` }),
      ),
    );
    const listings = await Promise.all(discoveries.map((discovery) => discovery.lookup()));
    expect(listings.map((listing) => listing.map(({ id }) => id))).toEqual(places.map((_, index) => [`n${index}`]));
  });
});
