import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/transport/transport.js";
import { NOTHING_LEFT, Talkers } from "../support/talkers.js";

describe("a connection to a peer that is no longer wanted", () => {
  it("is closed in the end, also if somebody asked for a better one meanwhile", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    a.say(b, "hello");
    await talkers.clock.advance(100);
    expect(talkers.network.connections).toBe(1);
    a.isWanted = b.isWanted = () => false;
    a.associations.renew(b.self.id);
    b.associations.renew(a.self.id);
    await talkers.clock.advance(100);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });

  it("and ends late is not taken for the one that has been made meanwhile", async () => {
    const talkers = new Talkers();
    const endsLate = (connection: Connection): Connection => ({
      remote: connection.remote,
      handle: ({ onFrame, onClose }) =>
        connection.handle({ onFrame, onClose: (error) => talkers.clock.schedule(500, () => onClose(error)) }),
      send: (frame) => connection.send(frame),
      limitFrames: (bytes) => connection.limitFrames(bytes),
      close: () => connection.close(),
      destroy: () => connection.destroy(),
    });
    talkers.wrap = (transport) => ({
      listen: (at, onConnection) => transport.listen(at, (connection) => onConnection(endsLate(connection))),
      connect: (...where) => transport.connect(...where),
    });
    const [a, b] = await talkers.pair();
    b.say(a, "hello");
    await talkers.clock.advance(100);
    a.associations.close(b.self.id);
    await talkers.clock.advance(10);
    await talkers.clock.settle(b.associations.dial(a.self, a.self.id));
    expect(a.associations.isOpen(b.self.id)).toBe(true);
    await talkers.clock.advance(1_000);
    expect(a.lost).toEqual([]);
    expect(a.associations.isOpen(b.self.id)).toBe(true);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });
});
