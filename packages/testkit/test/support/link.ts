import type { Connection } from "@rollcall/cluster";
import { seededRandom } from "../../src/seeded-random.js";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "../../src/simulated-network.js";
import { VirtualClock } from "../../src/virtual-clock.js";

/** One end of a connection and what it heard, in order: texts of frames, and how it ended. */
export class End {
  readonly heard: string[] = [];
  /** Virtual times at which frames arrived. */
  readonly arrivals: number[] = [];
  readonly connection: Connection;

  constructor(connection: Connection, now: () => number) {
    this.connection = connection;
    connection.handle({
      onFrame: (frame) => {
        this.heard.push(Buffer.from(frame).toString());
        this.arrivals.push(now());
      },
      onClose: (error) => this.heard.push(error === undefined ? "closed" : "broken"),
    });
  }

  send(...texts: string[]): void {
    for (const text of texts) this.connection.send(Buffer.from(text));
  }
}

/** A network with hosts `a` and `b`, and whatever is connected between them. */
export class Link {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly accepted: End[] = [];

  constructor(options: Partial<SimulatedNetworkOptions> = {}) {
    this.network = new SimulatedNetwork({ clock: this.clock, random: seededRandom(1), ...options });
  }

  /** Listens on host `b`, port 1. */
  listen(transport = this.network.transport("b"), host = "b") {
    return transport.listen({ host, port: 1 }, (connection) => {
      this.accepted.push(new End(connection, () => this.clock.now()));
    });
  }

  /** Connects host `a` to host `b`; gives a's end, then b's. */
  async connect(transport = this.network.transport("a")): Promise<[End, End]> {
    const { signal } = new AbortController();
    const connection = await this.clock.settle(transport.connect({ host: "b", port: 1 }, 1_000, signal));
    return [new End(connection, () => this.clock.now()), this.accepted.at(-1) as End];
  }

  static async open(options: Partial<SimulatedNetworkOptions> = {}): Promise<[Link, End, End]> {
    const link = new Link(options);
    await link.listen();
    return [link, ...(await link.connect())];
  }
}
