import type { ProcessClock } from "./process-clock.js";
import type { SimulatedConnection } from "./simulated-connection.js";

/** One process's access to the network, until it is killed or its host loses power. */
export class Attachment {
  readonly host: string;
  readonly process: ProcessClock;
  /** Its connections that are open. */
  readonly open = new Set<SimulatedConnection>();
  /** `crashed`: its host answers that nobody is there. `off`: nothing answers. */
  state: "alive" | "crashed" | "off" = "alive";
  #idle: (() => void)[] = [];

  constructor(host: string, process: ProcessClock) {
    this.host = host;
    this.process = process;
  }

  forget(connection: SimulatedConnection): void {
    this.open.delete(connection);
    if (this.open.size === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  /** Resolves when it has no open connection. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.open.size === 0) resolve();
      else this.#idle.push(resolve);
    });
  }
}
