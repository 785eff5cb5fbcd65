/** Two brokers of moleculer that call over its TCP transporter, which is told where they are; all else as it comes. */
import { ServiceBroker } from "moleculer";
import { freePort } from "../../../support/ports.ts";
import type { Order, Party } from "../party.ts";

export const party: Party = {
  async serve() {
    const ports = [await freePort(), await freePort()];
    const urls = `tcp://127.0.0.1:${ports[0]}/server,tcp://127.0.0.1:${ports[1]}/client`;
    const broker = start("server", urls);
    broker.createService({
      name: "orders",
      actions: { place: (context: { params: Order }) => handle(context.params) },
    });
    await broker.start();
    return urls;
  },
  async connect(urls) {
    const broker = start("client", urls);
    await broker.start();
    await broker.waitForServices("orders", 30_000);
    return (order) => broker.call<number, Order>("orders.place", order);
  },
};

function start(nodeID: string, urls: string): ServiceBroker {
  const options = { udpDiscovery: false, urls: urls.split(",") };
  return new ServiceBroker({ nodeID, logger: false, transporter: { type: "TCP", options } });
}

async function handle(order: Order): Promise<number> {
  return order.id;
}
