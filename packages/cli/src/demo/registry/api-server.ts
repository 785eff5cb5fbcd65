import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";

/** The file by which clients reach the demonstration's own API server, `kubectl` among them. */
export const KUBECONFIG = "kubeconfig";

const LOOPBACK = "127.0.0.1";
/** Made by the server, with a certificate of the authority that it made for it. */
const CERTIFICATE = "apiserver.crt";
const ISSUER = "https://kubernetes.default.svc";

/**
 * For `kube-apiserver`: one of this machine alone, where whoever has the token may do everything.
 *
 * @param ports its own, and that of its etcd
 */
export function apiServerArguments(folder: string, [port, etcd]: readonly number[]): readonly string[] {
  const key = join(folder, "accounts.key");
  return [
    ...[`--etcd-servers=http://${LOOPBACK}:${etcd}`, `--secure-port=${port}`, `--cert-dir=${folder}`],
    // Also where it says it is, for which it would look for a way to other machines.
    ...[`--bind-address=${LOOPBACK}`, `--advertise-address=${LOOPBACK}`, "--endpoint-reconciler-type=none"],
    ...["--authorization-mode=AlwaysAllow", `--token-auth-file=${join(folder, "tokens.csv")}`],
    ...[`--service-account-issuer=${ISSUER}`, `--service-account-key-file=${key}`],
    ...[`--service-account-signing-key-file=${key}`, "--service-cluster-ip-range=10.96.0.0/16"],
    // Nobody makes service accounts, without which it would take no pods.
    "--disable-admission-plugins=ServiceAccount",
  ];
}

export function apiServerFiles(folder: string, [port]: readonly number[]): Readonly<Record<string, string>> {
  const token = randomBytes(16).toString("hex");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cluster = { server: `https://${LOOPBACK}:${port}`, "certificate-authority": join(folder, CERTIFICATE) };
  const name = "demo";
  const kubeconfig = {
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
  };
  return {
    "tokens.csv": `${token},demo,1\n`,
    // The only form of such a key that it reads.
    "accounts.key": privateKey.export({ type: "sec1", format: "pem" }).toString(),
    // JSON is YAML, too.
    [KUBECONFIG]: JSON.stringify(kubeconfig),
  };
}
