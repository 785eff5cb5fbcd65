/** `starter.ts PROGRAM`: starts a counter as tests do, says where it is, and waits to be killed. */
import { freePort } from "../../support/ports.ts";
import { answers, ServerProcess } from "../server-process.ts";

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
await ServerProcess.start("counter", (folder) => ({
  command: [process.execPath, process.argv[2] ?? "", String(port), folder],
  ready: (_child, signal) => answers(() => fetch(url, { signal }), signal),
}));
console.log(url);
