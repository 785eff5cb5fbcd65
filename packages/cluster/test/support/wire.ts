import { CLUSTER_TOKENS, type ClusterSettings, type Connection, type Transport } from "@rollcall/cluster";
import type { SimulatedCluster } from "@rollcall/testkit";
import { isProbeFrame } from "../../src/failure/probe-codec.js";
import { decodeGossip } from "../../src/gossip/gossip-codec.js";
import { UniqueNode } from "../../src/node.js";

/** What passes over one node's connections; what `send` returns is sent instead, nothing if it is undefined. */
export interface Wire {
  readonly send?: (frame: Uint8Array, to: string) => Uint8Array | undefined;
  readonly receive?: (frame: Uint8Array, from: string) => void;
}

/** Makes a node's transport one that is listened in on, on the network it would use anyway. */
export function tapped(world: SimulatedCluster, wire: Wire): (settings: ClusterSettings) => void {
  return (settings) => {
    const { register } = settings;
    settings.register = (container) => {
      register?.(container);
      container.registerInstance(CLUSTER_TOKENS.transport, tap(world.network.transport(settings.node.host), wire));
    };
  };
}

/** What a frame is: `handshake`, `probe`, the kind of a gossip message, or `unreadable`. */
export function kindOf(frame: Uint8Array): string {
  if (isProbeFrame(frame)) return "probe";
  try {
    return decodeGossip(frame, (id, host, port) => new UniqueNode("any", host, port, id)).kind;
  } catch {
    return Buffer.from(frame).toString().startsWith('{"rollcall":') ? "handshake" : "unreadable";
  }
}

function tap(transport: Transport, wire: Wire): Transport {
  return {
    listen: (at, onConnection) => transport.listen(at, (connection) => onConnection(wrap(connection, wire))),
    connect: async (to, timeoutMs, signal) => wrap(await transport.connect(to, timeoutMs, signal), wire),
  };
}

function wrap(connection: Connection, { send = (frame) => frame, receive }: Wire): Connection {
  return {
    remote: connection.remote,
    handle: ({ onFrame, onClose }) =>
      connection.handle({
        onFrame: (frame) => {
          receive?.(frame, connection.remote);
          onFrame(frame);
        },
        onClose,
      }),
    send: (frame) => {
      const sent = send(frame, connection.remote);
      return sent === undefined || connection.send(sent);
    },
    limitFrames: (bytes) => connection.limitFrames(bytes),
    close: () => connection.close(),
    destroy: () => connection.destroy(),
  };
}
