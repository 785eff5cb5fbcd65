/** One side of the calls, under the parent's orders. Which party it is of is its argument. */
import { makeCalls } from "./load.ts";
import type { Call, Party } from "./party.ts";
import type { ToChild, ToParent } from "./protocol.ts";

const { party } = (await import(`./parties/${process.argv[2]}.ts`)) as { party: Party };
let call: Call | undefined;

process.on("message", async (message: ToChild) => process.send?.(await obey(message)));
process.on("disconnect", () => process.exit(0));

async function obey(message: ToChild): Promise<ToParent> {
  switch (message.kind) {
    case "serve":
      return { kind: "serve", address: await party.serve(message.given) };
    case "connect":
      call = await party.connect(message.address);
      return { kind: "connect" };
    case "load":
      return { kind: "load", result: await makeCalls(call as Call, message.load) };
    case "processor": {
      const { user, system } = process.cpuUsage();
      return { kind: "processor", us: user + system };
    }
  }
}
