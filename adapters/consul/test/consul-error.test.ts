import { inspect } from "node:util";
import { expect, it } from "vitest";
import { toConsulError } from "../src/consul-error.js";
import { refusal } from "./support/scripted-client.js";

const ASKED = {
  adapter: "consul(orders)",
  server: "http://127.0.0.1:8500",
  what: "the registration",
  needs: 'service:write on "orders"',
  withToken: true,
};
const network = (code: string, message = `connect ${code} 127.0.0.1:8500`) =>
  Object.assign(new Error(`consul: agent.service.register: ${message}`), { code });

it.each([
  ["an agent that is not there", network("ECONNREFUSED"), "UNAVAILABLE", true, "option url"],
  ["a host that does not exist", network("ENOTFOUND"), "UNAVAILABLE", true, "no such host"],
  ["a connection that is cut", network("ECONNRESET", "aborted"), "UNAVAILABLE", true, "(aborted)"],
  [
    "a certificate that nobody we trust has signed",
    network("SELF_SIGNED_CERT_IN_CHAIN"),
    "MISCONFIGURED",
    false,
    "tls.ca",
  ],
  ["a certificate of an unknown issuer", network("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "MISCONFIGURED", false, "tls.ca"],
  ["a certificate for another name", network("ERR_TLS_CERT_ALTNAME_INVALID"), "MISCONFIGURED", false, "tls.servername"],
  ["a certificate that has expired", network("CERT_HAS_EXPIRED"), "MISCONFIGURED", true, "a clock"],
  [
    "no certificate of ours",
    network("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    "UNAUTHENTICATED",
    false,
    "tls.cert",
  ],
  ["plain HTTP where TLS was expected", network("EPROTO", "wrong version number"), "MISCONFIGURED", false, "http:"],
  [
    "TLS where plain HTTP was expected",
    refusal(400, "Client sent an HTTP request to an HTTPS server."),
    "MISCONFIGURED",
    false,
    "https:",
  ],
  ["a token that is not known", refusal(403, "ACL not found"), "UNAUTHENTICATED", false, "option token"],
  [
    "a token that was deleted",
    refusal(403, "token does not exist: ACL not found"),
    "UNAUTHENTICATED",
    false,
    "option token",
  ],
  [
    "a permission that is missing",
    refusal(403, `Permission denied: token with AccessorID '1' lacks permission 'service:write' on "orders"`),
    ...(["FORBIDDEN", false, 'the ACL permission service:write on "orders"'] as const),
  ],
  [
    "a permission that is not named",
    refusal(403, "Permission denied"),
    "FORBIDDEN",
    false,
    'service:write on "orders"',
  ],
  ["too many requests", refusal(429, "rate limit exceeded"), "UNAVAILABLE", true, "limit"],
  ["servers without a leader", refusal(500, "No cluster leader"), "UNAVAILABLE", true, "No cluster leader"],
  [
    "a datacenter that does not exist",
    refusal(500, "No path to datacenter"),
    "MISCONFIGURED",
    true,
    "option datacenter",
  ],
  [
    "a filter that makes no sense",
    refusal(500, "Failed to create boolean expression evaluator: 1:5"),
    "MISCONFIGURED",
    false,
    "option filter",
  ],
  ["a path that is not Consul's", refusal(404, "Not Found"), "INVALID_RESPONSE", true, "option url"],
  [
    "something that Consul refuses",
    refusal(400, "Invalid service address"),
    "MISCONFIGURED",
    false,
    "Invalid service address",
  ],
  [
    "something that is not JSON",
    Object.assign(new Error("decode failed"), { isCodec: true }),
    "INVALID_RESPONSE",
    true,
    "option url",
  ],
  ["something that is not an error", "broken", "UNAVAILABLE", true, "broken"],
])("%s is told from others", (_, thrown, code, retryable, said) => {
  const error = toConsulError(thrown, ASKED);
  expect(error).toMatchObject({ code, retryable, adapter: "consul(orders)" });
  expect(error.message).toMatch(/^consul\(orders\): /);
  expect(error.message).toContain("http://127.0.0.1:8500");
  expect(error.message).toContain("the registration");
  expect(error.message).toContain(said);
});

it("without a token, a missing permission says so", () => {
  const error = toConsulError(refusal(403, "Permission denied"), { ...ASKED, withToken: false });
  expect(error.message).toContain("without a token");
});

it("nothing of the request is in the error, however closely one looks", () => {
  const error = toConsulError(refusal(403, "Permission denied"), ASKED);
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("s3cret");
});

it("a page of a proxy is quoted in short", () => {
  const error = toConsulError(refusal(502, `<html>${"x".repeat(10_000)}</html>`), ASKED);
  expect(error.message.length).toBeLessThan(500);
});
