import type { Command } from "../command.js";
import { CERTS_OPTIONS, readCertsOptions } from "./certs-options.js";

/** `rollcall certs`: an authority and certificates to try TLS with. */
export const certsCommand: Command = {
  name: "certs",
  summary: "Make an authority and certificates, to try TLS between nodes.",
  description: `Makes an authority and a certificate for each node, all with ECDSA keys on P-256, and prints the settings for them.
An authority that is in the folder already signs again, so that nodes can be added and certificates renewed; whoever has
its key (ca.key) can make nodes, so keep it away from them. This is for a try-out: in production let something renew
certificates that does so by itself.

  rollcall certs --nodes orders-1.internal/10.0.0.7,orders-2.internal/10.0.0.8`,
  options: CERTS_OPTIONS,
  run: async (values, terminal) => {
    const options = readCertsOptions(values);
    // What it takes is loaded by nobody else.
    const { makeCertificates } = await import("./make-certificates.js");
    return makeCertificates(options, terminal);
  },
};
