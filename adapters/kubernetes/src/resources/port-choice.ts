import type { CheckedOptions } from "../options.js";

/** A port that an EndpointSlice or a pod offers. */
export interface OfferedPort {
  readonly name?: string | null | undefined;
  readonly port?: number | null | undefined;
  readonly protocol?: string | null | undefined;
}

/** The port to dial, or why there is none: what completes "… is left out: ". */
export type PortChoice = { readonly port: number } | { readonly problem: string };

/** Which of the ports the options mean. */
export function choosePort(
  offered: readonly OfferedPort[],
  options: Pick<CheckedOptions, "port" | "portName">,
): PortChoice {
  if (options.port !== undefined) return { port: options.port };
  const tcp = offered.filter(({ protocol }) => (protocol ?? "TCP") === "TCP");
  const { portName } = options;
  const meant = portName === undefined ? tcp : tcp.filter(({ name }) => name === portName);
  const [first] = meant;
  if (first !== undefined && meant.length === 1) {
    return typeof first.port === "number" ? { port: first.port } : { problem: "its port has no number; set port" };
  }
  if (tcp.length === 0) return { problem: `it offers no TCP port; name one there, or set port` };
  const names = tcp.map(({ name, port }) => JSON.stringify(name || port)).join(", ");
  return portName === undefined
    ? { problem: `it offers several ports (${names}); say by portName which is meant` }
    : { problem: `it offers no single TCP port ${JSON.stringify(portName)}, but ${names}; correct portName` };
}
