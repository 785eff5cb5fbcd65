import { afterAll, describe } from "vitest";
import { findServer } from "../servers/report.ts";
import type { ApiServer } from "./support/api-server.ts";
import { behaviour } from "./support/behaviour.ts";
import { forgetful } from "./support/forgetful.ts";
import { findKubernetes, realServer } from "./support/real-server.ts";
import { standInServer } from "./support/stand-in-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

/** One server for all tests that want one. */
function once(start: () => Promise<ApiServer>): () => Promise<ApiServer> {
  let server: Promise<ApiServer> | undefined;
  return () => {
    server ??= start();
    return server;
  };
}

describe("with the stand-in", () => {
  const start = once(() => standInServer.start(afterAll));
  behaviour(start);
  describe("a server", () => forgetful(start));
});

describe.skipIf(!programs)("with a real API server", () => {
  const start = () => realServer(programs as NonNullable<typeof programs>).start(afterAll);
  behaviour(once(start));
  describe("a server", () => forgetful(once(async () => (await start()).startWithoutCache())));
});
