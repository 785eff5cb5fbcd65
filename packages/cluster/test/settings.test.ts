import { describe, expect, it } from "vitest";
import { keepMajority } from "../src/downing/index.js";
import { type ClusterSettings, defaultSettings } from "../src/settings.js";
import { validateSettings } from "../src/validate-settings.js";

function errorOf(action: () => void): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
}

/** The defaults but for one setting, `group.name` or `name`. */
function settingsWith(path: string, value: unknown): ClusterSettings {
  const [group, name] = path.split(".") as [keyof ClusterSettings, string | undefined];
  const settings = defaultSettings();
  return { ...settings, [group]: name === undefined ? value : { ...(settings[group] as object), [name]: value } };
}

const NUMBERS: readonly [path: string, least: number][] = [
  ["join.maxConcurrentJoins", 1],
  ["association.connectTimeoutMs", 1],
  ["association.handshakeTimeoutMs", 1],
  ["association.admissionTimeoutMs", 1],
  ["association.maxHandshakes", 1],
  ["association.maxHandshakesPerAddress", 1],
  ["association.maxAssociations", 1],
  ["association.maxFrameBytes", 4_096],
  ["association.maxUnsentBytes", 4_096],
  ["association.bufferedFrames", 0],
  ["association.bufferedBytes", 0],
  ["gossip.intervalMs", 1],
  ["gossip.minIntervalMs", 1],
  ["gossip.jitter", 0],
  ["gossip.directPushMembers", 0],
  ["gossip.pushSpacingMs", 0],
  ["leadership.minimumMembers", 1],
  ["formation.minimumMembers", 1],
  ["formation.stableMs", 0],
  ["onDown.delayMs", 0],
  ["leave.stepTimeoutMs", 0],
  ["tombstones.ttlMs", 0],
  ["tombstones.capacity", 1],
  ["events.buffered", 1],
  ["singletons.bufferSize", 0],
  ["singletons.claimRetryMs", 1],
  ["singletons.restartDelayMs", 0],
  ["receptionist.batchSize", 1],
  ["receptionist.intervalMs", 1],
  ["receptionist.minIntervalMs", 1],
  ["logRate.lines", 1],
  ["logRate.perMs", 1],
  ["actors.callTimeoutMs", 1],
  ["actors.mailboxSize", 1],
  ["actors.maxCallsInFlight", 1],
  ["actors.maxMessageBytes", 64],
  ["actors.maxDepth", 1],
  ["actors.deadLettersBuffered", 1],
];

/** What is wrong with each, and what has to be said about it. */
const WEAK_SECRETS: readonly [what: string, secret: unknown, said: RegExp][] = [
  ["nothing", "", /settings\.secret has 0 bytes/],
  ["a word", "hunter2", /settings\.secret has 7 bytes; with fewer than 16/],
  ["fifteen bytes", "0123456789abcde", /has 15 bytes/],
  ["eight letters of two bytes, one short", "äöüßäöü", /has 14 bytes/],
  ["a pattern", "abababababababababab", /repeats itself/],
  ["zeros", new Uint8Array(32), /repeats itself/],
  ["too much", "0123456789abcdef".repeat(65), /has 1040 bytes; at most 1024/],
  ["a number", 1_234_567_890_123_456, /neither a string nor a Uint8Array/],
  ["null", null, /neither a string nor a Uint8Array/],
  ["an empty list", [], /lists 0 secrets; 1 to 8/],
  ["nine", Array.from({ length: 9 }, (_, at) => `${at} 0123456789abcdef`), /lists 9 secrets/],
  ["a list with a weak one", ["0123456789abcdef", "hunter2"], /settings\.secret\[1\] has 7 bytes/],
  ["a list in a list", [["0123456789abcdef"]], /settings\.secret\[0\] is neither/],
];

const WRONG: readonly [path: string, value: unknown][] = [
  ["failureDetector", undefined],
  ["downing", undefined],
  ["downing", { name: "none" }],
  ["downing", { decide: () => ({}) }],
  ["node.host", ""],
  ["node.host", "a b"],
  ["node.host", undefined],
  ["node.host", "0.0.0.0"],
  ["node.host", "::"],
  ["node.host", "[fd00::1]"],
  ["node.bindHost", ""],
  ["node.bindHost", 7],
  ["node.metadata", undefined],
  ["node.metadata", ["zone"]],
  ["node.metadata", { zone: 1 }],
  ["node.metadata", { zone: "é".repeat(510) }],
  ["admission", true],
  ["node.port", -1],
  ["node.port", 65_536],
  ["node.port", 1.5],
  ["node.port", "7337"],
  ["node.bindPort", -1],
  ["node.bindPort", 70_000],
  ["discovery", {}],
  ["discovery", null],
  ["discovery", "consul"],
  ["logger", undefined],
  ["logger.warn", undefined],
  ["join.backoff", undefined],
  ["join.maxConcurrentJoins", 1.5],
  ["gossip.jitter", 1.1],
  ["onDown.action", "explode"],
  ["onDown.action", undefined],
  ["actors.exposeStacks", "yes"],
  ["actors.types", {}],
  ["actors.types", [{ name: "Money" }]],
  ["register", {}],
  ["announce", "no"],
  ["leadership.keepBelowMinimum", "false"],
  ["node", undefined],
  ["join", null],
  ["port", 7_337],
  ["join.maxConcurrentJoin", 5],
  ["node.hots", "10.0.0.1"],
  ...NUMBERS.flatMap(([path, least]): [string, unknown][] => [
    [path, least - 1],
    [path, Number.NaN],
    [path, "1"],
    [path, undefined],
  ]),
];

