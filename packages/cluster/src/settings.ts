import { type Backoff, exponentialBackoff, isHost, isPort, type ServiceDiscovery } from "@rollcall/core";
import { JOIN_DEFAULTS } from "@rollcall/join";
import type { DependencyContainer } from "tsyringe";
import { ClusterError } from "./cluster-error.js";
import { type Logger, quietLogger } from "./logger.js";
import { isSystemName } from "./node.js";

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
  };
  /** Where other nodes may be. Without one, nodes meet through `cluster.join`. The system does not dispose it. */
  discovery: ServiceDiscovery | undefined;
  /** Whether to announce this node through `discovery`, if that can announce. Default true. */
  announce: boolean;
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
    /** How many incoming handshakes may be under way; more are refused. Default 256. */
    maxHandshakes: number;
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
    /** Pause between gossip rounds at rest. Default 1,000. */
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
  /** Replaces collaborators by registering their tokens in the system's own container; see `CLUSTER_TOKENS`. */
  register: ((container: DependencyContainer) => void) | undefined;
}

/** Settings with the defaults, for `configure` to change. */
export function defaultSettings(): ClusterSettings {
  return {
    node: { host: "127.0.0.1", port: 7337, bindHost: undefined, bindPort: undefined },
    discovery: undefined,
    announce: true,
    logger: quietLogger,
    join: {
      maxConcurrentJoins: 3,
      backoff: exponentialBackoff(JOIN_DEFAULTS.backoff),
    },
    association: {
      connectTimeoutMs: 500,
      handshakeTimeoutMs: 2_000,
      maxHandshakes: 256,
      maxFrameBytes: 16 * 1024 * 1024,
      maxUnsentBytes: 32 * 1024 * 1024,
      bufferedFrames: 1_000,
      bufferedBytes: 4 * 1024 * 1024,
    },
    gossip: { intervalMs: 1_000, minIntervalMs: 50, jitter: 0.2, directPushMembers: 128, pushSpacingMs: 20 },
    leadership: { minimumMembers: 2, keepBelowMinimum: true },
    onDown: { action: "shutdown", delayMs: 3_000 },
    leave: { stepTimeoutMs: 2_000 },
    tombstones: { ttlMs: 24 * 60 * 60 * 1_000, capacity: 10_000 },
    events: { buffered: 1_000 },
    register: undefined,
  };
}

/** @throws ClusterError `INVALID_SETTING` naming the first setting that is unusable */
export function validateSettings(system: string, settings: ClusterSettings): void {
  const check = (ok: boolean, name: string, value: unknown, wanted: string): void => {
    if (ok) return;
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new ClusterError("INVALID_SETTING", `${name} is ${shown}; it has to be ${wanted}.`);
  };
  const { node } = settings;
  check(isSystemName(system), "The system name", system, "1 to 64 letters, digits, dots, dashes and underscores");
  const host = "a host name or an IP address (IPv6 without brackets)";
  check(typeof node.host === "string" && isHost(node.host), "settings.node.host", node.host, host);
  const wildcard = node.host === "0.0.0.0" || node.host === "::";
  const reachable = "an address that others can reach; put the wildcard into settings.node.bindHost";
  check(!wildcard, "settings.node.host", node.host, reachable);
  if (node.bindHost !== undefined) {
    const named = typeof node.bindHost === "string" && isHost(node.bindHost);
    check(named, "settings.node.bindHost", node.bindHost, host);
  }
  const port = "a whole number from 1 to 65535, or 0 for any free port";
  check(node.port === 0 || isPort(node.port), "settings.node.port", node.port, port);
  if (node.bindPort !== undefined) {
    check(node.bindPort === 0 || isPort(node.bindPort), "settings.node.bindPort", node.bindPort, port);
  }
  if (settings.discovery !== undefined) {
    const { discovery } = settings;
    const shaped = typeof discovery?.subscribe === "function" && typeof discovery.lookup === "function";
    check(shaped, "settings.discovery", discovery, "a ServiceDiscovery, such as staticDiscovery([…])");
  }
  for (const level of ["debug", "info", "warn", "error"] as const) {
    check(
      typeof settings.logger?.[level] === "function",
      `settings.logger.${level}`,
      settings.logger?.[level],
      "a function",
    );
  }
  for (const [group, names] of Object.entries(NUMBERS)) {
    for (const [name, least] of Object.entries(names)) {
      const value = (settings as unknown as Record<string, Record<string, unknown>>)[group]?.[name];
      const ok = typeof value === "number" && value >= least && !Number.isNaN(value);
      check(ok, `settings.${group}.${name}`, value, `a number, at least ${least}`);
    }
  }
  check(settings.gossip.jitter <= 1, "settings.gossip.jitter", settings.gossip.jitter, "a number from 0 to 1");
  const { maxConcurrentJoins, backoff } = settings.join;
  const few = Number.isInteger(maxConcurrentJoins) && maxConcurrentJoins <= 1_000;
  check(few, "settings.join.maxConcurrentJoins", maxConcurrentJoins, "a whole number from 1 to 1000");
  const waits = typeof backoff?.delayMs === "function";
  check(waits, "settings.join.backoff", backoff, "a Backoff, such as exponentialBackoff({ … }) of @rollcall/core");
  const { action } = settings.onDown;
  const known = action === "shutdown" || action === "none" || typeof action === "function";
  check(known, "settings.onDown.action", action, '"shutdown", "none" or a function');
  const { register } = settings;
  check(register === undefined || typeof register === "function", "settings.register", register, "a function");
}

/** The least that each number may be. */
const NUMBERS: Readonly<Record<string, Readonly<Record<string, number>>>> = Object.freeze({
  join: { maxConcurrentJoins: 1 },
  association: {
    connectTimeoutMs: 1,
    handshakeTimeoutMs: 1,
    maxHandshakes: 1,
    maxFrameBytes: 4_096,
    maxUnsentBytes: 4_096,
    bufferedFrames: 0,
    bufferedBytes: 0,
  },
  gossip: { intervalMs: 1, minIntervalMs: 1, jitter: 0, directPushMembers: 0, pushSpacingMs: 0 },
  leadership: { minimumMembers: 1 },
  onDown: { delayMs: 0 },
  leave: { stepTimeoutMs: 0 },
  tombstones: { ttlMs: 0, capacity: 1 },
  events: { buffered: 1 },
});
