import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runProgram } from "../../src/program.js";
import { MemoryTerminal } from "../support/memory-terminal.js";

/** A folder, and the command with it. */
function inFolder() {
  const parent = mkdtempSync(join(tmpdir(), "rollcall-certs-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "certs");
  const certs = async (...args: string[]) => {
    const terminal = new MemoryTerminal();
    const code = await runProgram(["certs", "--out", folder, ...args], terminal);
    return { code, out: terminal.out, err: terminal.err };
  };
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const certificate = (name: string) => new X509Certificate(read(`${name}.pem`));
  return { folder, certs, read, certificate };
}

describe("rollcall certs", () => {
  it("makes an authority and a certificate for each node, for its names, for both directions, which only the owner can read", async () => {
    const { folder, certs, certificate } = inFolder();
    const { code, out, err } = await certs("--nodes", "Orders-1.internal/10.0.0.7/fd00::7,127.0.0.1", "--days", "7");
    expect([code, err]).toEqual([0, ""]);
    const files = [
      "127.0.0.1.key",
      "127.0.0.1.pem",
      "ca.key",
      "ca.pem",
      "orders-1.internal.key",
      "orders-1.internal.pem",
    ];
    expect(readdirSync(folder).sort()).toEqual(files);
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);

    const ca = certificate("ca");
    const node = certificate("orders-1.internal");
    expect([ca.ca, node.ca, node.verify(ca.publicKey), node.checkIssued(ca)]).toEqual([true, false, true, true]);
    expect([node.checkHost("orders-1.internal"), node.checkIP("10.0.0.7"), node.checkIP("fd00::7")]).not.toContain(
      undefined,
    );
    expect(node.checkHost("localhost")).toBeUndefined();
    expect(node.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(node.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    const days = (node.validToDate.getTime() - node.validFromDate.getTime()) / 86_400_000;
    expect(days).toBeCloseTo(7, 0);
    expect(certificate("127.0.0.1").checkIP("127.0.0.1")).toBe("127.0.0.1");

    expect(out).toContain('settings.node.host = "Orders-1.internal";');
    for (const name of ["ca.pem", "orders-1.internal.pem", "orders-1.internal.key"]) {
      expect(out).toContain(JSON.stringify(join(folder, name)));
    }
    expect(out).toContain("keep it away");
  });

  it("replaces nothing without --force, and with it the nodes' files, by the same authority", async () => {
    const { certs, read, certificate } = inFolder();
    await certs("--nodes", "a");
    const before = [read("ca.pem"), read("ca.key"), read("a.pem")];
    const refused = await certs("--nodes", "b,a");
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(/^rollcall certs: .*a\.pem, .*a\.key exist already: give --force to replace them\n$/);
    expect(() => read("b.pem")).toThrow("ENOENT");
    expect((await certs("--nodes", "b,a", "--force")).code).toBe(0);
    expect([read("ca.pem"), read("ca.key")]).toEqual(before.slice(0, 2));
    expect(read("a.pem")).not.toBe(before[2]);
    for (const name of ["a", "b"]) expect(certificate(name).verify(certificate("ca").publicKey)).toBe(true);
  });

  it("tells half an authority, one that is none, and one whose key is another's, and touches nothing", async () => {
    const { folder, certs, read } = inFolder();
    await certs("--nodes", "a");
    const [ca, key] = [read("ca.pem"), read("ca.key")];
    const cases: [pem: string | undefined, key: string | undefined, why: RegExp][] = [
      [ca, undefined, /ca\.pem is there and .*ca\.key is not/],
      [undefined, key, /ca\.key is there and .*ca\.pem is not/],
      ["nonsense", key, /cannot be used as an authority/],
      [ca, "nonsense", /cannot be used as an authority/],
      [ca, read("a.key"), /the key is not that of the certificate/],
    ];
    for (const [pem, wrong, why] of cases) {
      rmSync(join(folder, "ca.pem"), { force: true });
      rmSync(join(folder, "ca.key"), { force: true });
      if (pem !== undefined) writeFileSync(join(folder, "ca.pem"), pem);
      if (wrong !== undefined) writeFileSync(join(folder, "ca.key"), wrong);
      expect(await certs("--nodes", "b")).toMatchObject({ code: 1, err: expect.stringMatching(why) });
      expect(readdirSync(folder)).not.toContain("b.pem");
    }
  });

  it("does not outlive its authority", async () => {
    const { certs } = inFolder();
    await certs("--nodes", "a");
    expect(await certs("--nodes", "b", "--days", "400")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--days"),
    });
  });

  it("says where it may not write", async () => {
    const { folder, certs } = inFolder();
    writeFileSync(folder, "a file");
    const { code, err } = await certs();
    expect([code, err]).toEqual([1, expect.stringContaining(folder)]);
  });

  it.each([
    [["--days", "0"], /--days has to be a whole number from 1 to 3650/],
    [["--days", "soon"], /--days has to be/],
    [["--nodes", "a,two words"], /"two words" is neither a host name nor an address/],
    [["--nodes", "a,"], /"" is neither/],
    [["--nodes", "a/[::1]"], /"\[::1\]" is neither/],
    [["--nodes", "A/10.0.0.1,a/10.0.0.2"], /two sets of files would be called a/],
    [["--nodes", "ca"], /would be called ca/],
    [["orders"], /unexpected argument/],
  ])("refuses %j as arguments", async (args, why) => {
    expect(await inFolder().certs(...args)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(why) });
  });

  it("says what it does and what its options are", async () => {
    const { code, out } = await inFolder().certs("--help");
    expect([code, out]).toEqual([0, expect.stringMatching(/Usage: rollcall certs.*--nodes LIST.*--days N.*--force/s)]);
  });
});
