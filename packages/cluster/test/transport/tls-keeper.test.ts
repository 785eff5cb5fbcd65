import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Credentials, readMaterial } from "../../src/transport/tls-credentials.js";
import { TlsKeeper } from "../../src/transport/tls-keeper.js";
import type { TlsSettings } from "../../src/transport/tls-settings.js";
import { type Issued, TestAuthority } from "../support/certificates.js";

const authority = await TestAuthority.create();
const [first, second, third] = [
  await authority.issue({ commonName: "first" }),
  await authority.issue({ commonName: "second" }),
  await authority.issue({ commonName: "third" }),
];

/** A keeper of files in a folder, in virtual time; the files are real. */
async function keep(change: Partial<TlsSettings> = {}, wallClock = () => Date.now()) {
  const folder = mkdtempSync(join(tmpdir(), "rollcall-keeper-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, name);
  const write = ({ certificate, key }: Issued) => {
    writeFileSync(file("node.pem"), certificate);
    writeFileSync(file("node.key"), key);
  };
  write(first);
  writeFileSync(file("ca.pem"), authority.certificate);
  const logged: string[] = [];
  const log = (level: string) => (details: object, message: string) =>
    void logged.push(`${level} ${(details as { code?: string }).code ?? ""} ${message}`);
  const clock = new VirtualClock();
  const taken: Credentials[] = [];
  const settings: TlsSettings = {
    ca: file("ca.pem"),
    certificate: file("node.pem"),
    key: file("node.key"),
    ...change,
  };
  const keeper = new TlsKeeper({
    settings,
    clock,
    wallClock,
    logger: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    onReload: (credentials) => taken.push(credentials),
  });
  onTestFinished(() => keeper.stop());
  /** Lets one look happen, and waits until it is over: then the next is planned. */
  const look = async () => {
    await clock.advance(10_000);
    await vi.waitFor(() => expect(clock.pending).toBe(1), { timeout: 20_000 });
  };
  const start = async () => {
    await keeper.load();
    keeper.watch();
  };
  return { keeper, settings, file, write, look, start, logged, taken, clock };
}

const subjects = (taken: Credentials[]) => taken.map(({ certificate }) => certificate.subject);

describe("files of certificates", () => {
  it("are read again, and a new pair is taken once", async () => {
    const { write, look, start, logged, taken, keeper } = await keep();
    await start();
    await look();
    expect([taken, logged]).toEqual([[], []]);
    write(second);
    await look();
    await look();
    expect(subjects(taken)).toEqual(["CN=second"]);
    expect(logged).toEqual(["info  new certificate and authorities taken"]);
    expect(keeper.state).toMatchObject({ reloads: 1, reloadError: undefined });
  });

  it("of which half is written leave what was there before, say why once, and are taken when they are whole", async () => {
    const { file, look, start, logged, taken, keeper } = await keep();
    await start();
    writeFileSync(file("node.pem"), second.certificate.slice(0, 100));
    await look();
    expect(keeper.state.reloadError).toMatchObject({ code: "TLS_MATERIAL_INVALID" });
    writeFileSync(file("node.pem"), second.certificate);
    await look();
    await look();
    expect(keeper.state.reloadError).toMatchObject({
      code: "TLS_KEY_MISMATCH",
      message: expect.stringContaining("node.key"),
    });
    expect(subjects(taken)).toEqual([]);
    expect(keeper.state.credentials?.certificate.subject).toBe("CN=first");
    writeFileSync(file("node.key"), second.key);
    await look();
    expect(subjects(taken)).toEqual(["CN=second"]);
    expect(keeper.state.reloadError).toBeUndefined();
    expect(logged.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "warn TLS_MATERIAL_INVALID",
      "warn TLS_KEY_MISMATCH",
      "info ",
    ]);
  });

  it("that vanish and come back as they were are nothing to complain about any more", async () => {
    const { file, look, start, logged, taken, keeper } = await keep();
    await start();
    unlinkSync(file("node.key"));
    await look();
    await look();
    expect(keeper.state.reloadError).toMatchObject({ code: "TLS_FILE_UNREADABLE" });
    writeFileSync(file("node.key"), first.key);
    await look();
    expect(keeper.state.reloadError).toBeUndefined();
    expect(logged.filter((line) => line.startsWith("warn"))).toHaveLength(1);
    expect(subjects(taken).every((subject) => subject === "CN=first")).toBe(true);
  });

  it("are followed when an editor renames a new one over the old", async () => {
    const { file, look, start, taken } = await keep();
    await start();
    for (const [name, text] of [
      ["node.pem", second.certificate],
      ["node.key", second.key],
    ] as const) {
      writeFileSync(file(`${name}~`), text);
      renameSync(file(`${name}~`), file(name));
    }
    await look();
    expect(subjects(taken)).toEqual(["CN=second"]);
  });

  it("are followed as Kubernetes swaps them: a link to a folder, replaced as a whole, again and again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollcall-secret-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    let generation = 0;
    const swap = ({ certificate, key }: Issued) => {
      const name = `..${++generation}`;
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "tls.crt"), certificate);
      writeFileSync(join(folder, name, "tls.key"), key);
      symlinkSync(name, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
      if (generation > 1) rmSync(join(folder, `..${generation - 1}`), { recursive: true });
    };
    swap(first);
    for (const name of ["tls.crt", "tls.key"]) symlinkSync(join("..data", name), join(folder, name));
    const { look, start, taken } = await keep({ certificate: join(folder, "tls.crt"), key: join(folder, "tls.key") });
    await start();
    for (const next of [second, third]) {
      swap(next);
      await look();
    }
    expect(subjects(taken)).toEqual(["CN=second", "CN=third"]);
  });

  it("that would bring an expired certificate are not taken", async () => {
    const { write, look, start, taken, keeper } = await keep();
    await start();
    write(await authority.issue({ fromMs: -20_000, untilMs: -10_000 }));
    await look();
    expect(taken).toEqual([]);
    expect(keeper.state.reloadError).toMatchObject({ code: "TLS_EXPIRED" });
  });

  it("are not taken after the end, also not by a look that was under way", async () => {
    const { keeper, file, write, start, taken, clock, settings } = await keep();
    await start();
    write(second);
    const reading = new Promise<void>((resolve) => {
      Object.defineProperty(settings, "certificate", {
        get: () => {
          keeper.stop();
          resolve();
          return file("node.pem");
        },
      });
    });
    await clock.advance(10_000);
    await reading;
    // Long enough for the same files to be read once more, from the beginning.
    await readMaterial({ ca: file("ca.pem"), certificate: file("node.pem"), key: file("node.key") });
    await clock.advance(60_000);
    expect([taken, clock.pending]).toEqual([[], 0]);
  });
});

