import type { CheckedOptions } from "../options.js";
import type { Pod } from "./kubernetes-objects.js";
import { choosePort } from "./port-choice.js";
import { NOTHING, type Resource } from "./resource.js";

const ZONE_LABEL = "topology.kubernetes.io/zone";
/** Its containers have ended and will not run again. */
const OVER: ReadonlySet<string | undefined> = new Set(["Succeeded", "Failed"]);

/** Pods by label, without a service. */
export function podsByLabel(labelSelector: string, options: CheckedOptions): Resource<Pod> {
  return {
    apiGroup: "",
    plural: "pods",
    labelSelector,
    read({ metadata = {}, spec = {}, status = {} }) {
      if (metadata.deletionTimestamp || OVER.has(status.phase)) return NOTHING;
      const hosts = [status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)].flatMap((ip) => ip || []);
      // It has not been given an address yet: the change that brings it will be heard of.
      if (hosts.length === 0) return NOTHING;
      const containers = [
        ...(spec.containers ?? []),
        ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
      ];
      const offered = containers.flatMap(({ ports }) => ports ?? []);
      const choice = choosePort(
        offered.map(({ containerPort, ...rest }) => ({ ...rest, port: containerPort })),
        options,
      );
      if ("problem" in choice) return { places: [], problem: choice.problem };
      const ready = (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
      const places = [...new Set(hosts)].map((host, rank) => ({
        uid: metadata.uid,
        host,
        port: choice.port,
        ready,
        rank,
        pod: metadata.name,
        node: spec.nodeName || undefined,
        // Kubernetes copies it from the node since 1.35, and others did before.
        zone: metadata.labels?.[ZONE_LABEL] || undefined,
      }));
      return { places };
    },
  };
}
