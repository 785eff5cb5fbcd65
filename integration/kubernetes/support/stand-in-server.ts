import { ApiWriter } from "../../../adapters/kubernetes/test/support/api-writer.ts";
import { ADMIN_TOKEN, StandIn } from "../../../adapters/kubernetes/test/support/stand-in.ts";
import type { ApiServerSource } from "./api-server.ts";

let made = 0;

/** The stand-in, with TLS like the real one if there is a certificate for it. */
export const standInServer: ApiServerSource = {
  name: "stand-in",
  async start(onEnd) {
    const standIn = await StandIn.start();
    onEnd(() => standIn[Symbol.asyncDispose]());
    const { port } = standIn;
    return {
      name: "stand-in",
      port,
      adminToken: ADMIN_TOKEN,
      writer: new ApiWriter({ url: `http://127.0.0.1:${port}`, token: ADMIN_TOKEN }),
      namespace: async () => `test-${++made}`,
      async account() {
        const name = `account-${++made}`;
        const token = `token of ${name}`;
        standIn.tokens.set(token, name);
        const grant = async (plural: string, verbs: readonly string[]) => {
          standIn.permissions.set(name, new Set(verbs.map((verb) => `${verb} ${plural}`)));
        };
        return { token, grant };
      },
      compact: async () => standIn.store.compact(),
    };
  },
};
