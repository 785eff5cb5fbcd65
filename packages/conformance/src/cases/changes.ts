import { group } from "../conformance-case.js";
import { find, samePlaces, show } from "../listings.js";
import { check, fail } from "../verdict.js";

const COMPLETE = "after each change yield the complete listing, not the change alone";
const READS_ALLOWED = 3;

/** What a subscription yields after its first listing, and what it does not. */
export const changes = group("changes", (it) => {
  it("an instance that registers is listed together with those before it", ["changes"], async (scene) => {
    const [one, two, three] = [scene.instance(1), scene.instance(2), scene.instance(3)];
    await scene.add(one);
    const watcher = await scene.watching(await scene.create(), [one]);
    await scene.add(two);
    await watcher.until([one, two], COMPLETE);
    await scene.add(three);
    await watcher.until([one, two, three], COMPLETE);
  });

  it("an instance that leaves is no longer listed", ["changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one, two);
    const watcher = await scene.watching(await scene.create(), [one, two]);
    await scene.remove(one);
    await watcher.until([two], "take out what the mechanism no longer lists");
  });

  it("when the last instance leaves, an empty listing says so", ["changes"], async (scene) => {
    const one = scene.instance(1);
    await scene.add(one);
    const watcher = await scene.watching(await scene.create(), [one]);
    await scene.remove(one);
    await watcher.until([], "an empty listing is a listing: yield it");
  });

  it("an instance that comes back is listed again", ["changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one, two);
    const watcher = await scene.watching(await scene.create(), [one, two]);
    await scene.remove(one);
    await watcher.until([two], "take out what the mechanism no longer lists");
    await scene.add(one);
    await watcher.until([one, two], "do not remember for ever what has been seen");
  });

  it("nothing is yielded while nothing changes", [], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const watcher = await scene.watching(await scene.create(), registered);
    await watcher.silence("yield only when the set has changed");
  });

  it("an empty listing is not repeated either", [], async (scene) => {
    const watcher = await scene.watching(await scene.create(), []);
    await watcher.silence("yield only when the set has changed");
  });

  it("registering again unchanged yields nothing", ["changes"], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const watcher = await scene.watching(await scene.create(), registered);
    await scene.add(...registered);
    await watcher.silence("an event of the mechanism is not a change: compare sets before yielding");
  });

  it("other metadata are a change", ["changes", "metadata"], async (scene) => {
    const one = { ...scene.instance(1), metadata: { release: "1" } };
    await scene.add(one);
    const discovery = await scene.create();
    const watcher = await scene.watching(discovery, [one]);
    await scene.add({ ...one, metadata: { release: "2" } });
    const listing = await watcher.next("compare metadata too, not only hosts and ports");
    const release = find(listing, one)?.metadata?.release;
    check(release === "2", `after a change of metadata from release=1 to 2 the next listing says ${release}.`);
  });

  it("another order is not a change", ["order"], async (scene) => {
    const registered = scene.instances(5);
    await scene.add(...registered);
    const watcher = await scene.watching(await scene.create(), registered);
    await scene.reorder();
    await watcher.silence("the order has no meaning: compare sets, or use defineDiscovery");
  });

  it("a burst of changes ends in the right listing", ["changes"], async (scene) => {
    const all = scene.instances(20);
    const staying = all.filter((_, index) => index % 3 !== 0);
    const watcher = await scene.settled();
    await scene.add(...all);
    await scene.remove(...all.filter((instance) => !staying.includes(instance)));
    await watcher.until([scene.resident, ...staying], "changes that come while one is being handled must not be lost");
    await watcher.stays("the last listing must be the newest: answers that arrive late must not overtake");
  });

  it("a slow consumer gets the newest listing, not a queue", ["changes"], async (scene) => {
    const registered = scene.instances(12);
    const slow = await scene.settled();
    slow.ask(); // the first change answers this read; what comes after is what could queue up
    const witness = await scene.settled();
    for (const [index, instance] of registered.entries()) {
      await scene.add(instance);
      await witness.until([scene.resident, ...registered.slice(0, index + 1)], COMPLETE);
    }
    const seen: number[] = [];
    while (seen.length < READS_ALLOWED) {
      const listing = await slow.next("the slow subscription must catch up");
      if (samePlaces(listing, [scene.resident, ...registered])) return;
      seen.push(listing.length);
    }
    fail(
      `after ${registered.length} unread changes the next reads gave listings of ${seen.join(", ")} instances: ` +
        "keep only the newest unread listing (listingChannel, defineDiscovery), or a slow consumer eats the memory.",
    );
  });

  it("each subscriber gets its own first listing and every change", ["changes"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    await scene.add(one);
    const discovery = await scene.create();
    const early = await scene.watching(discovery, [one]);
    const late = await scene.watching(discovery, [one]);
    await scene.add(two);
    await early.until([one, two], "subscriptions are independent: the second must not take over from the first");
    await late.until([one, two], "subscriptions are independent: the second must hear of changes too");
  });

  it("a subscriber that leaves does not disturb another", ["changes"], async (scene) => {
    const one = scene.instance(1);
    await scene.inhabit();
    const discovery = await scene.create();
    const leaving = await scene.settled(discovery);
    const abort = new AbortController();
    const aborting = await scene.settled(discovery, { signal: abort.signal });
    const staying = await scene.settled(discovery);
    await leaving.close();
    abort.abort();
    await aborting.ends("abort ends the iteration");
    await scene.add(one);
    await staying.until(
      [scene.resident, one],
      "release what belongs to the subscription that ended, not what others share",
    );
  });

  it("an object that is disposed does not disturb another", ["changes", "dispose"], async (scene) => {
    const one = scene.instance(1);
    await scene.inhabit();
    const disposed = await scene.create();
    await scene.settled(disposed);
    const staying = await scene.settled();
    await scene.dispose(disposed);
    await scene.add(one);
    await staying.until([scene.resident, one], "objects share nothing: keep state in the factory, not in the module");
  });

  it("a subscription can be opened again after one has ended", [], async (scene) => {
    const registered = scene.instances(2);
    await scene.add(...registered);
    const discovery = await scene.create();
    for (const attempt of ["first", "second", "third"]) {
      const watcher = scene.watch(discovery);
      const listing = await watcher.next("each subscription begins with the current listing");
      check(samePlaces(listing, registered), `the ${attempt} subscription began with ${show(listing)}.`);
      await watcher.close();
    }
  });
});
