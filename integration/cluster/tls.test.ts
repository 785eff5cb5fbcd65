import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import type { ClusterSettings, ClusterSystem, TlsSettings } from "@rollcall/cluster";
import { ClusterSystem as System } from "@rollcall/cluster";
import { expect, it, onTestFinished } from "vitest";
import { type Issued, TestAuthority } from "../../packages/cluster/test/support/certificates.ts";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";

const authority = await TestAuthority.create("the first authority");

/** The files of one node, replaced as an editor does. */
class Files {
  readonly #folder = mkdtempSync(join(tmpdir(), "rollcall-node-"));

  constructor() {
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  get settings(): TlsSettings {
    const [ca, certificate, key] = ["ca.pem", "node.pem", "node.key"].map((name) => join(this.#folder, name));
    return { ca, certificate, key, reloadEveryMs: 20, renewWithinMs: 20 } as TlsSettings;
  }

  trust(...authorities: TestAuthority[]): void {
    this.#put("ca.pem", authorities.map(({ certificate }) => certificate).join("\n"));
  }

  show({ certificate, key }: Issued): void {
    this.#put("node.key", key);
    this.#put("node.pem", certificate);
  }

  #put(name: string, text: string): void {
    const file = join(this.#folder, name);
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
  }
}

/** Settings with a certificate of an authority, which is trusted, too. */
async function withTls(change: Partial<TlsSettings> = {}, by = authority) {
  const tls = { ca: by.certificate, ...(await by.issue()), ...change };
  return (settings: ClusterSettings) => {
    settings.tls = tls;
  };
}

/** What a node says about its attempts to reach another. */
const attempts = ({ cluster }: ClusterSystem) => cluster.explain().join.endpoints.map(({ lastCode }) => lastCode);
const refusals = ({ cluster }: ClusterSystem) =>
  cluster.explain().refusals.map(({ code, refusedBy, dialledBy }) => ({ code, refusedBy, dialledBy }));

it("three nodes with mutual TLS stay one cluster while authority and certificates change, one node at a time", async () => {
  const next = await TestAuthority.create("the next authority");
  const all = [new Files(), new Files(), new Files()];
  const systems: ClusterSystem[] = [];
  const downed: string[] = [];
  for (const files of all) {
    files.trust(authority);
    files.show(await authority.issue());
    const contacts = systems.map(({ cluster }) => cluster.self.address);
    const system = await startNodeThatKnows(contacts, (settings) => {
      settings.tls = files.settings;
    });
    systems.push(system);
    void (async () => {
      for await (const event of system.cluster.events) {
        if (event.kind === "membership" && event.to === "down") downed.push(event.member.node.address);
      }
    })();
  }
  await everybodyUp(systems);

  /** Changes the files of one node after the other, and waits until it has taken them and all are connected with them. */
  const round = async (change: (files: Files) => void | Promise<void>) => {
    for (const [at, files] of all.entries()) {
      const { cluster } = systems[at] as ClusterSystem;
      const before = cluster.explain().tls?.reloads ?? 0;
      await change(files);
      await eventually(() => cluster.explain().tls).toMatchObject({ reloadError: undefined });
      await eventually(() => cluster.explain().tls?.reloads).toBeGreaterThan(before);
      await eventually(() => cluster.explain().tls?.connections.older).toBe(0);
      await eventually(() => systems.map((each) => each.cluster.explain().associations.open)).toEqual([2, 2, 2]);
      await everybodyUp(systems);
    }
  };
  await round((files) => files.trust(authority, next));
  await round(async (files) => files.show(await next.issue()));
  await round((files) => files.trust(next));

  const explained = systems[0]?.cluster.explain().tls;
  expect(explained?.certificate.issuer).toBe("CN=the next authority");
  expect(explained?.authorities.map(({ subject }) => subject)).toEqual(["CN=the next authority"]);

  const contact = systems[0]?.cluster.self.address ?? "";
  const late = await startNodeThatKnows([contact], await withTls({}, next));
  await everybodyUp([...systems, late]);
  const old = await startNodeThatKnows([contact], await withTls());
  await eventually(() => attempts(old)).toEqual(["TLS_UNTRUSTED"]);
  expect(downed).toEqual([]);
}, 120_000);

it("a broken pair changes nothing: newcomers are let in by the one before, and explain() says what is wrong", async () => {
  const files = new Files();
  files.trust(authority);
  files.show(await authority.issue());
  const node = await startNode((settings) => {
    settings.tls = files.settings;
  });
  files.show({ ...(await authority.issue()), key: (await authority.issue()).key });
  await eventually(() => node.cluster.explain().tls?.reloadError?.code).toBe("TLS_KEY_MISMATCH");

  const other = await startNodeThatKnows([node.cluster.self.address], await withTls());
  await everybodyUp([node, other]);
});

it("who has a certificate of another authority is refused, and both sides know why: whoever answers does not trust him", async () => {
  const stranger = await TestAuthority.create("a stranger's authority");
  const node = await startNode(await withTls());
  const trustsBoth = await withTls({ ca: [authority.certificate, stranger.certificate] }, stranger);
  const newcomer = await startNodeThatKnows([node.cluster.self.address], trustsBoth);

  await eventually(() => attempts(newcomer)).toEqual(["CERTIFICATE_REFUSED"]);
  await eventually(() => refusals(node)).toContainEqual({
    code: "CERTIFICATE_REFUSED",
    refusedBy: "us",
    dialledBy: "them",
  });
  expect(newcomer.cluster.explain().refusals[0]?.reason).toContain("settings.tls.ca of the node that answers");
  const [failure] = node.cluster.explain().tls?.failures ?? [];
  expect(failure).toMatchObject({ address: "127.0.0.1", code: "TLS_UNTRUSTED" });
  expect(node.cluster.membership.size).toBe(1);
});

it("the same the other way round: whoever dials does not trust the one that answers, and says so before any offer", async () => {
  const stranger = await TestAuthority.create("a stranger's authority");
  const node = await startNode(await withTls({ ca: [authority.certificate, stranger.certificate] }));
  const newcomer = await startNodeThatKnows([node.cluster.self.address], await withTls({}, stranger));

  await eventually(() => attempts(newcomer)).toEqual(["TLS_UNTRUSTED"]);
  await eventually(() => refusals(node)).toContainEqual({
    code: "CERTIFICATE_REFUSED",
    refusedBy: "them",
    dialledBy: "them",
  });
});

it.each<[string, TlsSettings["verifyPeer"]]>([
  ["a pattern", ["DNS:{host}"]],
  ["a function", ({ subject }, { host }) => subject === `CN=${host}` || "nobody of ours"],
])(
  "who says that he is another node than his certificate is for is refused by %s, and both sides know why",
  async (_, verifyPeer) => {
    const node = await startNode(await withTls({ verifyPeer }));
    const liar = await startNodeThatKnows([node.cluster.self.address], await withTls());

    await eventually(() => attempts(liar)).toEqual(["CERTIFICATE_REFUSED"]);
    await eventually(() => refusals(node)).toContainEqual({
      code: "CERTIFICATE_REFUSED",
      refusedBy: "us",
      dialledBy: "them",
    });
    const honest = await authority.issue({
      commonName: "localhost",
      names: [
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
      ],
    });
    const welcome = await startNodeThatKnows([node.cluster.self.address], (settings) => {
      settings.node.host = "localhost";
      settings.tls = { ca: authority.certificate, ...honest };
    });
    await everybodyUp([node, welcome]);
  },
);

it("a secret over TLS lets nobody stand between, not even with a certificate that both sides trust", async () => {
  const secret = "a secret of the cluster";
  const both = async () => {
    const tls = await withTls();
    return (settings: ClusterSettings) => {
      tls(settings);
      settings.secret = secret;
    };
  };
  const node = await startNode(await both());
  const own = await authority.issue();
  const credentials = { ca: authority.certificate, cert: own.certificate, key: own.key };
  const between = createServer({ ...credentials, requestCert: true, minVersion: "TLSv1.3" }, (one) => {
    const other = connect({ host: "127.0.0.1", port: node.cluster.self.port, ...credentials });
    one.on("error", () => {}).on("close", () => other.destroy());
    other.on("error", () => {}).on("close", () => one.destroy());
    one.pipe(other).pipe(one);
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void between.close());
  const { port } = between.address() as { port: number };

  const lured = await startNodeThatKnows([`127.0.0.1:${port}`], await both());
  await eventually(() => attempts(lured)).toEqual(["UNAUTHENTICATED"]);
  const direct = await startNodeThatKnows([node.cluster.self.address], await both());
  await everybodyUp([node, direct]);
});

it("a node without TLS and one with it never meet, and both say that it is TLS", async () => {
  const node = await startNode(await withTls());
  const plain = await startNodeThatKnows([node.cluster.self.address]);
  await eventually(() => attempts(plain)).toEqual(["HANDSHAKE_FAILED"]);
  await eventually(() => node.cluster.explain().tls?.failures[0]?.code).toBe("TLS_PLAINTEXT");

  const other = await startNodeThatKnows([plain.cluster.self.address], await withTls());
  await eventually(() => attempts(other)).toEqual(["TLS_PLAINTEXT"]);
  await eventually(() => plain.cluster.explain().refusals[0]?.reason).toContain("settings.tls");
});

it("who connects and does not begin with TLS is a stranger like others: counted, and cut off in the time of a handshake", async () => {
  const tls = await withTls();
  const node = await startNode((settings) => {
    tls(settings);
    settings.association.maxHandshakes = 1;
    settings.association.handshakeTimeoutMs = 1_000;
  });
  const strangers = Array.from({ length: 4 }, () => {
    const socket = connectTcp({ host: "127.0.0.1", port: node.cluster.self.port });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    return new Promise<void>((resolve) => socket.on("close", resolve).resume());
  });
  await Promise.all(strangers);
  await eventually(() => node.cluster.explain().held.strangers).toBe(0);
  expect(node.cluster.explain().associations.refusedConnections).toBeGreaterThanOrEqual(1);
  const other = await startNodeThatKnows([node.cluster.self.address], await withTls());
  await everybodyUp([node, other]);
});

it("a node whose certificate cannot be read does not start, and says which file it is", async () => {
  const tls = { ca: authority.certificate, ...(await authority.issue()), certificate: "/nowhere/node.pem" };
  const starting = System.start("orders", (settings) => {
    settings.node.port = 0;
    settings.tls = tls;
  });
  await expect(starting).rejects.toMatchObject({
    code: "TLS_FILE_UNREADABLE",
    message: expect.stringContaining("/nowhere/node.pem"),
  });
});
