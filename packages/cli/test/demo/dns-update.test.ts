import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { decode } from "dns-packet";
import { describe, expect, it, onTestFinished } from "vitest";
import { updateZone } from "../../src/demo/registry/dns-update.js";

const updates = [
  { name: "_rollcall._tcp.x.demo.test", service: { port: 7337, target: "node-7337.demo.test" } },
  { name: "node-7337.demo.test", address: "127.0.0.1" },
];

/** A server that answers with a code, or not at all. */
async function serving(answer: (message: Buffer) => number | undefined) {
  const received: Buffer[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    received.push(message);
    const code = answer(message);
    if (code === undefined) return;
    const response = Buffer.from(message.subarray(0, 12));
    response.writeUInt16BE(0xa800 | code, 2);
    socket.send(response, port, address);
  });
  await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
  onTestFinished(() => void socket.close());
  const { port } = socket.address() as AddressInfo;
  return { received, zone: { host: "127.0.0.1", port, name: "demo.test" } };
}

describe("an update of a zone", () => {
  it("holds the zone and the records, as another codec reads it", async () => {
    const { received, zone } = await serving(() => 0);
    await updateZone(zone, updates, AbortSignal.timeout(5_000));
    const { questions, authorities, ...rest } = decode(received[0] as Buffer);
    expect(rest).toMatchObject({ opcode: "UPDATE" });
    expect(questions).toEqual([{ name: "demo.test", type: "SOA", class: "IN" }]);
    expect(authorities).toMatchObject([
      { type: "SRV", ttl: 1, data: { priority: 0, weight: 0, port: 7337, target: "node-7337.demo.test" } },
      { name: "node-7337.demo.test", type: "A", ttl: 1, data: "127.0.0.1" },
    ]);
  });

  it("is sent again when nobody answers", async () => {
    const { received, zone } = await serving(() => (received.length > 1 ? 0 : undefined));
    await updateZone(zone, updates, AbortSignal.timeout(5_000));
    expect(received).toHaveLength(2);
    expect(received[0]).toEqual(received[1]);
  });

  it("that is refused is an error that says what the server has to allow", async () => {
    const { zone } = await serving(() => 5);
    await expect(updateZone(zone, updates, AbortSignal.timeout(5_000))).rejects.toThrow(/demo\.test.*code 5.*allow/);
  });

  it("ends with the signal's reason", async () => {
    const { zone } = await serving(() => undefined);
    await expect(updateZone(zone, updates, AbortSignal.abort("enough"))).rejects.toBe("enough");
  });
});
