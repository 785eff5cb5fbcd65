import { isHost, isPort } from "@rollcall/core";
import { resolveSwimOptions } from "@rollcall/swim";
import { ClusterError } from "./cluster-error.js";
import { isMetadata, MAX_METADATA_BYTES } from "./handshake/metadata.js";
import { inWords } from "./in-words.js";
import { isSystemName } from "./node.js";
import { type ClusterSettings, defaultSettings } from "./settings.js";

/** @throws ClusterError `INVALID_SETTING` naming the first setting that is unusable */
export function validateSettings(system: string, settings: ClusterSettings): void {
  const check = (ok: boolean, name: string, value: unknown, wanted: string): void => {
    if (!ok) throw new ClusterError("INVALID_SETTING", `${name} is ${inWords(value)}; it has to be ${wanted}.`);
  };
  checkNames(settings, check);
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
  const fits = `an object of strings, at most ${MAX_METADATA_BYTES} bytes as JSON`;
  check(isMetadata(node.metadata), "settings.node.metadata", node.metadata, fits);
  checkSecret(settings.secret);
  for (const name of ["announce", "insecure"] as const) {
    check(typeof settings[name] === "boolean", `settings.${name}`, settings[name], "true or false");
  }
  const { keepBelowMinimum } = settings.leadership;
  const isSaid = typeof keepBelowMinimum === "boolean";
  check(isSaid, "settings.leadership.keepBelowMinimum", keepBelowMinimum, "true or false");
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
  const { admission, association } = settings;
  check(admission === undefined || typeof admission === "function", "settings.admission", admission, "a function");
  if (admission !== undefined) {
    const { admissionTimeoutMs, handshakeTimeoutMs } = association;
    const inTime = admissionTimeoutMs < handshakeTimeoutMs;
    const below = `below settings.association.handshakeTimeoutMs (${handshakeTimeoutMs})`;
    check(inTime, "settings.association.admissionTimeoutMs", admissionTimeoutMs, below);
  }
  const { downing } = settings;
  const decides = typeof downing?.decide === "function" && typeof downing.name === "string";
  check(decides, "settings.downing", downing, "a DowningStrategy, such as timeoutDowning()");
  checkDetector(settings);
  checkActors(settings, check);
  const { register } = settings;
  check(register === undefined || typeof register === "function", "settings.register", register, "a function");
}

/** Says what is wrong with a secret without showing any of it. */
function checkSecret(secret: unknown): void {
  if (secret === undefined) return;
  const fail = (name: string, why: string): never => {
    const how = "Make one with `openssl rand -base64 32`, and give it to every node";
    throw new ClusterError("INVALID_SETTING", `${name} ${why}. ${how}.`);
  };
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0 || secrets.length > MAX_SECRETS) {
    fail("settings.secret", `lists ${secrets.length} secrets; 1 to ${MAX_SECRETS} can be accepted at once`);
  }
  for (const [at, each] of secrets.entries()) {
    const name = Array.isArray(secret) ? `settings.secret[${at}]` : "settings.secret";
    if (typeof each !== "string" && !(each instanceof Uint8Array)) fail(name, "is neither a string nor a Uint8Array");
    const bytes = Buffer.from(each as Uint8Array);
    if (bytes.length < MIN_SECRET_BYTES) {
      fail(name, `has ${bytes.length} bytes; with fewer than ${MIN_SECRET_BYTES} it could be guessed`);
    }
    if (bytes.length > MAX_SECRET_BYTES) fail(name, `has ${bytes.length} bytes; at most ${MAX_SECRET_BYTES} are taken`);
    if (new Set(bytes).size < MIN_DIFFERENT_BYTES) fail(name, "repeats itself, so that it could be guessed");
  }
}

const MIN_SECRET_BYTES = 16;
const MAX_SECRET_BYTES = 1_024;
/** Sixteen hexadecimal digits at random have fewer once in two million times. */
const MIN_DIFFERENT_BYTES = 5;
const MAX_SECRETS = 8;

