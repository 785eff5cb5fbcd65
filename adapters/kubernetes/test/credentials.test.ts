import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { connectionLoader } from "../src/credentials/load-connection.js";
import { checkOptions, type KubernetesDiscoveryOptions } from "../src/options.js";
import { folder, kubeconfigFile, kubeconfigText } from "./support/kubeconfig-file.js";

function load(options: Partial<KubernetesDiscoveryOptions> = {}) {
  return connectionLoader("kubernetes(orders)", checkOptions({ service: "orders", ...options }))();
}

function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const IN_POD = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };

async function mounted(): Promise<string> {
  const directory = await folder(onTestFinished);
  for (const file of ["token", "ca.crt", "namespace"]) await writeFile(join(directory, file), `the ${file}\n`);
  return directory;
}

describe("the service account", () => {
  it("is used inside a pod, and read anew each time", async () => {
    setEnvironment(IN_POD);
    const serviceAccountPath = await mounted();
    const loader = connectionLoader("k", checkOptions({ service: "orders", serviceAccountPath }));
    expect(await loader()).toMatchObject({
      ...{ url: "https://10.96.0.1:443", token: "the token", ca: "the ca.crt\n", namespace: "the namespace" },
    });
    await writeFile(join(serviceAccountPath, "token"), "another");
    expect((await loader()).token).toBe("another");
  });

  it("is used with IPv6", async () => {
    setEnvironment({ ...IN_POD, KUBERNETES_SERVICE_HOST: "fd00:96::1" });
    expect((await load({ serviceAccountPath: await mounted() })).url).toBe("https://[fd00:96::1]:443");
  });

  it("that is not mounted is an error that says why that may be", async () => {
    setEnvironment(IN_POD);
    await expect(load({ serviceAccountPath: "/nowhere" })).rejects.toMatchObject({
      ...{
        code: "MISCONFIGURED",
        retryable: true,
        message: expect.stringMatching(/\/nowhere.*automountServiceAccountToken/),
      },
    });
  });
});

describe("a kubeconfig", () => {
  it("is the one that KUBECONFIG names outside of a pod, and one that is given goes before the service account", async () => {
    setEnvironment({ KUBERNETES_SERVICE_HOST: "" });
    const directory = await folder(onTestFinished);
    const file = await kubeconfigFile(directory, { server: "https://k:6443/prefix/", token: "t", namespace: "shop" });
    setEnvironment({ KUBECONFIG: file });
    const expected = { url: "https://k:6443/prefix", token: "t", namespace: "shop" };
    expect(await load()).toMatchObject(expected);
    setEnvironment(IN_POD);
    expect(await load({ kubeconfig: file })).toMatchObject(expected);
    expect(await load({ context: "here" })).toMatchObject(expected);
  });

  it("may be several files, of which the first that says something holds", async () => {
    const directory = await folder(onTestFinished);
    const [one, two] = [join(directory, "one"), join(directory, "two")];
    await writeFile(one, stringify({ "current-context": "c", users: [{ name: "me", user: { token: "first" } }] }));
    await writeFile(
      two,
      stringify({
        contexts: [{ name: "c", context: { cluster: "it", user: "me" } }],
        clusters: [{ name: "it", cluster: { server: "http://127.0.0.1:8001" } }],
        users: [{ name: "me", user: { token: "second" } }],
      }),
    );
    expect(await load({ kubeconfig: `${one}:${two}` })).toMatchObject({ url: "http://127.0.0.1:8001", token: "first" });
  });

  it("may name files, which count from its own folder and are read anew each time", async () => {
    const directory = await folder(onTestFinished);
    await mkdir(join(directory, "pki"));
    for (const file of ["ca", "cert", "key", "token"]) await writeFile(join(directory, "pki", file), `${file} 1`);
    const kubeconfig = await kubeconfigFile(directory, {
      server: "https://k:6443",
      cluster: { "certificate-authority": "pki/ca", "tls-server-name": "kubernetes", "insecure-skip-tls-verify": true },
      user: { "client-certificate": "pki/cert", "client-key": "pki/key", tokenFile: "pki/token" },
    });
    const loader = connectionLoader("k", checkOptions({ service: "orders", kubeconfig }));
    const expected = { ca: "ca 1", cert: "cert 1", key: "key 1", servername: "kubernetes", insecure: true };
    expect(await loader()).toMatchObject({ ...expected, token: "token 1" });
    await writeFile(join(directory, "pki", "token"), "token 2");
    expect(await loader()).toMatchObject({ ...expected, token: "token 2" });
  });

  it.each<[string, string, RegExp]>([
    ["that is no YAML", "a: [", /is not YAML/],
    ["that is a text", "hello", /is no kubeconfig/],
    ["without a current context", "{}", /no current-context.*option context/],
    ["without the context", '{"current-context": "x"}', /no "x" among its contexts/],
    ["without a URL", kubeconfigText({ server: "k:6443" }), /is no URL: "k:6443"/],
    ["that logs in by a program", kubeconfigText({ server: "https://k", user: { exec: {} } }), /kubectl create token/],
    ["with a proxy", kubeconfigText({ server: "https://k", cluster: { "proxy-url": "http://p" } }), /proxy-url/],
    ["that names a missing file", kubeconfigText({ server: "https://k", user: { tokenFile: "gone" } }), /gone/],
  ])("%s is an error that names it", async (_, text, said) => {
    const kubeconfig = join(await folder(onTestFinished), "kubeconfig");
    await writeFile(kubeconfig, text);
    const error = { code: "MISCONFIGURED", message: expect.stringMatching(said) };
    await expect(load({ kubeconfig })).rejects.toMatchObject(error);
    await expect(load({ kubeconfig })).rejects.toMatchObject({
      message: expect.stringContaining("kubernetes(orders): "),
    });
  });

  it("that is not there is an error that can be tried again", async () => {
    const error = { code: "MISCONFIGURED", retryable: true, message: expect.stringContaining("/nowhere/config") };
    await expect(load({ kubeconfig: "/nowhere/config" })).rejects.toMatchObject(error);
  });
});
