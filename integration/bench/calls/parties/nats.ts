/** Request and reply of NATS' own client, by way of a server, in JSON. */
import { connect } from "@nats-io/transport-node";
import type { Order, Party } from "../party.ts";

const SUBJECT = "orders.place";

export const party: Party = {
  async serve(servers) {
    const connection = await connect({ servers });
    connection.subscribe(SUBJECT, {
      callback: (_, message) => {
        handle(message.json<Order>()).then((id) => message.respond(JSON.stringify(id)));
      },
    });
    await connection.flush();
    return servers;
  },
  async connect(servers) {
    const connection = await connect({ servers });
    return async (order) =>
      (await connection.request(SUBJECT, JSON.stringify(order), { timeout: 5_000 })).json<number>();
  },
};

async function handle(order: Order): Promise<number> {
  return order.id;
}
