/**
 * Browses and announces as told by its first argument, `{ options, announce?, isSilent? }` in JSON. What it announces it
 * also listens on, and what it finds it dials. A silent one does not browse. Writes a line of JSON for each listing,
 * connection, problem and change of the supervision's state.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { formatEndpoint, supervise } from "@rollcall/core";
import { mdnsDiscovery } from "@rollcall/mdns";

const say = (line: object) => console.log(JSON.stringify(line));
const { options, announce, isSilent } = JSON.parse(process.argv[2] ?? "{}");
const discovery = mdnsDiscovery({ interfacePollMs: 100, ...options });
const report = (problem: Error & { code?: string }) => say({ problem: problem.code, message: problem.message });

if (announce !== undefined) {
  createServer((socket) => socket.end()).listen(announce.port, "::");
  process.on("SIGTERM", () => void discovery[Symbol.asyncDispose]().then(() => process.exit()));
  const announcement = await discovery.announce(announce, { report });
  say({ announced: announcement.instance });
}

// What it announces keeps it running.
if (isSilent) await new Promise(() => {});

const dialled = new Set<string>();
const supervised = supervise(discovery, {
  onChange: ({ state, lastError }) => say({ state, error: lastError?.code }),
});
for await (const listing of supervised.subscribe({ report })) {
  say({ listing });
  for (const { host, port } of listing) {
    const endpoint = formatEndpoint({ host, port });
    if (dialled.has(endpoint)) continue;
    dialled.add(endpoint);
    const socket = connect(port, host);
    const outcome = await once(socket, "connect").then(
      () => "connected",
      (error: Error) => error.message,
    );
    socket.destroy();
    say({ dialled: endpoint, outcome });
  }
}
