import diagnostics from "node:diagnostics_channel";
import { connect, type Server, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startMember } from "./support/member-process.ts";
import { everybodyUp, IN_TIME, startNode, startNodeThatKnows } from "./support/node.ts";

it("a node that has run out of file descriptors takes connections again when there are some", async () => {
  const member = await startMember(0, [], { maxOpenFiles: 64 });
  const sockets: Socket[] = [];
  const letGo = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(letGo);
  await new Promise<void>((refused) => {
    for (let count = 0; count < 100; count++) {
      const socket = connect(member.port, "127.0.0.1");
      sockets.push(socket.on("error", () => {}).on("close", () => refused()));
    }
  });

  letGo();

  const { cluster } = await startNodeThatKnows([member.address]);
  await cluster.waitFor({ atLeast: 2, ...IN_TIME });
});

it("a node outlives an accept that fails", async () => {
  const servers: Server[] = [];
  const listening = (message: unknown) => servers.push((message as { server: Server }).server);
  diagnostics.subscribe("tracing:net.server.listen:asyncEnd", listening);
  onTestFinished(() => {
    diagnostics.unsubscribe("tracing:net.server.listen:asyncEnd", listening);
  });
  const node = await startNode();
  expect(servers).toHaveLength(1);

  servers[0]?.emit("error", Object.assign(new Error("accept ENOMEM"), { code: "ENOMEM", syscall: "accept" }));

  await everybodyUp([node, await startNodeThatKnows([node.cluster.self.address])]);
});
