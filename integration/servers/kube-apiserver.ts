import { generateKeyPairSync, sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import type { CertificateFiles } from "../support/certificates.ts";
import { freePort } from "../support/ports.ts";
import type { EtcdServer } from "./etcd.ts";
import { type FindProgramOptions, findProgram, type Program } from "./find-program.ts";
import type { GoTool } from "./go-tools.ts";
import { answers, ServerProcess } from "./server-process.ts";

/** Of Kubernetes. Its parts are modules of the same version, but for the 0 in front. */
const VERSION = "1.34.4";
/** What its go.mod looks for in folders of its own repository, where they are not when it is fetched as a module. */
const PARTS = [
  ...["api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go", "cloud-provider"],
  ...["cluster-bootstrap", "code-generator", "component-base", "component-helpers", "controller-manager", "cri-api"],
  ...["cri-client", "csi-translation-lib", "dynamic-resource-allocation", "endpointslice", "externaljwt", "kms"],
  ...["kube-aggregator", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet", "metrics"],
  ...["mount-utils", "pod-security-admission", "sample-apiserver"],
];

function goTool(name: "kube-apiserver" | "kubectl"): GoTool {
  const [major, minor] = VERSION.split(".");
  // kubectl does not speak to a server whose version it cannot read.
  const stamps = [`gitVersion=v${VERSION}`, `gitMajor=${major}`, `gitMinor=${minor}`];
  return {
    name,
    module: "k8s.io/kubernetes",
    version: `v${VERSION}`,
    requires: PARTS.map((part) => `k8s.io/${part}@v0.${VERSION.slice(2)}`),
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: stamps.map((stamp) => `-X k8s.io/component-base/version.${stamp}`).join(" "),
  };
}

/** @throws Error that says why there is none */
export function findKubeApiServer(options?: FindProgramOptions): Promise<Program> {
  const go = goTool("kube-apiserver");
  return findProgram({ program: "kube-apiserver", versionArguments: ["--version"], go }, options);
}

/** @throws Error that says why there is none */
export function findKubectl(options?: FindProgramOptions): Promise<Program> {
  const versionArguments = ["version", "--client"];
  return findProgram({ program: "kubectl", versionArguments, go: goTool("kubectl") }, options);
}

export interface KubeApiServerOptions {
  /** Where it keeps everything. Several servers may share one; nobody but them uses it. */
  readonly etcd: EtcdServer;
  /** What it shows to clients. */
  readonly certificate: CertificateFiles;
  /** The certificate, as a file, of the authority whose client certificates it accepts. */
  readonly clientAuthorityFile?: string;
  /** Further flags. */
  readonly flags?: readonly string[];
}

const ISSUER = "https://kubernetes.default.svc";

/** A line as soon as a request to list or watch what adapters look at has come, except those of the server itself. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["ResponseStarted", "ResponseComplete", "Panic"],
  rules: [
    { level: "None", users: ["system:apiserver"] },
    {
      level: "Metadata",
      verbs: ["list", "watch"],
      resources: [
        { group: "discovery.k8s.io", resources: ["endpointslices"] },
        { group: "", resources: ["pods"] },
      ],
    },
    { level: "None" },
  ],
};

/** An API server without the rest of Kubernetes: nothing runs pods, or writes EndpointSlices by itself. */
export class KubeApiServer implements AsyncDisposable {
  /** Of somebody who may do everything. */
  readonly adminToken = "the-administrator";
  readonly port: number;
  readonly process: ServerProcess;
  readonly #etcd: EtcdServer;
  readonly #signingKey: string;
  readonly #auditLog: string;

  private constructor(
    process: ServerProcess,
    port: number,
    etcd: EtcdServer,
    { signingKey, auditLog }: { signingKey: string; auditLog: string },
  ) {
    this.process = process;
    this.port = port;
    this.#etcd = etcd;
    this.#signingKey = signingKey;
    this.#auditLog = auditLog;
  }

  static async start(program: Program, options: KubeApiServerOptions): Promise<KubeApiServer> {
    const { etcd, certificate, clientAuthorityFile, flags = [] } = options;
    const port = await freePort();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signingKey = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    let auditLog = "";
    const process = await ServerProcess.start("kube-apiserver", async (folder) => {
      const [keyFile, tokenFile] = [join(folder, "accounts.key"), join(folder, "tokens.csv")];
      const policyFile = join(folder, "audit-policy.json");
      auditLog = join(folder, "audit.log");
      await writeFile(policyFile, JSON.stringify(AUDIT_POLICY));
      await writeFile(keyFile, signingKey);
      await writeFile(tokenFile, 'the-administrator,admin,1,"system:masters"\n');
      return {
        command: [
          ...([program.path, `--etcd-servers=http://127.0.0.1:${etcd.port}`, "--authorization-mode=RBAC"] as const),
          ...["--bind-address=127.0.0.1", `--secure-port=${port}`, `--token-auth-file=${tokenFile}`],
          ...[`--tls-cert-file=${certificate.certificateFile}`, `--tls-private-key-file=${certificate.keyFile}`],
          ...[`--service-account-issuer=${ISSUER}`, `--service-account-key-file=${keyFile}`],
          ...[`--service-account-signing-key-file=${keyFile}`, "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/108"],
          ...[`--cert-dir=${folder}`, `--audit-policy-file=${policyFile}`, `--audit-log-path=${auditLog}`],
          ...(clientAuthorityFile === undefined ? [] : [`--client-ca-file=${clientAuthorityFile}`]),
          ...flags,
        ],
        ready: (_child, signal) => answers(() => ready(port, signal), signal),
      };
    });
    return new KubeApiServer(process, port, etcd, { signingKey, auditLog });
  }

  /**
   * A token as the server would sign it for a service account, but with an end that it would not agree to: it gives none
   * that is good for less than ten minutes. It accepts a token for a minute longer than that says.
   */
  signToken(
    account: { readonly namespace: string; readonly name: string; readonly uid: string },
    expires: Date,
  ): string {
    const { namespace, name, uid } = account;
    const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
    const begun = seconds(expires) - 3600;
    const claims = {
      ...{ iss: ISSUER, aud: [ISSUER], sub: `system:serviceaccount:${namespace}:${name}` },
      ...{ iat: begun, nbf: begun, exp: seconds(expires) },
      "kubernetes.io": { namespace, serviceaccount: { name, uid } },
    };
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
    const content = `${part({ alg: "RS256" })}.${part(claims)}`;
    return `${content}.${sign("sha256", Buffer.from(content), this.#signingKey).toString("base64url")}`;
  }

  /** How often it was asked to list or watch pods or EndpointSlices, whatever became of it. TLS hides that from proxies. */
  async requests(): Promise<number> {
    return (await readFile(this.#auditLog, "utf8")).split("\n").length - 1;
  }

  /** Makes etcd forget what happened until now. */
  async compact(): Promise<void> {
    const { header } = await this.#ask("range", { key: "AA==" });
    await this.#ask("compaction", { revision: header?.revision, physical: true });
  }

  /** Etcd is its starter's. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }

  async #ask(what: string, question: object): Promise<{ header?: { revision?: string } }> {
    const url = `http://127.0.0.1:${this.#etcd.port}/v3/kv/${what}`;
    const response = await fetch(url, { method: "POST", body: JSON.stringify(question) });
    if (!response.ok) throw new Error(`etcd did not ${what}: ${await response.text()}`);
    return (await response.json()) as { header?: { revision?: string } };
  }
}

/** Whoever asks does not know the certificate yet, and need not. */
function ready(port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { rejectUnauthorized: false, agent: false, signal } as const;
    get(`https://127.0.0.1:${port}/readyz`, options, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`it is not ready: ${response.statusCode}`));
    }).on("error", reject);
  });
}
