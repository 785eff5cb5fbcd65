import type { ApiWriter } from "../../../adapters/kubernetes/test/support/api-writer.ts";
import type { Cleanup } from "../../support/cleanup.ts";

/** Somebody whom the server knows, and who may do nothing at first. */
export interface ApiAccount {
  readonly token: string;
  /** Lets them do this, such as `list` and `watch`, with one kind of thing in their namespace, and nothing else. */
  grant(plural: string, verbs: readonly string[]): Promise<void>;
}

/** What the suites ask of an API server: the real one, or the stand-in. */
export interface ApiServer {
  readonly name: string;
  readonly port: number;
  /** The certificate of the authority that its own is from, as PEM; undefined when it does not speak TLS. */
  readonly ca?: string;
  /** Writes with all permissions. */
  readonly writer: ApiWriter;
  readonly adminToken: string;
  /** A new namespace, in which pods may be. */
  namespace(): Promise<string>;
  account(namespace: string): Promise<ApiAccount>;
  /** Forgets what happened until now, so that nobody can go on from there. */
  compact(): Promise<void>;
}

/** How to get one for a file of tests. */
export interface ApiServerSource {
  readonly name: string;
  start(onEnd: Cleanup): Promise<ApiServer>;
}
