/** The zone that the demonstration's own name server has. */
export const DEMO_ZONE = "rollcall-demo.test";
/** Of everything in it, that there is nothing included: a second is the shortest that there is. */
const TTL_SECONDS = 1;

/** For BIND: a name server of this machine alone, with one zone, which processes of this machine may change. */
export function nameServerConfiguration(folder: string, port: number): string {
  return `options {
  directory ${JSON.stringify(folder)};
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
};
controls { };
zone "${DEMO_ZONE}" { type primary; file "zone.db"; allow-update { 127.0.0.1; }; notify no; };
`;
}

/** The zone's file, as it is before anybody has changed it. */
export function emptyZone(): string {
  return `$TTL ${TTL_SECONDS}
@ IN SOA ns.${DEMO_ZONE}. admin.${DEMO_ZONE}. 1 3600 600 86400 ${TTL_SECONDS}
@ IN NS ns.${DEMO_ZONE}.
ns IN A 127.0.0.1
`;
}
