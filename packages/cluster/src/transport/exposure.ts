import { ClusterError } from "../cluster-error.js";
import type { ClusterSettings } from "../settings.js";

/** Addresses that nobody else can reach: what follows is a part of an address, not of a name. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|(0+:){7}0*1|::ffff:127(\.\d{1,3}){3}|localhost)$/i;

/**
 * Refuses to listen where others can reach this node, and nothing keeps them out.
 *
 * @throws ClusterError `INSECURE`
 */
export function refuseExposure({ insecure, node, secret, tls }: ClusterSettings): void {
  const { bindHost = node.host } = node;
  const isGuarded = secret !== undefined || (tls !== undefined && tls.mutual !== false);
  if (insecure || isGuarded || LOOPBACK.test(bindHost)) return;
  const who = tls === undefined ? "whoever reaches the port" : "whoever reaches the port, with tls.mutual false,";
  throw new ClusterError(
    "INSECURE",
    `This node would listen on ${bindHost}, and ${who} could join, remove others and stop the cluster. Set ` +
      "settings.secret on every node, to the output of `openssl rand -base64 32`; or settings.tls, for which `rollcall " +
      "certs` makes certificates to try; or, where nobody else can reach the network, settings.insecure = true.",
  );
}
