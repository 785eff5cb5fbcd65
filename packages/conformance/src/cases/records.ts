import { type DiscoveryError, isDiscoveryError } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { samePlaces, show, showError } from "../listings.js";
import type { Scene } from "../scene.js";
import { check } from "../verdict.js";

const SKIP = "leave out the record that cannot be read and keep the others";

/** One bad record among good ones. */
export const records = group("malformed records", (it) => {
  it("a malformed record is left out and the others are listed", ["malformed"], async (scene) => {
    const { registered } = await withMalformed(scene);
    const discovery = await scene.create();
    const subscribed = await scene.watch(discovery).next(SKIP);
    check(samePlaces(subscribed, registered), `subscribe gave ${show(subscribed)}, not ${show(registered)}: ${SKIP}.`);
    const found = await discovery.lookup();
    check(samePlaces(found, registered), `lookup gave ${show(found)}, not ${show(registered)}: ${SKIP}.`);
  });

  it("a subscription reports a malformed record", ["malformed"], async (scene) => {
    const { problems, report } = await withMalformed(scene);
    const discovery = await scene.create();
    await scene.watch(discovery, { report }).next(SKIP);
    checkReported(problems, discovery.name, "subscribe");
  });

  it("a lookup reports a malformed record", ["malformed"], async (scene) => {
    const { problems, report } = await withMalformed(scene);
    const discovery = await scene.create();
    await discovery.lookup({ report });
    checkReported(problems, discovery.name, "lookup");
  });

  it("a malformed record that appears later ends nothing", ["malformed", "changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one);
    const watcher = await scene.watching(await scene.create(), [one]);
    await scene.addMalformed();
    await scene.add(two);
    await watcher.until([one, two], SKIP);
  });
});

async function withMalformed(scene: Scene) {
  const registered = scene.instances(2);
  await scene.add(...registered);
  await scene.addMalformed();
  const problems: DiscoveryError[] = [];
  return { registered, problems, report: (problem: DiscoveryError) => void problems.push(problem) };
}

function checkReported(problems: readonly DiscoveryError[], name: string, way: string): void {
  const [problem] = problems;
  check(
    problem !== undefined,
    `${way} reported nothing: pass a DiscoveryError of code MALFORMED_RECORD to request.report for what is left out, ` +
      "or nobody learns why a node is missing.",
  );
  check(
    isDiscoveryError(problem) && problem.code === "MALFORMED_RECORD" && problem.adapter === name,
    `${way} reported ${showError(problem)} of adapter ${JSON.stringify(problem.adapter)}: ` +
      `report a DiscoveryError of code MALFORMED_RECORD with adapter ${JSON.stringify(name)}.`,
  );
}
