import { isHost, isIPv6, isPort, type Listing } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { find, samePlaces, show } from "../listings.js";
import { check, fail } from "../verdict.js";

const FIRST = "yield the complete current listing before waiting for changes";

/** What a listing holds, on whichever way it was asked for. */
export const listings = group("listings", (it) => {
  it("the first listing is what is registered when the subscription begins", [], async (scene) => {
    const registered = scene.instances(3);
    await scene.add(...registered);
    const listing = await scene.watch(await scene.create()).next(FIRST);
    check(
      samePlaces(listing, registered),
      `the first listing was ${show(listing)} while ${show(registered)} were registered: ${FIRST}.`,
    );
  });

  it("nobody registered is a first listing too, an empty one", [], async (scene) => {
    const listing = await scene.watch(await scene.create()).next("yield an empty listing when nobody is registered");
    check(listing.length === 0, `nobody was registered, yet the first listing was ${show(listing)}.`);
  });

  it("a service that was never registered is an empty listing", ["unknownService"], async (scene) => {
    const discovery = await scene.createUnknown();
    const advice = "an unknown service is an empty listing; if the mechanism can tell, declare without.unknownService";
    const subscribed = await scene.watch(discovery).next(advice);
    check(subscribed.length === 0, `the first listing of an unknown service was ${show(subscribed)}: ${advice}.`);
    const lookedUp = await discovery.lookup();
    check(lookedUp.length === 0, `the lookup of an unknown service gave ${show(lookedUp)}: ${advice}.`);
  });

  it("a hundred instances are listed completely", [], async (scene) => {
    const registered = scene.instances(100);
    await scene.add(...registered);
    const listing = await scene.watch(await scene.create()).next(FIRST);
    const missing = registered.filter((instance) => find(listing, instance) === undefined);
    check(
      missing.length === 0,
      `${missing.length} of 100 were missing (${show(missing)}): read every page, packet or slice before yielding.`,
    );
  });

  it("listings and what they hold are frozen", [], async (scene) => {
    await scene.add(...scene.instances(2));
    const discovery = await scene.create();
    checkFrozen(await scene.watch(discovery).next(FIRST), "subscribe");
    checkFrozen(await discovery.lookup(), "lookup");
  });

  it("an instance has a bare host and a port from 1 to 65535", [], async (scene) => {
    await scene.add(...scene.instances(2));
    for (const { host, port } of await scene.watch(await scene.create()).next(FIRST)) {
      check(
        typeof host === "string" && isHost(host),
        `host is ${JSON.stringify(host)}: give a host name or address without brackets, port or scheme.`,
      );
      check(isPort(port), `port is ${JSON.stringify(port)}: give a whole number from 1 to 65535, not a text.`);
    }
  });

  it("a place that is registered twice is listed once", ["duplicates"], async (scene) => {
    const [one, other] = [scene.instance(1), scene.instance(2)];
    await scene.add(one, other);
    await scene.addDuplicate(one);
    const discovery = await scene.create();
    checkUnique(await scene.watch(discovery).next(FIRST), "subscribe");
    checkUnique(await discovery.lookup(), "lookup");
  });

  it("two ports of one host are two instances", ["ports"], async (scene) => {
    const one = scene.instance(1);
    const other = { ...scene.instance(2), host: one.host };
    await scene.add(one, other);
    const listing = await scene.watch(await scene.create()).next(FIRST);
    check(
      samePlaces(listing, [one, other]),
      `listed ${show(listing)} instead of ${show([one, other])}: tell instances apart by host and port, not by host.`,
    );
  });

  it("ids are kept", ["ids"], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const listing = await scene.watch(await scene.create()).next(FIRST);
    for (const instance of registered) {
      const id = find(listing, instance)?.id;
      check(
        id === instance.id,
        `id ${JSON.stringify(instance.id)} came out as ${JSON.stringify(id)}: pass the mechanism's id on, ` +
          "or declare without.ids.",
      );
    }
  });

  it("metadata are kept", ["metadata"], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const listing = await scene.watch(await scene.create()).next(FIRST);
    for (const instance of registered) {
      const metadata = find(listing, instance)?.metadata;
      for (const [key, value] of Object.entries(instance.metadata ?? {})) {
        check(
          metadata?.[key] === value,
          `metadata ${key}=${JSON.stringify(value)} came out as ${JSON.stringify(metadata?.[key])}: ` +
            "pass them on as texts, or declare without.metadata.",
        );
      }
    }
  });

  it("an IPv6 address is kept, without brackets", ["ipv6"], async (scene) => {
    const instance = { ...scene.instance(1), host: "fd00:77::1" };
    await scene.add(instance);
    const [listed] = await scene.watch(await scene.create()).next(FIRST);
    check(
      listed?.host === instance.host && isIPv6(listed.host),
      `host fd00:77::1 came out as ${JSON.stringify(listed?.host)}: ` +
        "leave brackets to formatEndpoint, and do not split texts at the first colon; parseEndpoint reads both.",
    );
    check(listed.port === instance.port, `port ${instance.port} of fd00:77::1 came out as ${listed.port}.`);
  });
});

function checkFrozen(listing: Listing, way: string): void {
  const advice = "freeze array, instances and metadata before handing them out, or use defineDiscovery.";
  check(Object.isFrozen(listing), `the array from ${way} is not frozen: ${advice}`);
  for (const instance of listing) {
    check(Object.isFrozen(instance), `an instance from ${way} is not frozen: ${advice}`);
    check(Object.isFrozen(instance.metadata ?? frozen), `the metadata from ${way} are not frozen: ${advice}`);
  }
}

const frozen = Object.freeze({});

function checkUnique(listing: Listing, way: string): void {
  const twice = listing.find((instance) => find(listing, instance) !== instance);
  if (twice === undefined) return;
  fail(`${way} lists ${show([twice])} twice: reduce to one instance per host and port, or use defineDiscovery.`);
}
