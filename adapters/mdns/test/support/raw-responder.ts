import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { ServiceInstance } from "@rollcall/core";
import type { Answer } from "dns-packet";
import makeMdns, { type MulticastDNS } from "multicast-dns";

const LOOPBACK = "127.0.0.1";
const ANSWERS_PER_PACKET = 100;

interface Entry {
  readonly instance: ServiceInstance;
  readonly records: Answer[];
}

/**
 * Somebody else's responder on the loopback interface: nothing of the adapter is in it. Answers browse questions at
 * once with everything it has, apart from known answers.
 */
export class RawResponder {
  readonly type: string;
  readonly #mdns: MulticastDNS;
  readonly #entries = new Map<string, Entry>();
  readonly #ready: Promise<unknown>;
  #reversed = false;

  constructor(service: string, port: number) {
    this.type = `_${service}._tcp.local`;
    this.#mdns = makeMdns({ port, interface: LOOPBACK, bind: "0.0.0.0" });
    this.#ready = once(this.#mdns, "ready");
    this.#mdns.on("query", ({ questions = [], answers = [] }) => {
      const known = new Set(answers.map((answer) => ("data" in answer ? String(answer.data) : "")));
      const wanted = this.#inOrder().filter(({ records }) => {
        const [pointer] = records as [Answer & { data: string }];
        return questions.some(({ name, type }) => {
          if (type === "PTR") return name === this.type && !known.has(pointer.data);
          return records.some((record) => record.name === name && record.type === type);
        });
      });
      void this.#send(wanted.flatMap(({ records }) => records));
    });
  }

  /** Announces; resolves when the network has carried it. */
  async add(instance: ServiceInstance, label = instance.id ?? `${instance.port}`): Promise<void> {
    await this.#ready;
    const name = `${label}.${this.type}`;
    const target = `${label}-host.local`;
    const { host, port, id, metadata = {} } = instance;
    const pairs = [...(id === undefined ? [] : [["id", id]]), ...Object.entries(metadata)];
    const records: Answer[] = [
      { type: "PTR", name: this.type, ttl: 4500, data: name },
      { type: "SRV", name, ttl: 120, flush: true, data: { port, target } },
      { type: "TXT", name, ttl: 4500, flush: true, data: pairs.map((pair) => Buffer.from(pair.join("="))) },
      { type: host.includes(":") ? "AAAA" : "A", name: target, ttl: 120, flush: true, data: host },
    ];
    this.#entries.set(label, { instance, records });
    await this.#send(records);
  }

  /** Says goodbye to an instance. */
  async remove({ host, port }: ServiceInstance): Promise<void> {
    for (const [label, { instance, records }] of this.#entries) {
      if (instance.host !== host || instance.port !== port) continue;
      this.#entries.delete(label);
      await this.#send(records.map((record) => ({ ...record, ttl: 0 }) as Answer));
    }
  }

  reverse(): void {
    this.#reversed = !this.#reversed;
  }

  /** Says goodbye to an instance that somebody else announces. */
  async forget({ id }: ServiceInstance): Promise<void> {
    await this.#ready;
    await this.#send([{ type: "PTR", name: this.type, ttl: 0, data: `${id}.${this.type}` }]);
  }

  async close(): Promise<void> {
    await this.#ready;
    await new Promise<void>((resolve) => this.#mdns.destroy(resolve));
  }

  #inOrder(): Entry[] {
    const entries = [...this.#entries.values()];
    return this.#reversed ? entries.reverse() : entries;
  }

  async #send(answers: Answer[]): Promise<void> {
    for (let from = 0; from < answers.length; from += ANSWERS_PER_PACKET) {
      const some = answers.slice(from, from + ANSWERS_PER_PACKET).map((answer) => structuredCopy(answer));
      await new Promise<void>((resolve, reject) => {
        this.#mdns.respond(some, (error) => (error ? reject(error) : resolve()));
      });
    }
  }
}

/** The codec changes what it is given. */
function structuredCopy(answer: Answer): Answer {
  const { data } = answer as { data: unknown };
  return { ...answer, data: Array.isArray(data) ? [...data] : data } as Answer;
}

/** A UDP port that nobody uses now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
