import type { Socket } from "node:net";

/** What a link does with what comes through it; shared by all links of a proxy, and read at each chunk. */
export interface LinkBehaviour {
  /** How long each chunk is under way, in milliseconds. */
  latencyMs: number;
  /** Nothing passes, and nothing is lost: what a network does that has stopped, until it goes on or somebody gives up. */
  held: boolean;
}

/** One direction of a connection through a proxy: what one socket receives, the other one sends. */
export class ProxyLink {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #behaviour: LinkBehaviour;
  readonly #onChunk: (chunk: Buffer) => void;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #swallows = false;

  /** @param onChunk hears of what has come in, before it is passed on */
  constructor(from: Socket, to: Socket, behaviour: LinkBehaviour, onChunk: (chunk: Buffer) => void) {
    this.#from = from;
    this.#to = to;
    this.#behaviour = behaviour;
    this.#onChunk = onChunk;
    from.on("data", (chunk: Buffer) => this.#take(chunk));
    from.on("end", () => {
      this.#later(() => to.end());
      // Nobody is left on the other side who would end this one.
      if (this.#swallows) from.end();
    });
    to.on("drain", () => this.update());
    this.update();
  }

  /** Looks at the behaviour again. */
  update(): void {
    if (this.#behaviour.held) this.#from.pause();
    else if (!this.#to.writableNeedDrain || this.#swallows) this.#from.resume();
  }

  /** From here on, what comes in goes nowhere. */
  swallow(): void {
    this.#swallows = true;
    this.update();
  }

  /** Breaks the connection once so many bytes more have passed. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  #take(chunk: Buffer): void {
    if (this.#swallows) return;
    this.#onChunk(chunk);
    const passed = chunk.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passed.length;
    const isCut = passed.length < chunk.length;
    this.#later(() => {
      if (this.#to.destroyed) return;
      const cut = () => {
        this.#to.destroy();
        this.#from.resetAndDestroy();
      };
      // An end, rather than a reset, so that the receiver reads all that has passed.
      if (isCut) this.#to.end(passed, cut);
      else if (!this.#to.write(passed)) this.#from.pause();
    });
  }

  #later(act: () => void): void {
    const { latencyMs } = this.#behaviour;
    // Equal times run in the order in which they were set, so nothing overtakes.
    if (latencyMs > 0) setTimeout(act, latencyMs);
    else act();
  }
}
