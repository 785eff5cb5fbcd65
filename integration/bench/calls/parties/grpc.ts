/** A unary call of `@grpc/grpc-js`, its messages in protobuf, without TLS. */
import { fileURLToPath } from "node:url";
import type { ServiceClientConstructor, ServiceDefinition } from "@grpc/grpc-js";
import { type Client, credentials, loadPackageDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Order, Party } from "../party.ts";

interface Desk extends Client {
  place(order: Order, done: (error: Error | null, answer: { id: number }) => void): void;
}

function desk(): ServiceClientConstructor & { readonly service: ServiceDefinition } {
  const definition = loadSync(fileURLToPath(new URL("orders.proto", import.meta.url)));
  return loadPackageDefinition(definition).Desk as ServiceClientConstructor;
}

export const party: Party = {
  async serve() {
    const server = new Server();
    const place = (call: { request: Order }, done: (error: null, answer: { id: number }) => void) => {
      handle(call.request).then((id) => done(null, { id }));
    };
    server.addService(desk().service, { place });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return `127.0.0.1:${port}`;
  },
  async connect(address) {
    const client = new (desk())(address, credentials.createInsecure()) as unknown as Desk;
    return (order) =>
      new Promise((resolve, reject) => {
        client.place(order, (error, answer) => (error === null ? resolve(answer.id) : reject(error)));
      });
  },
};

async function handle(order: Order): Promise<number> {
  return order.id;
}
