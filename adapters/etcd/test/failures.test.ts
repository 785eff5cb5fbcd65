import { describe, expect, it } from "vitest";
import { failureOf } from "../src/failures.js";
import { GrpcError, STATUS } from "../src/grpc/grpc-error.js";

const attempt = {
  name: "etcd(orders)",
  url: "https://10.0.0.1:2379",
  folder: "rollcall/orders/",
  username: "orders",
  permission: "read",
} as const;

const node = (code: string, message = "it failed") => Object.assign(new Error(message), { code });
const call = (status: number, message: string) => new GrpcError(status, message);

describe("what goes wrong", () => {
  it.each([
    [
      node("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:2379"),
      "UNAVAILABLE",
      /cannot be reached: connect ECONNREFUSED.*urls/,
    ],
    [node("ENOTFOUND", "getaddrinfo ENOTFOUND etcd.internal"), "UNAVAILABLE", /cannot be reached/],
    [node("ECONNRESET"), "UNAVAILABLE", /cannot be reached/],
    [node("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "MISCONFIGURED", /certificate.*tls\.ca/],
    [node("SELF_SIGNED_CERT_IN_CHAIN"), "MISCONFIGURED", /certificate.*tls\.ca/],
    [node("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), "MISCONFIGURED", /certificate.*tls\.ca/],
    [node("CERT_HAS_EXPIRED", "certificate has expired"), "MISCONFIGURED", /expired/],
    [node("ERR_TLS_CERT_ALTNAME_INVALID"), "MISCONFIGURED", /tls\.servername/],
    [node("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "UNAUTHENTICATED", /tls\.cert and tls\.key/],
    [node("ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"), "UNAUTHENTICATED", /tls\.cert and tls\.key/],
    [node("ERR_SSL_WRONG_VERSION_NUMBER"), "UNAVAILABLE", /http or https/],
    [node("ERR_HTTP2_ERROR", "Protocol error"), "UNAVAILABLE", /http or https/],
    [new RangeError("it ends in the middle of a number"), "INVALID_RESPONSE", /not what etcd answers/],
    [call(STATUS.DEADLINE_EXCEEDED, "no answer within 2000 ms"), "TIMED_OUT", /within 2000 ms/],
    [call(STATUS.UNAVAILABLE, "etcdserver: no leader"), "UNAVAILABLE", /no leader\.$/],
    [call(STATUS.UNAUTHENTICATED, "etcdserver: invalid auth token"), "UNAUTHENTICATED", /password of orders/],
    [call(STATUS.INVALID_ARGUMENT, "etcdserver: user name is empty"), "UNAUTHENTICATED", /option auth/],
    [
      call(STATUS.PERMISSION_DENIED, "etcdserver: permission denied"),
      "FORBIDDEN",
      /grant-permission ROLE read --prefix rollcall\/orders\//,
    ],
    [call(8, "etcdserver: mvcc: database space exceeded"), "UNAVAILABLE", /space exceeded/],
  ] as const)("has a code, and a message that says where and what to do: %s", (error, code, message) => {
    const failure = failureOf(error, attempt);
    expect(failure).toMatchObject({
      code,
      adapter: "etcd(orders)",
      cause: error,
      message: expect.stringMatching(message),
    });
    expect(failure.message).toMatch(/^etcd\(orders\): .*https:\/\/10\.0\.0\.1:2379/);
  });

  it("is told to name a user where none was named", () => {
    const error = call(STATUS.INVALID_ARGUMENT, "etcdserver: user name is empty");
    expect(failureOf(error, { ...attempt, username: undefined }).message).toContain("name a user, in the option auth");
  });
});
