import { type Backoff, exponentialBackoff, type ServiceDiscovery } from "@rollcall/core";
import { JOIN_DEFAULTS } from "@rollcall/join/scheduler";
import { SWIM_PRESETS, type SwimOptions } from "@rollcall/swim";
import type { DependencyContainer } from "tsyringe";
import type { ActorSettings } from "./actors/actor-settings.js";
import type { SingletonSettings } from "./actors/singleton/singletons.js";
import type { AdmissionHook } from "./association/gatekeeper.js";
import { type DowningStrategy, timeoutDowning } from "./downing/index.js";
import type { Secret } from "./handshake/secret-authentication.js";
import { type Logger, quietLogger } from "./logger.js";
import type { TlsSettings } from "./transport/tls-settings.js";

/**
 * What a system is made with. `ClusterSystem.start` hands one with the defaults to its `configure` function to change.
 * Durations are milliseconds.
 */
export interface ClusterSettings {
  node: {
    /** The address by which others reach this node: host name or IP address. Default `127.0.0.1`. */
    host: string;
    /** The port by which others reach this node. Default 7337; 0 takes any free one. */
    port: number;
    /** Where to listen, if not on `host`: `0.0.0.0` or `::` in a container, for instance. */
    bindHost: string | undefined;
    /** The port to listen on, if not `port`: behind a port mapping. */
    bindPort: number | undefined;
    /**
     * What this node says about itself in a handshake, for the `admission` of others. Default nothing; at most 1,024
     * bytes as JSON. Nobody checks whether it is true, and without a secret or TLS everybody who connects can read it.
     */
    metadata: Record<string, string>;
  };
  /** Where other nodes may be. Without one, nodes meet through `cluster.join`. The system does not dispose it. */
  discovery: ServiceDiscovery | undefined;
  /** Whether to announce this node through `discovery`, if that can announce. Default true. */
  announce: boolean;
  /**
   * What the nodes of this system know and nobody else: each side of a connection proves that it knows it before
   * anything else is said. At least 16 bytes that cannot be guessed, as `openssl rand -base64 32` makes them; a string
   * counts as UTF-8. Of several, the first is what this node proves with and any is accepted, so that it can be changed
   * while the cluster runs. Default: none, and whoever reaches the port can join. It encrypts nothing after the
   * handshake: that takes TLS.
   */
  secret: Secret | undefined;
  /**
   * Decides on each node that is not a member yet and has shown that it belongs to the system, whoever of the two
   * dialled: true lets it in, anything else does not, and a text is the reason. The same on every node, as only the
   * first member that a node talks to is asked: the others hear of it by gossip. Default: everybody is let in.
   */
  admission: AdmissionHook | undefined;
  /**
   * How to talk over TLS. Default: not at all, and whoever can listen on the network reads everything. Its parts are
   * loaded only if it is set.
   */
  tls: TlsSettings | undefined;
  /**
   * Whether to listen beyond this machine although neither `secret` nor `tls` keeps anybody out. Default false: starting
   * fails with `INSECURE`.
   */
  insecure: boolean;
  /** Where to say what happens. Default: nowhere. */
  logger: Logger;
  join: {
    /** How many attempts to join are under way at most. Default 3; more find an island sooner and cost it more. */
    maxConcurrentJoins: number;
    /**
     * How long to wait after an attempt that failed. Default 10 ms × 2 up to 3 s, ± 20 %, and every 30 s after 32
     * failures. It starts low because at a cold start the others are usually just not listening yet.
     */
    backoff: Backoff;
  };
  association: {
    /** How long connecting may take. Default 500; set it higher across continents. */
    connectTimeoutMs: number;
    /** How long a handshake may take once connected. Default 2,000. */
    handshakeTimeoutMs: number;
    /** How long `admission` may take before it counts as a no. Default 1,000; has to be below `handshakeTimeoutMs`. */
    admissionTimeoutMs: number;
    /**
     * How many incoming handshakes may be under way, those included whose peer has shaken hands and is not a member yet;
     * more are refused. Default 256.
     */
    maxHandshakes: number;
    /** The same for each address that they come from. Default 128; raise it where all come through one proxy. */
    maxHandshakesPerAddress: number;
    /**
     * How many nodes this one talks to; more are refused, and what is for them is dropped and counted. Default 10,000; has
     * to be more than there are members.
     */
    maxAssociations: number;
    /** The largest frame accepted from a member, in bytes. Default 16 MiB. */
    maxFrameBytes: number;
    /** With more than this waiting in a socket, frames are dropped and counted, in bytes. Default 32 MiB. */
    maxUnsentBytes: number;
    /** How many frames wait for an association to open. Default 1,000; what comes beyond is dropped and counted. */
    bufferedFrames: number;
    /** How many bytes those have together. Default 4 MiB. */
    bufferedBytes: number;
  };
  gossip: {
    /**
     * Pause between gossip rounds at rest. Default 1,000. While the failure detector pings as often as this, its
     * pings carry what a round would send, and none is held.
     */
    intervalMs: number;
    /** Pause right after a change; it doubles up to `intervalMs`. Default 50. */
    minIntervalMs: number;
    /** Pauses vary by this fraction up and down. Default 0.2. */
    jitter: number;
    /** Up to this many members news is sent to all of them at once; beyond, it spreads epidemically. Default 128. */
    directPushMembers: number;
    /** Longest time that news is held back in a storm of it, so that it goes together. Default 20. */
    pushSpacingMs: number;
  };
  leadership: {
    /** With fewer reachable members nobody newly leads, and so nobody becomes up. Default 2. */
    minimumMembers: number;
    /** Whether a cluster that was up keeps having a leader below the minimum. Default true. */
    keepBelowMinimum: boolean;
  };
  formation: {
    /**
     * How many members have to be reachable before the first of them become up. Default 1; more than half of the nodes
     * that will ever be started makes two clusters impossible at the first start, whoever is cut off just then.
     */
    minimumMembers: number;
    /** How long neither the members nor the listing must have changed before the first become up. Default 0. */
    stableMs: number;
  };
  /** How failures are noticed: one of `SWIM_PRESETS`, `{ ...SWIM_PRESETS.lan }` by default, or numbers of your own. */
  failureDetector: SwimOptions;
  /** Who is given up when members cannot be reached. Default `timeoutDowning()`; the same on every node. */
  downing: DowningStrategy;
  /** What to do when this node has been downed or removed by the cluster. */
  onDown: {
    /** Default `shutdown`; a function is called instead. Whatever it does, a node that was downed cannot return. */
    action: "shutdown" | "none" | (() => void);
    /** How long to wait before. Default 3,000. */
    delayMs: number;
  };
  leave: {
    /** How long each step of a graceful leave may take. Default 2,000. */
    stepTimeoutMs: number;
  };
  tombstones: {
    /** How long a removed incarnation is refused. Default 24 hours. */
    ttlMs: number;
    /** How many are remembered. Default 10,000. */
    capacity: number;
  };
  events: {
    /** How many events wait for a subscriber that does not read. Default 1,000; then it lags and is told so. */
    buffered: number;
  };
  actors: ActorSettings;
  singletons: SingletonSettings;
  receptionist: {
    /** How many registrations are told in one message at most. Default 100. */
    batchSize: number;
    /** Pause between comparisons with another node at rest. Default 5,000. What is registered is told at once anyhow. */
    intervalMs: number;
    /** Pause right after a change; it doubles up to `intervalMs`. Default 100. */
    minIntervalMs: number;
  };
  /** How often the same line is logged about what others do, so that nobody fills the disk. */
  logRate: {
    /** How many lines with the same message are written within `perMs`. Default 100; the rest is counted and said. */
    lines: number;
    /** Default 10,000. */
    perMs: number;
  };
  /** Replaces collaborators by registering their tokens in the system's own container; see `CLUSTER_TOKENS`. */
  register: ((container: DependencyContainer) => void) | undefined;
}

