import { once } from "node:events";
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { Deframer, frame } from "../../src/grpc/framing.js";
import { decodeMessage, encodeMessage, type FieldValue } from "../../src/grpc/protobuf.js";

/** A message that came in: what was asked, and its fields by number. */
export interface Asked {
  readonly path: string;
  readonly fields: ReadonlyMap<number, FieldValue>;
  readonly token: string | undefined;
}

/** How the fake answers one call. */
export interface Reply {
  message(bytes: Uint8Array): void;
  /** Ends the call. @param status of gRPC; 0, which is success, unless given */
  end(status?: number, text?: string): void;
  readonly stream: ServerHttp2Stream;
}

export type Answer = (asked: Asked, reply: Reply) => void;

export const PATHS = Object.freeze({
  range: "/etcdserverpb.KV/Range",
  put: "/etcdserverpb.KV/Put",
  grant: "/etcdserverpb.Lease/LeaseGrant",
  revoke: "/etcdserverpb.Lease/LeaseRevoke",
  keepAlive: "/etcdserverpb.Lease/LeaseKeepAlive",
  watch: "/etcdserverpb.Watch/Watch",
  authenticate: "/etcdserverpb.Auth/Authenticate",
});

const header = (revision: number) => encodeMessage([3, revision]);
export const pair = (key: string, value: string) => encodeMessage([1, key], [5, value]);
export const rangeAnswer = (...pairs: readonly Uint8Array[]) =>
  encodeMessage([1, header(7)], ...pairs.map((each) => [2, each] as const));
const created = () => encodeMessage([1, header(7)], [3, true]);
export const events = (...changes: readonly (readonly [isDeletion: boolean, pair: Uint8Array])[]) =>
  encodeMessage(
    [1, header(8)],
    ...changes.map(([isDeletion, each]) => [11, encodeMessage([1, isDeletion], [2, each])] as const),
  );
export const leaseAnswer = (id: number, ttl: number) => encodeMessage([1, header(7)], [2, id], [3, ttl]);

/** A server that answers as etcd does when all is well, unless it is told to do something else. For faults only. */
export class FakeEtcd {
  /** Everything that was asked, in order. */
  readonly asked: Asked[] = [];
  readonly url: string;
  readonly #answers: Record<string, Answer>;
  readonly #sessions: Set<ServerHttp2Session>;
  /** Streams that are open, by path: the newest. */
  readonly streams = new Map<string, Reply>();

  private constructor(port: number, sessions: Set<ServerHttp2Session>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#sessions = sessions;
    const once =
      (bytes: (asked: Asked) => Uint8Array): Answer =>
      (asked, reply) => {
        reply.message(bytes(asked));
        reply.end();
      };
    let tokens = 0;
    this.#answers = {
      [PATHS.range]: once(() => rangeAnswer()),
      [PATHS.put]: once(() => encodeMessage([1, header(7)])),
      [PATHS.grant]: once(({ fields }) => leaseAnswer(Number(fields.get(2)), Number(fields.get(1)))),
      [PATHS.revoke]: once(() => encodeMessage([1, header(7)])),
      [PATHS.authenticate]: once(() => encodeMessage([1, header(7)], [2, `token-${++tokens}`])),
      [PATHS.keepAlive]: ({ fields }, reply) => reply.message(leaseAnswer(Number(fields.get(1)), 15)),
      [PATHS.watch]: ({ fields }, reply) => reply.message(fields.has(1) ? created() : events()),
    };
  }

  static async start(): Promise<FakeEtcd> {
    const server = createServer();
    const sessions = new Set<ServerHttp2Session>();
    server.on("session", (session) => {
      sessions.add(session);
      session.on("close", () => sessions.delete(session)).on("error", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const fake = new FakeEtcd((server.address() as AddressInfo).port, sessions);
    server.on("stream", (stream, headers) => fake.#serve(stream, String(headers[":path"]), headers.token));
    onTestFinished(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    return fake;
  }

  /** Answers calls of one path like this from now on. */
  on(path: string, answer: Answer): void {
    this.#answers[path] = answer;
  }

  /** Fails calls of one path from now on, or so often. */
  refuse(path: string, status: number, text: string, times = Number.POSITIVE_INFINITY): void {
    const usual = this.#answers[path] as Answer;
    let left = times;
    this.on(path, (asked, reply) => (left-- > 0 ? reply.end(status, text) : usual(asked, reply)));
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** What was asked of one path. */
  of(path: string): Asked[] {
    return this.asked.filter((each) => each.path === path);
  }

  goAway(text: string): void {
    for (const session of this.#sessions) session.goaway(0, 0, Buffer.from(text));
  }

  cut(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #serve(stream: ServerHttp2Stream, path: string, token: string | string[] | undefined): void {
    stream.on("error", () => {});
    const deframer = new Deframer();
    let isBegun = false;
    let last = { "grpc-status": "0", "grpc-message": "" };
    const begin = () => {
      if (!isBegun) stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      isBegun = true;
    };
    stream.on("wantTrailers", () => stream.sendTrailers(last));
    const reply: Reply = {
      stream,
      message(bytes) {
        begin();
        stream.write(frame(bytes));
      },
      end(status = 0, text = "") {
        last = { "grpc-status": String(status), "grpc-message": encodeURIComponent(text) };
        begin();
        stream.end();
      },
    };
    this.streams.set(path, reply);
    stream.on("data", (chunk: Buffer) => {
      for (const message of deframer.take(chunk)) {
        const asked = { path, fields: new Map(decodeMessage(message)), token: token?.toString() };
        this.asked.push(asked);
        this.#answers[path]?.(asked, reply);
      }
    });
  }
}
