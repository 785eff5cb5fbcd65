import { setTimeout as pause } from "node:timers/promises";
import { ApiWriter } from "../../../adapters/kubernetes/test/support/api-writer.ts";
import { EtcdServer, findEtcd } from "../../servers/etcd.ts";
import type { Program } from "../../servers/find-program.ts";
import { findKubeApiServer, KubeApiServer } from "../../servers/kube-apiserver.ts";
import type { Found } from "../../servers/report.ts";
import { Authority, type CertificateFiles } from "../../support/certificates.ts";
import type { Cleanup } from "../../support/cleanup.ts";
import type { ApiAccount, ApiServer, ApiServerSource } from "./api-server.ts";

/** The programs of a real API server. */
export interface KubernetesPrograms extends Found {
  readonly apiServer: Program;
  readonly etcd: Program;
}

/** The newest etcd, since an API server does without some of what it can with Debian's. @throws Error that says why not */
export async function findKubernetes(): Promise<KubernetesPrograms> {
  const apiServer = await findKubeApiServer();
  const etcd = await findEtcd("new");
  return { apiServer, etcd, description: `${apiServer.description}; ${etcd.description}` };
}

/** A real API server, with what tests need of it. */
export interface RealServer extends ApiServer {
  readonly ca: string;
  readonly authority: Authority;
  readonly server: KubeApiServer;
  account(namespace: string): Promise<RealAccount>;
  /** Another one with the same etcd, which keeps nothing in memory but asks etcd each time. */
  startWithoutCache(): Promise<RealServer>;
}

/** A service account. */
export interface RealAccount extends ApiAccount {
  /** Gives it another token, and resolves when the old one is refused: the server remembers good ones for 10 s. */
  rotate(): Promise<string>;
}

export interface RealServerSource extends ApiServerSource {
  /** @param certificate from the authority. Default: both are made for it */
  start(onEnd: Cleanup, certificate?: { readonly ca: string } & CertificateFiles): Promise<RealServer>;
}

export function realServer(programs: KubernetesPrograms): RealServerSource {
  return {
    name: "kube-apiserver",
    async start(onEnd, given) {
      const authority = await Authority.create(onEnd);
      const certificate = given ?? (await authority.issue("kube-apiserver"));
      const etcd = await EtcdServer.start(programs.etcd);
      onEnd(() => etcd[Symbol.asyncDispose]());
      const start = async (flags: readonly string[]): Promise<RealServer> => {
        const server = await startServer(programs, etcd, authority, certificate, flags);
        onEnd(() => server[Symbol.asyncDispose]());
        return apiServer(server, authority, given?.ca ?? authority.certificate, () => start(["--watch-cache=false"]));
      };
      return start([]);
    },
  };
}

function startServer(
  programs: KubernetesPrograms,
  etcd: EtcdServer,
  authority: Authority,
  certificate: CertificateFiles,
  flags: readonly string[],
): Promise<KubeApiServer> {
  const options = { etcd, certificate, clientAuthorityFile: authority.certificateFile, flags };
  return KubeApiServer.start(programs.apiServer, options);
}

let made = 0;

function apiServer(
  server: KubeApiServer,
  authority: Authority,
  ca: string,
  startWithoutCache: () => Promise<RealServer>,
): RealServer {
  const { port, adminToken } = server;
  const writer = new ApiWriter({ url: `https://127.0.0.1:${port}`, ca, token: adminToken });
  return {
    name: "kube-apiserver",
    ...{ port, ca, adminToken, writer, server, authority, startWithoutCache },
    async namespace() {
      const name = `test-${process.pid}-${++made}`;
      await writer.send("POST", "api/v1/namespaces", { metadata: { name } });
      // What a controller would do, and pods cannot be without.
      await writer.send("POST", `api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: "default" } });
      return name;
    },
    account: (namespace) => createAccount(writer, namespace),
    compact: () => server.compact(),
  };
}

const RBAC = "apis/rbac.authorization.k8s.io/v1";

/** A service account with a role of its own, which is empty. */
async function createAccount(writer: ApiWriter, namespace: string): Promise<RealAccount> {
  const name = `account-${++made}`;
  const accounts = `api/v1/namespaces/${namespace}/serviceaccounts`;
  const roles = `${RBAC}/namespaces/${namespace}/roles`;
  const metadata = { name };
  const newToken = async () => {
    // Tokens are good for as long as the account of that uid is.
    await writer.send("POST", accounts, { metadata });
    const { status } = await writer.send("POST", `${accounts}/${name}/token`, { spec: { expirationSeconds: 3600 } });
    return (status as { token: string }).token;
  };
  await writer.send("POST", roles, { metadata, rules: [] });
  await writer.send("POST", `${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  let token = await newToken();
  return {
    get token() {
      return token;
    },
    async rotate() {
      const old = writer.as(token);
      await writer.send("DELETE", `${accounts}/${name}`);
      token = await newToken();
      const refused = (error: Error) => /: 401 /.test(error.message);
      while (!(await old.send("GET", accounts).then(() => false, refused))) await pause(200);
      return token;
    },
    async grant(plural, verbs) {
      const apiGroups = [plural === "pods" ? "" : "discovery.k8s.io"];
      const rules = verbs.length === 0 ? [] : [{ apiGroups, resources: [plural], verbs }];
      await writer.send("PUT", `${roles}/${name}`, { metadata, rules });
    },
  };
}