type Check = (ok: boolean, name: string, value: unknown, wanted: string) => void;

/** These have names of their own, which are nobody's business here, or are checked by whoever knows them. */
const OPAQUE: ReadonlySet<string> = new Set(["discovery", "failureDetector", "logger", "downing", "tls"]);

/** A setting that is misspelt would be the default, and nobody would know. */
function checkNames(settings: ClusterSettings, check: Check): void {
  const known = defaultSettings() as unknown as Readonly<Record<string, unknown>>;
  requireKnown("settings", settings, known);
  for (const [name, value] of Object.entries(known)) {
    if (OPAQUE.has(name) || typeof value !== "object" || value === null) continue;
    const group = settings[name as keyof ClusterSettings];
    check(typeof group === "object" && group !== null, `settings.${name}`, group, "an object, as it comes");
    requireKnown(`settings.${name}`, group as object, value);
  }
}

function requireKnown(name: string, given: object, known: object): void {
  const unknown = Object.keys(given).find((key) => !(key in known));
  if (unknown === undefined) return;
  const there = Object.keys(known).join(", ");
  throw new ClusterError("INVALID_SETTING", `There is no ${name}.${unknown}; there are ${there}.`);
}

function checkActors({ actors }: ClusterSettings, check: Check): void {
  const { exposeStacks, types } = actors;
  check(typeof exposeStacks === "boolean", "settings.actors.exposeStacks", exposeStacks, "true or false");
  check(Array.isArray(types), "settings.actors.types", types, "a list of wire types");
  const names = new Set<unknown>();
  for (const [index, type] of types.entries()) {
    const shaped = typeof type?.encode === "function" && typeof type.decode === "function";
    const ok = shaped && typeof type.name === "string" && typeof type.class === "function";
    check(ok, `settings.actors.types[${index}]`, type?.name, "a wire type: { name, class, encode, decode }");
    check(!names.has(type.name), `settings.actors.types[${index}].name`, type.name, "different from those before it");
    names.add(type.name);
  }
}

/** The failure detector knows best what it can use. */
function checkDetector({ failureDetector }: ClusterSettings): void {
  const fail = (why: string, cause?: unknown): never => {
    throw new ClusterError("INVALID_SETTING", `settings.failureDetector: ${why}`, { cause });
  };
  if (typeof failureDetector !== "object" || failureDetector === null) {
    fail("it has to be an object, such as SWIM_PRESETS.lan.");
  }
  try {
    resolveSwimOptions(failureDetector);
  } catch (error) {
    fail((error as Error).message, error);
  }
}

/** The least that each number may be. */
const NUMBERS: Readonly<Record<string, Readonly<Record<string, number>>>> = Object.freeze({
  join: { maxConcurrentJoins: 1 },
  association: {
    connectTimeoutMs: 1,
    handshakeTimeoutMs: 1,
    admissionTimeoutMs: 1,
    maxHandshakes: 1,
    maxHandshakesPerAddress: 1,
    maxAssociations: 1,
    maxFrameBytes: 4_096,
    maxUnsentBytes: 4_096,
    bufferedFrames: 0,
    bufferedBytes: 0,
  },
  gossip: { intervalMs: 1, minIntervalMs: 1, jitter: 0, directPushMembers: 0, pushSpacingMs: 0 },
  leadership: { minimumMembers: 1 },
  formation: { minimumMembers: 1, stableMs: 0 },
  onDown: { delayMs: 0 },
  leave: { stepTimeoutMs: 0 },
  tombstones: { ttlMs: 0, capacity: 1 },
  events: { buffered: 1 },
  singletons: { bufferSize: 0, claimRetryMs: 1, restartDelayMs: 0 },
  receptionist: { batchSize: 1, intervalMs: 1, minIntervalMs: 1 },
  logRate: { lines: 1, perMs: 1 },
  actors: {
    callTimeoutMs: 1,
    mailboxSize: 1,
    maxCallsInFlight: 1,
    maxMessageBytes: 64,
    maxDepth: 1,
    deadLettersBuffered: 1,
  },
});
