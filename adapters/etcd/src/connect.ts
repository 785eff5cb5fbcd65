import { DiscoveryError, shuffled, systemClock, systemRandom } from "@rollcall/core";
import { EtcdConnection } from "./api/etcd-connection.js";
import { type Attempt, failureOf } from "./failures.js";
import { type CheckedOptions, currentUser } from "./options.js";

export interface Connected<T> {
  /** Closed by whoever called, or when the signal aborts. */
  readonly etcd: EtcdConnection;
  /** What the first request was answered. */
  readonly first: T;
  /** Says what the matter is, later on. */
  readonly failure: (error: unknown) => DiscoveryError;
}

export interface ConnectRequest<T> {
  readonly name: string;
  readonly options: CheckedOptions;
  readonly permission: Attempt["permission"];
  readonly signal?: AbortSignal;
  /** What is wanted of the server. One that cannot do it is passed over for the next. */
  readonly ask: (etcd: EtcdConnection) => Promise<T>;
}

/**
 * Connects to the first member, in random order, that answers a request. Each has its time; what no other member would
 * answer differently, such as a wrong password, is an error at once.
 *
 * @throws DiscoveryError that says what the matter is with each of them; the signal's reason when it aborts
 */
export async function connectToEtcd<T>(request: ConnectRequest<T>): Promise<Connected<T>> {
  const { name, options, signal } = request;
  const { random = systemRandom, folder } = options;
  const user = await currentUser(name, options.auth);
  const tls = typeof options.tls === "function" ? await options.tls() : options.tls;
  const problems: DiscoveryError[] = [];
  for (const url of shuffled(options.urls, random)) {
    signal?.throwIfAborted();
    const etcd = new EtcdConnection(url, user, { ...timing(options), tls });
    const close = () => etcd.close();
    signal?.addEventListener("abort", close, { once: true });
    const attempt = { name, url, folder, username: user?.username, permission: request.permission };
    const failure = (error: unknown) => failureOf(error, attempt);
    try {
      await etcd.authenticate();
      return { etcd, first: await request.ask(etcd), failure };
    } catch (error) {
      etcd.close();
      signal?.removeEventListener("abort", close);
      signal?.throwIfAborted();
      const problem = failure(error);
      if (!problem.retryable) throw problem;
      problems.push(problem);
    }
  }
  throw together(name, problems);
}

function timing({ requestTimeoutMs, keepAliveMs, clock = systemClock }: CheckedOptions) {
  return { timeoutMs: requestTimeoutMs, keepAliveMs, clock };
}

function together(name: string, problems: readonly DiscoveryError[]): DiscoveryError {
  const [first] = problems as [DiscoveryError];
  if (problems.length === 1) return first;
  const all = problems.map(({ message }) => message.slice(`${name}: `.length)).join(" ");
  const code = problems.every((problem) => problem.code === first.code) ? first.code : "UNAVAILABLE";
  return new DiscoveryError(code, `${name}: ${all}`, { adapter: name, cause: new AggregateError(problems) });
}
