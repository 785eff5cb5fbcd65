/** What we read of objects of the API; anything may be missing, and what is empty may be null. */
export interface KubernetesObject {
  readonly metadata?: ObjectMeta;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly deletionTimestamp?: string | null;
}

/** `discovery.k8s.io/v1`. */
export interface EndpointSlice extends KubernetesObject {
  readonly addressType?: "IPv4" | "IPv6" | "FQDN";
  readonly endpoints?: readonly SliceEndpoint[] | null;
  readonly ports?: readonly SlicePort[] | null;
}

export interface SliceEndpoint {
  /** Any of them leads to the same pod; there is one as a rule. */
  readonly addresses?: readonly string[] | null;
  /** Nothing said about `ready` means yes, and nothing about `terminating` means no. */
  readonly conditions?: { readonly ready?: boolean | null; readonly terminating?: boolean | null } | null;
  readonly nodeName?: string | null;
  readonly zone?: string | null;
  readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string } | null;
}

export interface SlicePort {
  readonly name?: string | null;
  readonly port?: number | null;
  /** TCP unless it says otherwise. */
  readonly protocol?: string | null;
}

/** `v1`. */
export interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string | null;
    readonly containers?: readonly Container[] | null;
    readonly initContainers?: readonly Container[] | null;
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string | null;
    /** The main one first. */
    readonly podIPs?: readonly { readonly ip?: string }[] | null;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[] | null;
  };
}

export interface Container {
  /** On an init container: `Always` makes it one that goes on running. */
  readonly restartPolicy?: string | null;
  readonly ports?: readonly ContainerPort[] | null;
}

export interface ContainerPort {
  readonly name?: string | null;
  readonly containerPort?: number;
  readonly protocol?: string | null;
}
