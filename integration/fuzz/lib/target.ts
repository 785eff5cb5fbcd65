/** The longest input, in bytes. */
export const MAX_INPUT_BYTES = 8_192;

/** Something that reads bytes from a stranger, and what has to hold whatever they are. */
export interface Target {
  /** Well-formed inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** Whether the inputs are JSON, so that values in it can be changed besides bytes. */
  readonly isJson: boolean;
  /** Pieces that chance would hardly find, a byte a character. */
  readonly words: readonly string[];
  /**
   * Takes in one input. May keep nothing: the same bytes have to do the same whenever they come.
   *
   * @returns what became of it, in a word; inputs with a new one are kept
   * @throws Error for what should not be possible; what is refused as it should be is an outcome
   */
  run(bytes: Buffer): string | Promise<string>;
}

/** What is known of a target without loading it, which lies in `targets/<name>.ts`. */
export interface TargetFacts {
  /** What it reads, in words. */
  readonly about: string;
  /** Files or folders (with a final slash), relative to the root, whose branches guide the search. */
  readonly covers: readonly string[];
}

const CLUSTER = "packages/cluster/src";
const MDNS = "adapters/mdns/src";

/** All targets, in the order in which they are searched. */
export const TARGETS: Readonly<Record<string, TargetFacts>> = {
  frames: { about: "frames cut out of a stream of bytes", covers: [`${CLUSTER}/transport/frame-decoder.ts`] },
  handshake: {
    about: "messages of the handshake, which anybody can send",
    covers: [`${CLUSTER}/handshake/`, `${CLUSTER}/node.ts`],
  },
  gossip: { about: "gossip among members", covers: [`${CLUSTER}/gossip/gossip-codec.ts`, `${CLUSTER}/node.ts`] },
  detector: {
    about: "messages of the failure detector, and what it does about them",
    covers: [`${CLUSTER}/failure/detector-codec.ts`, `${CLUSTER}/failure/probe-codec.ts`, "packages/swim/src/"],
  },
  messages: {
    about: "what actors of another node say",
    covers: [`${CLUSTER}/actors/`, "node_modules/msgpackr/"],
  },
  dns: {
    about: "answers of name servers, read a second time by another reader",
    covers: ["adapters/dns/src/wire/", "adapters/dns/src/resolve/reply.ts"],
  },
  mdns: {
    about: "packets of multicast DNS, and what browsing and announcing do about them",
    covers: [`${MDNS}/dns/`, `${MDNS}/browse/`, `${MDNS}/announce/`, "node_modules/dns-packet/"],
  },
  nats: { about: "announcements over NATS", covers: ["adapters/nats/src/wire/"] },
  etcd: {
    about: "answers of etcd: gRPC's framing and Protocol Buffers",
    covers: ["adapters/etcd/src/grpc/framing.ts", "adapters/etcd/src/grpc/protobuf.ts"],
  },
};
