import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { DiscoveryError } from "@rollcall/core";
import type { Connection } from "./connection.js";
import { readCredential } from "./credential-file.js";

interface Cluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

interface User {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly exec?: unknown;
  readonly "auth-provider"?: unknown;
  readonly username?: string;
}

interface Context {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

interface Kubeconfig {
  readonly "current-context"?: string | null;
  readonly clusters?: readonly { readonly name?: string; readonly cluster?: Cluster }[] | null;
  readonly users?: readonly { readonly name?: string; readonly user?: User }[] | null;
  readonly contexts?: readonly { readonly name?: string; readonly context?: Context }[] | null;
}

/** What kubectl would read when nobody tells it anything. */
export function defaultKubeconfig(): string {
  return process.env.KUBECONFIG || join(homedir(), ".kube", "config");
}

/**
 * The server and user of a kubeconfig's context: token, file with a token, client certificate, or none of these.
 *
 * @param files one, or several with the system's separator (`:`) between them, of which the first to say something holds
 * @throws DiscoveryError `MISCONFIGURED`, naming the file and what is wrong with it
 */
export async function kubeconfig(name: string, files: string, contextName?: string): Promise<Connection> {
  const fail = (what: string, cause?: unknown): never => {
    throw new DiscoveryError("MISCONFIGURED", `${name}: ${files}: ${what}`, { adapter: name, cause });
  };
  const configs = await Promise.all(
    files.split(delimiter).flatMap((file) => (file === "" ? [] : readKubeconfig(name, resolve(file), fail))),
  );
  const first = <Key extends "clusters" | "users" | "contexts">(key: Key, wanted: string) => {
    for (const { config, folder } of configs) {
      const found = (config[key] ?? []).find((entry) => entry?.name === wanted);
      if (found !== undefined) return { found: found as NonNullable<Kubeconfig[Key]>[number], folder };
    }
    return fail(`there is no ${JSON.stringify(wanted)} among its ${key}; correct the name or the file.`);
  };
  const chosen = contextName ?? configs.map(({ config }) => config["current-context"]).find(Boolean);
  if (!chosen) return fail("it has no current-context; set one, or give the option context.");
  const context = first("contexts", chosen).found.context ?? {};
  const { found, folder } = first("clusters", context.cluster ?? "");
  const cluster = found.cluster ?? {};
  if (cluster["proxy-url"]) return fail("its proxy-url is not supported; reach the server without a proxy.");
  const url = URL.parse(cluster.server ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return fail(
      `the server of cluster ${JSON.stringify(context.cluster)} is no URL: ${JSON.stringify(cluster.server)}.`,
    );
  }
  // What is written into the file goes before a file that it names, as with kubectl.
  const pem = async (where: string, data?: string, file?: string) => {
    if (data) return Buffer.from(data, "base64").toString();
    return file
      ? readCredential(name, "a file that the kubeconfig names", resolve(where, file), "correct it")
      : undefined;
  };
  const account = context.user ? first("users", context.user) : { found: { user: {} }, folder };
  const user: User = account.found.user ?? {};
  const token = user.token ?? (await pem(account.folder, undefined, user.tokenFile))?.trim();
  const connection = {
    ca: await pem(folder, cluster["certificate-authority-data"], cluster["certificate-authority"]),
    cert: await pem(account.folder, user["client-certificate-data"], user["client-certificate"]),
    key: await pem(account.folder, user["client-key-data"], user["client-key"]),
    token,
    servername: cluster["tls-server-name"],
    insecure: cluster["insecure-skip-tls-verify"],
    namespace: context.namespace,
  };
  if (!token && !connection.cert && (user.exec || user["auth-provider"] || user.username)) {
    return fail(
      `user ${JSON.stringify(context.user)} logs in by a program, a provider or a password, which is not supported; ` +
        "use a token (kubectl create token) or a client certificate.",
    );
  }
  return {
    ...Object.fromEntries(Object.entries(connection).filter(([, value]) => value !== undefined && value !== "")),
    url: String(cluster.server).replace(/\/+$/, ""),
    source: `kubeconfig ${files}, user ${JSON.stringify(context.user ?? "")}`,
  };
}

async function readKubeconfig(name: string, file: string, fail: (what: string, cause: unknown) => never) {
  const text = await readCredential(name, "the kubeconfig", file, "inside a pod the service account would do");
  // Inside a pod nobody needs it.
  const { parse } = await import("yaml");
  let config: unknown;
  try {
    config = parse(text);
  } catch (cause) {
    fail(`${file} is not YAML: ${(cause as Error).message.split("\n")[0]}`, cause);
  }
  if (typeof config !== "object" || config === null) fail(`${file} is no kubeconfig.`, undefined);
  return { config: config as Kubeconfig, folder: dirname(file) };
}
