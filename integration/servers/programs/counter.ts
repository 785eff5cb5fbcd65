/** `counter.ts PORT FOLDER`: a server that answers with how often it was asked, also before it was killed. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [port, folder = ""] = process.argv.slice(2);
const file = join(folder, "count");

createServer((_request, response) => {
  const count = (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0) + 1;
  writeFileSync(file, String(count));
  response.setHeader("connection", "close").end(String(count));
}).listen(Number(port), "127.0.0.1");
