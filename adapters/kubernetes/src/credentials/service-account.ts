import { join } from "node:path";
import { DiscoveryError } from "@rollcall/core";
import type { Connection } from "./connection.js";
import { readCredential } from "./credential-file.js";

const HOST = "KUBERNETES_SERVICE_HOST";
const PORT = "KUBERNETES_SERVICE_PORT";

/** Whether this process runs in a pod. */
export function isInCluster(): boolean {
  return Boolean(process.env[HOST] && process.env[PORT]);
}

/**
 * What Kubernetes gives to the processes of a pod. The token is replaced about once an hour, so a connection is good for
 * one request.
 *
 * @throws DiscoveryError `MISCONFIGURED`
 */
export async function serviceAccount(name: string, folder: string): Promise<Connection> {
  const [host, port] = [process.env[HOST], process.env[PORT]];
  if (!host || !port) {
    const message = `${name}: ${HOST} and ${PORT} are not set, so this is no pod; give kubeconfig, or set them.`;
    throw new DiscoveryError("MISCONFIGURED", message, { adapter: name });
  }
  const advice = "does the pod say automountServiceAccountToken: false, or is serviceAccountPath another?";
  const read = (file: string) => readCredential(name, "the service account's credentials", join(folder, file), advice);
  const [token, ca, namespace] = await Promise.all(
    ["token", "ca.crt", "namespace"].map(read) as [Promise<string>, Promise<string>, Promise<string>],
  );
  return {
    url: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca,
    token: token.trim(),
    namespace: namespace.trim(),
    source: `the service account in ${folder}`,
  };
}
