import { describe, expect, it } from "vitest";
import { readDemoOptions } from "../../src/demo/demo-options.js";

describe("the options of the demonstration", () => {
  it("have defaults", () => {
    expect(readDemoOptions({})).toEqual({
      nodes: 3,
      discovery: undefined,
      keep: false,
      json: false,
      stepTimeoutMs: 10_000,
    });
  });

  it("are taken as given", () => {
    const url = "http://127.0.0.1:2379";
    const values = { nodes: "5", discovery: "etcd", url, keep: true, json: true, "step-timeout": "2.5" };
    expect(readDemoOptions(values)).toEqual({
      nodes: 5,
      discovery: "etcd",
      url,
      keep: true,
      json: true,
      stepTimeoutMs: 2_500,
    });
  });

  it.each([
    ["consul", "https://consul.internal:8501"],
    ["dns", "dns://127.0.0.1/demo.test"],
    ["etcd", "https://10.0.0.7:2379"],
    ["nats", "nats://localhost"],
  ])("take as an address of %s what its adapter can use: %s", (discovery, url) => {
    expect(readDemoOptions({ discovery, url })).toMatchObject({ discovery, url });
  });

  it.each([
    [{ nodes: "1" }, "--nodes is a whole number from 2 to 24"],
    [{ nodes: "25" }, "--nodes is a whole number from 2 to 24"],
    [{ nodes: "2.5" }, "--nodes"],
    [{ nodes: "many" }, '"many"'],
    [{ discovery: "carrier-pigeon" }, "--discovery is one of mdns, file, consul, dns, etcd, kubernetes, nats"],
    [{ url: "http://127.0.0.1:2379" }, "--url is for --discovery consul, dns, etcd, nats"],
    [{ discovery: "file", url: "http://127.0.0.1:2379" }, "--url is for --discovery consul, dns, etcd, nats"],
    [{ discovery: "kubernetes", url: "https://127.0.0.1:6443" }, "--url is not for --discovery kubernetes: a cluster"],
    [
      { discovery: "dns", url: "foo" },
      '--url for --discovery dns is a URL such as dns://127.0.0.1:5353/demo.test, not "foo"',
    ],
    [{ discovery: "dns", url: "dns://127.0.0.1:5353" }, "--url for --discovery dns"],
    [{ discovery: "dns", url: "dns://localhost/demo.test" }, "--url for --discovery dns"],
    [{ discovery: "etcd", url: "nonsense" }, "--url for --discovery etcd is a URL such as http://127.0.0.1:2379"],
    [{ discovery: "etcd", url: "http://127.0.0.1:2379/v3" }, "--url for --discovery etcd"],
    [{ discovery: "etcd", url: "http://127.0.0.1:99999" }, "--url for --discovery etcd"],
    [{ discovery: "consul", url: "foo" }, "--url for --discovery consul is a URL such as http://127.0.0.1:8500"],
    [{ discovery: "nats", url: "foo" }, "--url for --discovery nats is a URL such as nats://127.0.0.1:4222"],
    [{ discovery: "nats", url: "nats://me:secret@127.0.0.1" }, "--url for --discovery nats"],
    [{ "step-timeout": "0" }, "--step-timeout"],
    [{ "step-timeout": "soon" }, '"soon"'],
  ])("that make no sense are refused: %j", (values, why) => {
    expect(() => readDemoOptions(values)).toThrow(
      expect.objectContaining({ name: "UsageError", message: expect.stringContaining(why) }),
    );
  });
});
