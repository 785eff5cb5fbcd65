import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KubeconfigParts {
  readonly server: string;
  /** PEM. */
  readonly ca?: string;
  readonly token?: string | undefined;
  readonly namespace?: string;
  /** Further fields of the user, and of the cluster. */
  readonly user?: object;
  readonly cluster?: object;
}

/** A folder of a test's own. */
export async function folder(onEnd: (act: () => Promise<void>) => unknown): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "rollcall-kubernetes-"));
  onEnd(() => rm(made, { recursive: true, force: true }));
  return made;
}

export function kubeconfigText({ server, ca, token, namespace, user, cluster }: KubeconfigParts): string {
  const data = ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
  // JSON is YAML, too.
  return JSON.stringify({
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "it", user: "me", ...(namespace && { namespace }) } }],
    clusters: [{ name: "it", cluster: { server, ...data, ...cluster } }],
    users: [{ name: "me", user: { ...(token && { token }), ...user } }],
  });
}

/** Writes one and gives its path. */
export async function kubeconfigFile(directory: string, parts: KubeconfigParts): Promise<string> {
  const file = join(directory, "kubeconfig");
  await writeFile(file, kubeconfigText(parts));
  return file;
}
