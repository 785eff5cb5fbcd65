import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Cleanup } from "../support/cleanup.ts";
import { freePort } from "../support/ports.ts";

const LOOPBACK = "127.0.0.1";
/** Who has not been answered by then is forgotten, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Between a name server and those who ask it by UDP: loses, delays, cuts. By TCP, on the same port, it changes nothing. */
export class DatagramProxy {
  /** Questions by UDP so far. */
  requests = 0;
  /** Questions by TCP so far. */
  accepted = 0;
  readonly port: number;
  readonly #target: number;
  readonly #socket: Socket;
  readonly #upstream = new Set<() => void>();
  #delayMs = 0;
  #loses = false;
  /** Those whose last datagram was lost, without their ids. */
  readonly #lost = new Set<string>();
  #cutTo = Number.POSITIVE_INFINITY;

  private constructor(target: number, port: number, socket: Socket) {
    this.#target = target;
    this.port = port;
    this.#socket = socket;
    socket.on("message", (question, asker) => this.#ask(question, asker));
  }

  static async start(target: number, onEnd: Cleanup): Promise<DatagramProxy> {
    // One that is free is so by UDP, too: what asks a name server comes from others.
    const port = await freePort();
    const tcp = createServer((socket) => {
      proxy.accepted++;
      const there = connect(target, LOOPBACK);
      for (const end of [socket, there]) end.on("error", () => end.destroy());
      socket.on("close", () => there.destroy());
      there.on("close", () => socket.destroy());
      socket.pipe(there).pipe(socket);
    }).listen(port, LOOPBACK);
    await once(tcp, "listening");
    onEnd(() => void tcp.close());
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(port, LOOPBACK, resolve));
    const proxy = new DatagramProxy(target, port, socket);
    onEnd(() => {
      for (const forget of proxy.#upstream) forget();
      socket.close();
    });
    return proxy;
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  /** Each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Whatever is asked has to be asked twice: the first datagram is lost, the second arrives, the third is lost. */
  loseEveryOther(): void {
    this.#loses = true;
  }

  /** Answers end after so many bytes, without saying so. */
  cutTo(bytes: number): void {
    this.#cutTo = bytes;
  }

  #ask(question: Buffer, { address, port }: { address: string; port: number }): void {
    this.requests++;
    const asked = question.toString("latin1", 12);
    if (this.#loses && !this.#lost.delete(asked)) return void this.#lost.add(asked);
    const there = createSocket("udp4");
    const timers = [setTimeout(() => forget(), PATIENCE_MS)];
    const forget = () => {
      if (!this.#upstream.delete(forget)) return;
      for (const timer of timers) clearTimeout(timer);
      there.close();
    };
    this.#upstream.add(forget);
    const later = (act: () => void) => void timers.push(setTimeout(act, this.#delayMs));
    there.on("error", forget);
    there.on("message", (answer) =>
      later(() => {
        this.#socket.send(answer.subarray(0, this.#cutTo), port, address);
        forget();
      }),
    );
    later(() => there.connect(this.#target, LOOPBACK, () => there.send(question)));
  }
}
