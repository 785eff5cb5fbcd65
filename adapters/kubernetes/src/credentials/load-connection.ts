import type { CheckedOptions } from "../options.js";
import type { LoadConnection } from "./connection.js";
import { defaultKubeconfig, kubeconfig } from "./kubeconfig.js";
import { isInCluster, serviceAccount } from "./service-account.js";

/** Where the options, or else the surroundings, say that the credentials are. Nothing is read before it is called. */
export function connectionLoader(name: string, options: CheckedOptions): LoadConnection {
  const { kubeconfig: files, context, serviceAccountPath } = options;
  return () => {
    const fromFiles = files !== undefined || context !== undefined || !isInCluster();
    return fromFiles
      ? kubeconfig(name, files ?? defaultKubeconfig(), context)
      : serviceAccount(name, serviceAccountPath);
  };
}
