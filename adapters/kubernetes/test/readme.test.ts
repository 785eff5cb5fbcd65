import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { rbacRule } from "../src/api/api-error.js";
import { KUBERNETES_DEFAULTS } from "../src/index.js";
import { checkOptions } from "../src/options.js";
import { endpointSlices } from "../src/resources/endpoint-slices.js";
import { podsByLabel } from "../src/resources/pods.js";
import type { Resource } from "../src/resources/resource.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const options = checkOptions({ service: "orders" });

describe("the README", () => {
  it.each(Object.entries(KUBERNETES_DEFAULTS))("gives the default of %s that holds", (option, value) => {
    const shown = typeof value === "number" ? value.toLocaleString("en") : String(value);
    expect(readme.replaceAll("`", "")).toMatch(new RegExp(`^\\| ${option} \\| ${shown} \\|`, "m"));
  });

  it.each([endpointSlices("orders", options), podsByLabel("app=orders", options)])(
    "shows the rule that errors ask for: $plural",
    (resource) => {
      const rule = parse(rbacRule(resource as Resource));
      const shown = [...readme.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, text = ""]) => parse(text).rules ?? []);
      expect(shown).toContainEqual(rule);
    },
  );
});
