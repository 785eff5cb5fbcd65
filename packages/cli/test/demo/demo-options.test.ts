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
    [{ nodes: "1" }, "--nodes is a whole number from 2 to 24"],
    [{ nodes: "25" }, "--nodes is a whole number from 2 to 24"],
    [{ nodes: "2.5" }, "--nodes"],
    [{ nodes: "many" }, '"many"'],
    [{ discovery: "carrier-pigeon" }, "--discovery is one of mdns, file, consul, dns, etcd, kubernetes, nats"],
    [{ url: "http://127.0.0.1:2379" }, "--url is for --discovery consul, dns, etcd, nats"],
    [{ discovery: "file", url: "http://127.0.0.1:2379" }, "--url is for --discovery consul, dns, etcd, nats"],
    [{ discovery: "kubernetes", url: "https://127.0.0.1:6443" }, "--url is not for --discovery kubernetes: a cluster"],
    [{ "step-timeout": "0" }, "--step-timeout"],
    [{ "step-timeout": "soon" }, '"soon"'],
  ])("that make no sense are refused: %j", (values, why) => {
    expect(() => readDemoOptions(values)).toThrow(
      expect.objectContaining({ name: "UsageError", message: expect.stringContaining(why) }),
    );
  });
});