describe("a certificate that will expire", () => {
  it("is warned of ahead, once, and once more when it has; a new one is warned of anew", async () => {
    let now = Date.now();
    const { start, look, logged, write } = await keep({}, () => now);
    await start();
    expect(logged).toEqual([]);
    // It is good for two hours, and a fifth of that is left at the most.
    now += 40 * 60_000;
    await look();
    await look();
    expect(logged).toEqual(["warn  the certificate expires soon: renew it"]);
    now += 21 * 60_000;
    await look();
    await look();
    expect(logged.slice(1)).toEqual([expect.stringContaining("error  the certificate has expired")]);
    now = Date.now();
    write(second);
    await look();
    now += 40 * 60_000;
    await look();
    expect(logged.slice(2)).toEqual([
      "info  new certificate and authorities taken",
      "warn  the certificate expires soon: renew it",
    ]);
  });

  it("is warned of at once when it has little time left at the start, and as long before as the settings want", async () => {
    const { start, logged } = await keep({ warnBeforeExpiryMs: 2 * 3_600_000 });
    await start();
    expect(logged).toEqual(["warn  the certificate expires soon: renew it"]);
  });

  it("is warned of also when it is no file", async () => {
    let now = Date.now();
    const { certificate, key } = first;
    const { start, logged, clock } = await keep({ ca: authority.certificate, certificate, key }, () => now);
    await start();
    now += 50 * 60_000;
    await clock.advance(60_000);
    expect(logged).toEqual(["warn  the certificate expires soon: renew it"]);
  });
});
