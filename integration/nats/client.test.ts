import { connect } from "@nats-io/transport-node";
import type { DiscoveryError } from "@rollcall/core";
import { natsDiscovery } from "@rollcall/nats";
import { describe, expect, it, onTestFinished } from "vitest";
import { NatsServer } from "../servers/nats.ts";
import { patientClock } from "../support/patient-clock.ts";
import { newNats } from "./versions.ts";

const { program } = newNats;
const SELF = { host: "10.0.0.7", port: 7337, id: "node-1" };

async function setting(configuration = "", credentials = {}) {
  if (!program) throw new Error("skipped");
  const server = await NatsServer.start(program, configuration);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const client = await connect({ servers: `127.0.0.1:${server.port}`, ...credentials, reconnectTimeWait: 50 });
  onTestFinished(() => client.close());
  const short = { gatherMs: 50, settleMs: 10, answerTimeoutMs: 2500, clock: patientClock };
  const discovery = natsDiscovery({ service: "orders", client, ...short });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { server, client, discovery };
}

describe.skipIf(program === undefined)("a connection of the program's own", () => {
  it("is used for everything, and left open and as it was", async () => {
    const { client, discovery } = await setting();
    const heard: string[] = [];
    client.subscribe("theirs", { callback: (_, message) => void heard.push(message.string()) });
    const announcement = await discovery.announce(SELF);
    expect(await discovery.lookup()).toEqual([SELF]);
    for await (const listing of discovery.subscribe()) {
      expect(listing).toEqual([SELF]);
      break;
    }
    await announcement[Symbol.asyncDispose]();
    expect(await discovery.lookup()).toEqual([]);
    await discovery[Symbol.asyncDispose]();
    expect(client.isClosed()).toBe(false);
    client.publish("theirs", "still here");
    await client.flush();
    expect(heard).toEqual(["still here"]);
    // What was subscribed for us is unsubscribed: messages for it are not delivered any more.
    const { inMsgs } = client.stats();
    client.publish("rollcall.orders.alive", "{}");
    client.publish("rollcall.orders.who", "{}");
    await client.flush();
    expect(client.stats().inMsgs).toBe(inMsgs);
  });

  it("that breaks ends the subscription, and serves the next one when it is there again", async () => {
    const { server, discovery } = await setting();
    const problems: DiscoveryError[] = [];
    await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    const session = discovery.subscribe()[Symbol.asyncIterator]();
    expect((await session.next()).value).toEqual([SELF]);
    await server.process.kill();
    await expect(session.next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(discovery.lookup()).rejects.toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|TIMED_OUT/) });
    await server.process.start();
    const look = () => discovery.lookup().catch(({ code }: DiscoveryError) => code);
    await expect.poll(look).toEqual([SELF]);
    expect(problems[0]?.code).toBe("UNAVAILABLE");
  });

  it("that was closed is an error that no retry can mend", async () => {
    const { client, discovery } = await setting();
    const session = discovery.subscribe()[Symbol.asyncIterator]();
    await session.next();
    await client.close();
    await expect(session.next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(discovery.lookup()).rejects.toMatchObject({
      ...{ code: "UNAVAILABLE", retryable: false, message: expect.stringContaining("option client") },
    });
  });

  it("may be refused other subjects: that is none of our business", async () => {
    const allowed = '{ publish: "rollcall.>", subscribe: "rollcall.>" }';
    const { client, discovery } = await setting(
      `authorization { users: [{ user: u, password: p, permissions: ${allowed} }] }`,
      { user: "u", pass: "p" },
    );
    const session = discovery.subscribe()[Symbol.asyncIterator]();
    await session.next();
    client.publish("theirs", "no");
    client.subscribe("theirs", { callback: () => {} });
    await client.flush();
    await discovery.announce(SELF);
    expect((await session.next()).value).toEqual([SELF]);
  });
});
