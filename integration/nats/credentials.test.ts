import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { type DiscoveryError, isDiscoveryError } from "@rollcall/core";
import { type NatsDiscoveryOptions, natsDiscovery } from "@rollcall/nats";
import { describe, expect, it, onTestFinished } from "vitest";
import { NatsServer } from "../servers/nats.ts";
import { Authority } from "../support/certificates.ts";
import { patientClock } from "../support/patient-clock.ts";
import { nkeyUser, operatorMode, temporaryFolder } from "./nats-accounts.ts";
import { newNats } from "./versions.ts";

const { program } = newNats;
const SELF = { host: "10.0.0.7", port: 7337, id: "node-1" };

async function serverWith(configuration: string): Promise<NatsServer> {
  if (!program) throw new Error("skipped");
  const server = await NatsServer.start(program, configuration);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

function discoveryAt(server: NatsServer, options: Partial<NatsDiscoveryOptions> = {}, host = "127.0.0.1") {
  const short = { gatherMs: 50, answerTimeoutMs: 2500, clock: patientClock };
  const discovery = natsDiscovery({ service: "orders", servers: `${host}:${server.port}`, ...short, ...options });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return discovery;
}

/** Whether one can announce and look up. */
async function works(discovery: ReturnType<typeof discoveryAt>): Promise<void> {
  await using _ = await discovery.announce(SELF);
  expect(await discovery.lookup()).toEqual([SELF]);
}

/** Why one cannot, with no secret in it. */
async function refusal(asking: Promise<unknown>, ...secrets: string[]): Promise<DiscoveryError> {
  const error = await asking.then(
    () => "it worked",
    (thrown: unknown) => thrown,
  );
  if (!isDiscoveryError(error)) throw new Error(`expected a DiscoveryError, got ${inspect(error)}`);
  const everything = inspect(error, { depth: 20, showHidden: true });
  for (const secret of secrets) expect(everything).not.toContain(secret);
  return error;
}

describe.skipIf(program === undefined)("credentials for NATS", () => {
  it("a token is taken, and another one refused", async () => {
    const server = await serverWith('authorization { token: "s3cret-token" }');
    await works(discoveryAt(server, { auth: { token: "s3cret-token" } }));
    await works(discoveryAt(server, { auth: { token: () => "s3cret-token" } }));
    const error = await refusal(discoveryAt(server, { auth: { token: "wrong-token" } }).lookup(), "wrong-token");
    expect([error.code, error.retryable]).toEqual(["UNAUTHENTICATED", false]);
    expect(error.message).toContain("the token of the option auth");
    expect((await refusal(discoveryAt(server).announce(SELF))).message).toContain("without the option auth");
  });

  it("an nkey is taken, another one refused, and one that is none named", async () => {
    const [ours, other] = [nkeyUser(), nkeyUser()];
    const server = await serverWith(`authorization { users: [{ nkey: ${ours.publicKey} }] }`);
    await works(discoveryAt(server, { auth: { nkey: ours.seed } }));
    const error = await refusal(discoveryAt(server, { auth: { nkey: other.seed } }).lookup(), other.seed);
    expect(error.code).toBe("UNAUTHENTICATED");
    const broken = `${ours.seed.slice(0, -4)}AAAA`;
    const unusable = await refusal(discoveryAt(server, { auth: { nkey: broken } }).lookup(), broken, ours.seed);
    expect(unusable).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("auth.nkey") });
  });

  it("credentials of a decentralized account are taken, as text and as file, which is read again", async () => {
    const accounts = operatorMode();
    const server = await serverWith(accounts.configuration);
    const creds = accounts.user("node");
    await works(discoveryAt(server, { auth: { creds } }));

    const credsFile = join(await temporaryFolder(onTestFinished), "node.creds");
    const discovery = discoveryAt(server, { auth: { credsFile } });
    const missing = await refusal(discovery.lookup());
    expect(missing).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining(credsFile) });
    await writeFile(credsFile, "nonsense-with-a-secret");
    const nonsense = await refusal(discovery.lookup(), "nonsense-with-a-secret");
    expect(nonsense).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("auth.credsFile") });
    await writeFile(credsFile, creds);
    await works(discovery);
    await writeFile(credsFile, operatorMode().user("stranger"));
    expect((await refusal(discovery.lookup())).code).toBe("UNAUTHENTICATED");
  });

  it("a node that is let in nowhere but below its service can do everything", async () => {
    const allowed = '{ publish: "rollcall.orders.>", subscribe: "rollcall.orders.>" }';
    const server = await serverWith(`authorization { users: [{ user: u, password: p, permissions: ${allowed} }] }`);
    await works(discoveryAt(server, { auth: { user: "u", pass: "p" } }));
    const error = await refusal(discoveryAt(server, { auth: { user: "u", pass: "p" }, service: "billing" }).lookup());
    expect(error.code).toBe("FORBIDDEN");
    expect(error.message).toMatch(/user "u".*subscribe to "rollcall\.billing\.alive".*"rollcall\.billing\.>"/);
  });

  it.each([
    ["publish", "alive", "announce"],
    ["publish", "who", "lookup"],
    ["subscribe", "bye", "lookup"],
    ["subscribe", "here.*", "lookup"],
    ["subscribe", "who", "announce"],
  ] as const)("a user that may not %s %s is told so", async (operation, verb, act) => {
    const denied = `{ ${operation}: { deny: "rollcall.orders.${verb}" } }`;
    const server = await serverWith(`authorization { users: [{ user: u, password: p, permissions: ${denied} }] }`);
    const discovery = discoveryAt(server, { auth: { user: "u", pass: "p" } });
    const error = await refusal(act === "lookup" ? discovery.lookup() : discovery.announce(SELF));
    expect(error.code).toBe("FORBIDDEN");
    expect(error.message).toContain(`may not ${operation} to "rollcall.orders.${verb.replace("*", "")}`);
  });

  it("a permission that is taken away ends the subscription and is reported by the announcement", async () => {
    const user = (permissions: string) => `authorization { users: [{ user: u, password: p ${permissions} }] }`;
    const server = await serverWith(user(""));
    const discovery = discoveryAt(server, { auth: { user: "u", pass: "p" }, ttlMs: 900 });
    const problems: DiscoveryError[] = [];
    await discovery.announce(SELF, { report: (problem) => problems.push(problem) });
    const session = discovery.subscribe()[Symbol.asyncIterator]();
    expect((await session.next()).value).toEqual([SELF]);
    await server.configure(user(', permissions: { publish: ">", subscribe: { deny: "rollcall.>" } }'));
    await expect(session.next()).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|UNAVAILABLE/) });
    await expect.poll(() => problems.map(({ code }) => code)).toContain("FORBIDDEN");
    await server.configure(user(""));
    await expect.poll(() => discovery.lookup()).toEqual([SELF]);
  });
});

