import { canAnnounce } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { check, fail, outcome } from "../verdict.js";

/** What the object is like, apart from what it lists. */
export const identity = group("identity", (it) => {
  it("the name is a text that is not empty and never changes", [], async (scene) => {
    const discovery = await scene.create();
    const { name } = discovery;
    check(
      typeof name === "string" && name.trim() !== "",
      `name is ${JSON.stringify(name)}: give mechanism and target, such as "consul(orders)"; logs and errors show it.`,
    );
    await discovery.lookup();
    const later = discovery.name;
    check(
      later === name,
      `name was ${JSON.stringify(name)} and is now ${JSON.stringify(later)}: compute it once, in the factory.`,
    );
  });

  it("two objects made from the same options have the same name", [], async (scene) => {
    const [one, other] = [await scene.create(), await scene.create()];
    check(
      one.name === other.name,
      `${JSON.stringify(one.name)} and ${JSON.stringify(other.name)} were made from the same options: ` +
        "derive the name from the options, without counters or random parts.",
    );
  });

  it("a missing capability is missing", [], async (scene) => {
    const reason = scene.harness.without?.announce;
    const discovery = await scene.create();
    check(
      reason === undefined || !canAnnounce(discovery),
      `without.announce says ${JSON.stringify(reason)}, but there is an announce(): remove one of the two.`,
    );
    check(
      reason !== undefined || canAnnounce(discovery),
      "has no announce(): give defineDiscovery an announce, or declare without.announce in the harness.",
    );
  });

  it("the factory leaves its options as they were given", [], async (scene) => {
    await scene.inhabit();
    let passed = false;
    const use = async () => {
      const discovery = await scene.create((options) => {
        passed = true;
        return deepFreeze(options);
      });
      await discovery.lookup();
      await scene.watch(discovery).next("needed to see whether options are modified later");
    };
    const result = await outcome(use(), 2 * scene.timing.settleMs);
    check(
      passed,
      "the harness's create(pass) did not hand its options through pass: write myDiscovery(pass({ … })), " +
        "or the suite cannot tell whether they are modified.",
    );
    if (result.state !== "rejected") return;
    if (!(result.reason instanceof TypeError)) throw result.reason;
    fail(`modified the options it was given (${result.reason.message}): copy them first.`);
  });

  it("requests are optional, and left as they were given", [], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    const use = async () => {
      await discovery.lookup();
      await discovery.lookup(Object.freeze({}));
      await scene.watch(discovery).next("subscribe() without a request begins with the current listing");
      await scene.watch(discovery, Object.freeze({})).next("subscribe({}) begins with the current listing");
    };
    await use().catch((thrown) => {
      if (!(thrown instanceof TypeError)) throw thrown;
      fail(`cannot handle a missing, empty or frozen request (${thrown.message}): copy it, and default each member.`);
    });
  });
});

/** Freezes plain objects and arrays all the way down; clients and other instances of classes are left alone. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value;
  for (const member of Object.values(Object.freeze(value))) deepFreeze(member);
  return value;
}