describe("settings", () => {
  it("are usable as they come", () => {
    expect(() => validateSettings("rollcall", defaultSettings())).not.toThrow();
  });

  it.each(NUMBERS)("take the least that %s may be: %d", (path, least) => {
    expect(() => validateSettings("rollcall", settingsWith(path, least))).not.toThrow();
  });

  it.each(WRONG)("are refused with an error that names %s when that is %j", (path, value) => {
    let thrown: unknown;
    try {
      validateSettings("rollcall", settingsWith(path, value));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "INVALID_SETTING" });
    expect((thrown as Error).message).toContain(`settings.${path}`);
  });

  it.each(["", "a b", "a".repeat(65), "a@b", undefined, 1])("are refused for a system called %j", (name) => {
    expect(() => validateSettings(name as string, defaultSettings())).toThrow(/The system name is/);
  });

  it("are checked number by number: every number there is has a least value", () => {
    const known = new Set(NUMBERS.map(([path]) => path).concat("node.port"));
    for (const [group, values] of Object.entries(defaultSettings())) {
      // The failure detector checks its own.
      if (typeof values !== "object" || values === null || group === "failureDetector") continue;
      for (const [name, value] of Object.entries(values)) {
        if (typeof value === "number") expect(known).toContain(`${group}.${name}`);
      }
    }
  });

  it.each<[string, unknown, string]>([
    [
      "join.maxConcurrentJoin",
      5,
      "There is no settings.join.maxConcurrentJoin; there are maxConcurrentJoins, backoff.",
    ],
    ["discovery", [], "settings.discovery is a list of 0; it has to be a ServiceDiscovery"],
    ["discovery", { service: "a", token: "hush" }, "settings.discovery is an object with service, token; it has to be"],
    ["node.metadata", { zone: 1 }, "settings.node.metadata is an object with zone; it has to be"],
    ["downing", keepMajority, "settings.downing is the function keepMajority; it has to be a DowningStrategy"],
    ["node.host", "x ".repeat(100), `settings.node.host is "${"x ".repeat(29)}x…; it has to be`],
  ])("that are wrong are shown so that one sees what is meant: %s", (path, value, said) => {
    expect(errorOf(() => validateSettings("rollcall", settingsWith(path, value))).message).toContain(said);
  });

  it("of the failure detector are checked by itself", () => {
    const validate = () => validateSettings("rollcall", settingsWith("failureDetector.probeIntervalMs", 0));
    expect(validate).toThrow(/settings\.failureDetector.*probeIntervalMs/);
  });

  it("are another object for each system", () => {
    defaultSettings().gossip.intervalMs = 1;
    expect(defaultSettings().gossip.intervalMs).toBe(1_000);
  });
});

describe("a secret", () => {
  it.each(WEAK_SECRETS)("that cannot be used is refused without being shown: %s", (_, secret, said) => {
    const error = errorOf(() => validateSettings("orders", settingsWith("secret", secret)));
    expect(error).toMatchObject({ code: "INVALID_SETTING", message: expect.stringMatching(said) });
    expect(error.message).toMatch(/openssl rand -base64 32/);
    expect(error.message).not.toMatch(/hunter2|abab|cdef|1234567/);
  });

  it.each([
    ["sixteen bytes", "0123456789abcdef"],
    ["what openssl makes", "1bTfsDzM0BNVvRPLqeD9dRg+5PnhRmYFLFOxkMCcbTk="],
    ["bytes", Uint8Array.from({ length: 32 }, (_, at) => at)],
    ["several", ["0123456789abcdef", Buffer.from("fedcba9876543210")]],
  ])("may be %s", (_, secret) => {
    expect(() => validateSettings("orders", { ...defaultSettings(), secret })).not.toThrow();
  });
});

it("a hook has to have answered before the handshake is over", () => {
  const settings = settingsWith("association.admissionTimeoutMs", 2_000);
  expect(() => validateSettings("orders", settings)).not.toThrow();
  settings.admission = () => true;
  const { message } = errorOf(() => validateSettings("orders", settings));
  expect(message).toMatch(/admissionTimeoutMs is 2000; it has to be below .*handshakeTimeoutMs \(2000\)/);
});
