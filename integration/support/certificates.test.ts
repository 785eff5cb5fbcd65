import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { expect, it, onTestFinished } from "vitest";
import { Authority } from "./certificates.ts";

it("a certificate is trusted by whoever knows its authority, on both sides, and by nobody else", async () => {
  const [one, other] = [await Authority.create(onTestFinished), await Authority.create(onTestFinished)];
  const [{ certificate, key }, client] = [await one.issue("server"), await one.issue("orders")];
  const server = createServer({
    cert: certificate,
    key,
    ca: one.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on("secureConnection", (socket: TLSSocket) => socket.end(String(socket.getPeerCertificate().subject.CN)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const dial = async (ca: string) => {
    const socket = connect({ host: "127.0.0.1", port, ca, cert: client.certificate, key: client.key });
    const [said] = await once(socket.setEncoding("utf8"), "data");
    return said as string;
  };

  expect(await dial(one.certificate)).toBe("orders");
  await expect(dial(other.certificate)).rejects.toThrow(/certificate/);
});
