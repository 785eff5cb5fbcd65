import { type Clock, DiscoveryError, isPort, type Random } from "@rollcall/core";

/** What {@link kubernetesDiscovery} takes: `service` or `labelSelector`, and what else is not as usual. */
export interface KubernetesDiscoveryOptions {
  /** The service whose EndpointSlices are read. It may be headless, and should be: nobody connects to its address. */
  readonly service?: string;
  /** Pods to read instead, such as `app=orders` or `{ app: "orders" }`. Costs the server more than a service does. */
  readonly labelSelector?: string | Readonly<Record<string, string>>;
  /** Default: the pod's own namespace, or that of the kubeconfig's context, or `default`. */
  readonly namespace?: string;
  /** The name of the port that nodes listen on, in the service or in the pod's containers. Default: the only TCP port. */
  readonly portName?: string;
  /** The port that nodes listen on, whatever Kubernetes says; in place of `portName`. */
  readonly port?: number;
  /**
   * List pods that are not ready, too. Default true: if readiness waits for the cluster, and the cluster for those who
   * are ready, a first start never ends. With false a pod is listed when it is ready or the service says
   * `publishNotReadyAddresses`. Terminating pods are never listed.
   */
  readonly includeNotReady?: boolean;
  /**
   * Which address of a pod that has both. Default: its main one when pods are read, IPv4 when a service is. A pod that
   * has only the other kind is left out if this is given.
   */
  readonly addressFamily?: "IPv4" | "IPv6";
  /** A kubeconfig to use in any case, with `KUBECONFIG`'s separators for several. Default: as {@link context} says. */
  readonly kubeconfig?: string;
  /**
   * The kubeconfig's context. Default: its current one. Without `kubeconfig` and `context` the service account is used
   * inside a pod, and elsewhere the files that `KUBECONFIG` names or `~/.kube/config`.
   */
  readonly context?: string;
  /** The folder with the service account's `token`, `ca.crt` and `namespace`. Default: where Kubernetes mounts it. */
  readonly serviceAccountPath?: string;
  /**
   * Milliseconds after which the server is asked to end a watch, and another is begun where it ended; up to a tenth
   * sooner, so that nodes do not return in step. Each time the token is read again. Default 300,000.
   */
  readonly watchMs?: number;
  /**
   * Milliseconds without a word from the server after which a watch counts as lost (`TIMED_OUT`). Servers say something
   * once a minute when nothing changes, so less than that fails while all is well. Default 90,000.
   */
  readonly inactivityMs?: number;
  /** Milliseconds for the server to answer a request, or to begin a watch. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
}

/** What is used for options that are not given; durations in milliseconds. */
export const KUBERNETES_DEFAULTS = Object.freeze({
  includeNotReady: true,
  serviceAccountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
  watchMs: 300_000,
  inactivityMs: 90_000,
  requestTimeoutMs: 10_000,
});

type Defaulted = keyof typeof KUBERNETES_DEFAULTS;
/** Options with the defaults filled in, and the selector as a text. */
export type CheckedOptions = Omit<KubernetesDiscoveryOptions, Defaulted | "labelSelector"> &
  Required<Pick<KubernetesDiscoveryOptions, Defaulted>> & { readonly labelSelector?: string };

const LABEL = /^(?=.{1,63}$)[a-z\d]([-a-z\d]*[a-z\d])?$/;
/** What a timer takes. */
const LONGEST_MS = 2_147_483_647;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option */
export function checkOptions(options: KubernetesDiscoveryOptions): CheckedOptions {
  if (typeof options !== "object" || options === null) throw invalid("give { service } or { labelSelector }.");
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { labelSelector, ...rest } = { ...KUBERNETES_DEFAULTS, ...given } as KubernetesDiscoveryOptions;
  const selector = labelSelector === undefined ? {} : { labelSelector: selectorText(labelSelector) };
  const checked = { ...rest, ...selector } as CheckedOptions;
  const { service, port, portName, includeNotReady, addressFamily } = checked;
  const need = (holds: boolean, option: keyof KubernetesDiscoveryOptions, what: string) => {
    if (!holds) throw invalid(`${option} must be ${what}, not ${JSON.stringify(options[option])}.`);
  };
  if ((service === undefined) === (labelSelector === undefined)) {
    throw invalid('give one of service and labelSelector, such as { service: "orders" }.');
  }
  need(isLabel(service ?? "a"), "service", "a service's name: at most 63 lower-case letters, digits and hyphens");
  need(checked.labelSelector !== "", "labelSelector", 'a selector such as "app=orders" or { app: "orders" }');
  need(
    isLabel(checked.namespace ?? "a"),
    "namespace",
    "a namespace's name: at most 63 lower-case letters, digits and hyphens",
  );
  need(isText(portName ?? "a"), "portName", "the name of a port");
  need(isPort(port ?? 1), "port", "a whole number from 1 to 65535");
  if (port !== undefined && portName !== undefined) throw invalid("give one of port and portName.");
  need(typeof includeNotReady === "boolean", "includeNotReady", "true or false");
  need(["IPv4", "IPv6", undefined].includes(addressFamily), "addressFamily", '"IPv4" or "IPv6"');
  for (const option of ["kubeconfig", "context", "serviceAccountPath"] as const) {
    need(isText(checked[option] ?? "a"), option, "a text that is not empty");
  }
  for (const [option, least] of [
    ["watchMs", 1000],
    ["inactivityMs", 1],
    ["requestTimeoutMs", 1],
  ] as const) {
    const value = checked[option];
    need(typeof value === "number" && value >= least && value <= LONGEST_MS, option, `milliseconds from ${least} on`);
  }
  return checked;
}

function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector.trim();
  if (typeof selector !== "object" || selector === null) return "";
  return Object.entries(selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
}

function isLabel(value: unknown): boolean {
  return typeof value === "string" && LABEL.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function invalid(what: string): DiscoveryError {
  return new DiscoveryError("INVALID_OPTION", `kubernetesDiscovery: ${what}`);
}
