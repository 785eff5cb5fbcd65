import type { ServiceInstance } from "@rollcall/core";
import { isIPv6 } from "@rollcall/core";

/** An object of the API as tests write it. */
export interface Written {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly uid?: string;
  };
  readonly [part: string]: unknown;
}

/** A collection in a namespace, as paths have it. */
export const SLICES = "apis/discovery.k8s.io/v1/endpointslices";
export const PODS = "api/v1/pods";

export interface WrittenEndpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly nodeName?: string;
  readonly zone?: string;
  readonly targetRef?: { readonly kind: string; readonly name: string; readonly uid: string };
}

/** An endpoint of an EndpointSlice as the controller would write it for a pod. */
export function endpointOf({ host, id, metadata = {} }: ServiceInstance): WrittenEndpoint {
  const ready = metadata.ready !== "false";
  return {
    addresses: [host],
    conditions: { ready, serving: ready, terminating: false },
    ...(metadata.node === undefined ? {} : { nodeName: metadata.node }),
    ...(metadata.zone === undefined ? {} : { zone: metadata.zone }),
    ...(id === undefined ? {} : { targetRef: { kind: "Pod", name: metadata.pod ?? id, uid: id } }),
  };
}

export interface SliceParts {
  readonly endpoints?: readonly WrittenEndpoint[];
  /** Null is a port that is not restricted. Default: TCP 7337 called `cluster`. */
  readonly ports?: readonly { readonly name?: string; readonly port?: number | null; readonly protocol?: string }[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** An EndpointSlice of a service. */
export function slice(service: string, name: string, { endpoints = [], ports, labels }: SliceParts = {}): Written {
  const [first] = endpoints[0]?.addresses ?? [];
  return {
    metadata: { name, labels: { "kubernetes.io/service-name": service, ...labels } },
    addressType: first !== undefined && isIPv6(first) ? "IPv6" : "IPv4",
    endpoints,
    ports: ports ?? [{ name: "cluster", port: 7337, protocol: "TCP" }],
  };
}

export interface PodParts {
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly node?: string;
}

/** A pod that nothing runs. */
export function pod(name: string, { labels = {}, ports, node }: PodParts = {}): Written {
  return {
    metadata: { name, labels },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [
        { name: "main", image: "example.invalid/orders", ports: ports ?? [{ name: "cluster", containerPort: 7337 }] },
      ],
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
    },
  };
}

/** What a kubelet would say of a pod that runs. */
export function running(ips: readonly string[], ready = true) {
  return {
    phase: "Running",
    podIP: ips[0],
    podIPs: ips.map((ip) => ({ ip })),
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
  };
}