describe.skipIf(program === undefined)("TLS with NATS", () => {
  it("is used when the option says whom to trust, by address and by name, with files that are read again", async () => {
    const authority = await Authority.create(onTestFinished);
    const { certificateFile, keyFile } = await authority.issue("server");
    const server = await serverWith(`tls { cert_file: "${certificateFile}", key_file: "${keyFile}" }`);
    await works(discoveryAt(server, { tls: { ca: authority.certificate } }));
    await works(discoveryAt(server, { tls: { ca: authority.certificate } }, "localhost"));
    await works(discoveryAt(server, { tls: { caFile: authority.certificateFile, servername: "localhost" } }));

    const caFile = join(await temporaryFolder(onTestFinished), "ca.pem");
    const discovery = discoveryAt(server, { tls: { caFile } });
    const missing = await refusal(discovery.lookup());
    expect(missing).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("tls.caFile") });
    await writeFile(caFile, authority.certificate);
    await works(discovery);
  });

  it("fails with what to do when the server is not trusted, is another, or speaks no TLS", async () => {
    const [authority, other] = [await Authority.create(onTestFinished), await Authority.create(onTestFinished)];
    const { certificateFile, keyFile } = await authority.issue("server");
    const server = await serverWith(`tls { cert_file: "${certificateFile}", key_file: "${keyFile}" }`);
    for (const tls of [undefined, {}, { ca: other.certificate }, { ca: authority.certificate, servername: "other" }]) {
      const error = await refusal(discoveryAt(server, tls && { tls }).lookup());
      expect(error).toMatchObject({ code: "MISCONFIGURED", retryable: false });
      expect(error.message).toMatch(/certificate of 127\.0\.0\.1:\d+ is not to be trusted.*tls\.ca/);
    }
    const plain = await serverWith("");
    const error = await refusal(discoveryAt(plain, { tls: {} }).lookup());
    expect(error).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("option tls") });
  });

  it("with a certificate of our own, for servers that want to know who we are", async () => {
    const authority = await Authority.create(onTestFinished);
    const [certificate, client] = [await authority.issue("server"), await authority.issue("client")];
    const files = `cert_file: "${certificate.certificateFile}", key_file: "${certificate.keyFile}"`;
    const server = await serverWith(`tls { ${files}, ca_file: "${authority.certificateFile}", verify: true }`);
    const ca = authority.certificate;
    await works(discoveryAt(server, { tls: { ca, cert: client.certificate, key: client.key } }));
    await works(discoveryAt(server, { tls: { ca, certFile: client.certificateFile, keyFile: client.keyFile } }));
    const error = await refusal(discoveryAt(server, { tls: { ca } }).lookup());
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("tls.cert") });
    const key = client.key.replace(/[a-z]/g, "q");
    const unusable = await refusal(discoveryAt(server, { tls: { ca, cert: client.certificate, key } }).lookup(), key);
    expect(unusable).toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("option tls") });
  });

  it("from the first byte on", async () => {
    const authority = await Authority.create(onTestFinished);
    const { certificateFile, keyFile } = await authority.issue("server");
    const files = `cert_file: "${certificateFile}", key_file: "${keyFile}"`;
    const server = await serverWith(`tls { ${files}, handshake_first: true }`);
    await works(discoveryAt(server, { tls: { ca: authority.certificate, handshakeFirst: true } }));
  });
});