/** Settings with the defaults, for `configure` to change. */
export function defaultSettings(): ClusterSettings {
  return {
    node: { host: "127.0.0.1", port: 7337, bindHost: undefined, bindPort: undefined, metadata: {} },
    discovery: undefined,
    announce: true,
    secret: undefined,
    admission: undefined,
    tls: undefined,
    insecure: false,
    logger: quietLogger,
    join: {
      maxConcurrentJoins: 3,
      backoff: exponentialBackoff(JOIN_DEFAULTS.backoff),
    },
    association: {
      connectTimeoutMs: 500,
      handshakeTimeoutMs: 2_000,
      admissionTimeoutMs: 1_000,
      maxHandshakes: 256,
      maxHandshakesPerAddress: 128,
      maxAssociations: 10_000,
      maxFrameBytes: 16 * 1024 * 1024,
      maxUnsentBytes: 32 * 1024 * 1024,
      bufferedFrames: 1_000,
      bufferedBytes: 4 * 1024 * 1024,
    },
    gossip: { intervalMs: 1_000, minIntervalMs: 50, jitter: 0.2, directPushMembers: 128, pushSpacingMs: 20 },
    leadership: { minimumMembers: 2, keepBelowMinimum: true },
    formation: { minimumMembers: 1, stableMs: 0 },
    failureDetector: { ...SWIM_PRESETS.lan },
    downing: timeoutDowning(),
    onDown: { action: "shutdown", delayMs: 3_000 },
    leave: { stepTimeoutMs: 2_000 },
    tombstones: { ttlMs: 24 * 60 * 60 * 1_000, capacity: 10_000 },
    events: { buffered: 1_000 },
    singletons: { bufferSize: 1_000, claimRetryMs: 500, restartDelayMs: 1_000 },
    receptionist: { batchSize: 100, intervalMs: 5_000, minIntervalMs: 100 },
    actors: {
      callTimeoutMs: 5_000,
      mailboxSize: 10_000,
      maxCallsInFlight: 100_000,
      maxMessageBytes: 1024 * 1024,
      maxDepth: 256,
      exposeStacks: false,
      types: [],
      deadLettersBuffered: 1_000,
    },
    logRate: { lines: 100, perMs: 10_000 },
    register: undefined,
  };
}
