import { describe } from "vitest";
import { findServer } from "../servers/report.ts";
import { atEnd, once } from "./support/at-end.ts";
import { behaviour } from "./support/behaviour.ts";
import { forgetful } from "./support/forgetful.ts";
import { findKubernetes, realServer } from "./support/real-server.ts";
import { standInServer } from "./support/stand-in-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

describe("with the stand-in", () => {
  const onEnd = atEnd();
  const start = once(() => standInServer.start(onEnd));
  behaviour(start);
  describe("a server", () => forgetful(start));
});

describe.skipIf(!programs)("with a real API server", () => {
  const onEnd = atEnd();
  const start = () => realServer(programs as NonNullable<typeof programs>).start(onEnd);
  behaviour(once(start));
  describe("a server", () => forgetful(once(async () => (await start()).startWithoutCache())));
});
