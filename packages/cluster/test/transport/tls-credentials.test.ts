import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeCredentials, readMaterial } from "../../src/transport/tls-credentials.js";
import type { TlsSettings } from "../../src/transport/tls-settings.js";
import { validateTls } from "../../src/transport/validate-tls.js";
import { TestAuthority, type Wish } from "../support/certificates.js";

const authority = await TestAuthority.create();
const other = await authority.issue();
const encrypted = await authority.issue({ passphrase: "open sesame" });

async function load(change: Partial<TlsSettings>, wish: Wish = {}) {
  const settings: TlsSettings = { ca: authority.certificate, ...(await authority.issue(wish)), ...change };
  validateTls(settings);
  return makeCredentials(await readMaterial(settings), settings, Date.now());
}

describe("credentials", () => {
  it("are read from files, which a message names, and from what is in the settings", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollcall-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { certificate, key } = await authority.issue({ commonName: "from a file" });
    const [certificateFile, keyFile] = [join(folder, "node.pem"), join(folder, "node.key")];
    writeFileSync(certificateFile, certificate);
    writeFileSync(keyFile, key);
    const loaded = await load({ certificate: certificateFile, key: keyFile });
    expect(loaded.certificate.subject).toBe("CN=from a file");

    writeFileSync(keyFile, "no key");
    await expect(load({ certificate: certificateFile, key: keyFile })).rejects.toMatchObject({
      code: "TLS_MATERIAL_INVALID",
      message: expect.stringContaining(`settings.tls.key (${keyFile})`),
    });
  });

  it("may trust several authorities, in one text or several", async () => {
    const { certificate } = await TestAuthority.create("another");
    const together = await load({ ca: `# two\n${authority.certificate}\n${certificate}\n` });
    const apart = await load({ ca: [authority.certificate, Buffer.from(certificate)] });
    for (const { authorities } of [together, apart]) {
      expect(authorities.map(({ subject }) => subject)).toEqual(["CN=test authority", "CN=another"]);
    }
  });

  it.each<[string, Partial<TlsSettings>, Wish, string, RegExp]>([
    [
      "a file that is not there",
      { key: "/nowhere/node.key" },
      {},
      "TLS_FILE_UNREADABLE",
      /settings\.tls\.key is "\/nowhere\/node\.key": there is no such file/,
    ],
    ["a folder for a file", { ca: tmpdir() }, {}, "TLS_FILE_UNREADABLE", /settings\.tls\.ca .*EISDIR/],
    [
      "a certificate that is none",
      { certificate: Buffer.from("hello") },
      {},
      "TLS_MATERIAL_INVALID",
      /settings\.tls\.certificate is not a certificate/,
    ],
    [
      "authorities that are none",
      { ca: Buffer.from("hello") },
      {},
      "TLS_MATERIAL_INVALID",
      /settings\.tls\.ca has no certificate/,
    ],
    [
      "half a certificate",
      { certificate: other.certificate.slice(0, 200) },
      {},
      "TLS_MATERIAL_INVALID",
      /settings\.tls\.certificate is not/,
    ],
    [
      "a key of another certificate",
      { key: other.key },
      {},
      "TLS_KEY_MISMATCH",
      /settings\.tls\.key is not the key of settings\.tls\.certificate/,
    ],
    [
      "an encrypted key without a passphrase",
      encrypted,
      {},
      "TLS_PASSPHRASE_WRONG",
      /there is no settings\.tls\.passphrase/,
    ],
    [
      "an encrypted key with another passphrase",
      { ...encrypted, passphrase: "open" },
      {},
      "TLS_PASSPHRASE_WRONG",
      /does not fit/,
    ],
    ["a certificate that has expired", {}, { fromMs: -20_000, untilMs: -10_000 }, "TLS_EXPIRED", /has expired on 2/],
    ["a certificate of tomorrow", {}, { fromMs: 1_000_000, untilMs: 2_000_000 }, "TLS_EXPIRED", /is valid from 2/],
    [
      "a certificate that is not for clients",
      {},
      { usages: ["serverAuth"] },
      "TLS_MATERIAL_INVALID",
      /lacks clientAuth/,
    ],
    ["a certificate that is for neither", {}, { usages: ["clientAuth"] }, "TLS_MATERIAL_INVALID", /lacks serverAuth/],
  ])("are refused with %s, and the message says what to do", async (_, change, wish, code, message) => {
    await expect(load(change, wish)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("need not be for clients where only who answers shows a certificate", async () => {
    await expect(load({ mutual: false }, { usages: ["serverAuth"] })).resolves.toBeDefined();
  });
});

describe("settings for TLS", () => {
  const good = { ca: "ca.pem", certificate: "node.pem", key: "node.key" };

  it.each<[string, unknown]>([
    ["", null],
    ["", "ca.pem"],
    [".ca", { ...good, ca: undefined }],
    [".ca", { ...good, ca: [] }],
    [".ca", { ...good, ca: ["ca.pem", ""] }],
    [".certificate", { ...good, certificate: 7 }],
    [".key", { ...good, key: Buffer.alloc(0) }],
    [".passphrase", { ...good, passphrase: 7 }],
    [".mutual", { ...good, mutual: "yes" }],
    [".minVersion", { ...good, minVersion: "TLSv1.1" }],
    [".serverName", { ...good, serverName: true }],
    [".verifyPeer", { ...good, verifyPeer: "orders.internal" }],
    [".verifyPeer", { ...good, verifyPeer: [] }],
    [".verifyPeer", { ...good, verifyPeer: ["DNS:a", "b"] }],
    [".reloadEveryMs", { ...good, reloadEveryMs: 0 }],
    [".renewWithinMs", { ...good, renewWithinMs: -1 }],
    [".warnBeforeExpiryMs", { ...good, warnBeforeExpiryMs: "1 day" }],
  ])("are refused by name: settings.tls%s", (name, settings) => {
    const validating = () => validateTls(settings as TlsSettings);
    expect(validating).toThrow(expect.objectContaining({ code: "INVALID_SETTING" }));
    expect(validating).toThrow(`settings.tls${name} has to be`);
  });

  it("are taken with everything set", () => {
    const all = {
      passphrase: "p",
      mutual: false,
      minVersion: "TLSv1.2",
      serverName: false,
      verifyPeer: ["DNS:*.a", "IP:{host}"],
    };
    expect(() =>
      validateTls({
        ...good,
        ...all,
        reloadEveryMs: Number.POSITIVE_INFINITY,
        renewWithinMs: 0,
        warnBeforeExpiryMs: 0,
      } as TlsSettings),
    ).not.toThrow();
  });
});
