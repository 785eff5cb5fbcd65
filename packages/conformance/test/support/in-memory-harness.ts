import { type InMemoryDiscovery, inMemoryDiscovery, type ServiceInstance } from "@rollcall/core";
import type { ConformanceHarness } from "../../src/index.js";
import { keyOf } from "./registry.js";

/** Core's in-memory discovery; each object is driven by hand, all of them alike. */
export const inMemoryHarness: ConformanceHarness = {
  name: "in-memory",
  quietMs: 50,
  without: {
    announce: "each object lists what is announced through itself only",
    listsItself: "it is tested without announce",
    forget: "it is tested without announce",
    unavailability: "fail() ends what is open, once, and new sessions work",
    stall: "it answers at once",
    malformed: "what cannot be read is refused when it is set",
    unknownService: "there are no services to tell apart",
  },
  open() {
    const registered = new Map<string, ServiceInstance>();
    const objects = new Set<InMemoryDiscovery>();
    let duplicates: ServiceInstance[] = [];
    let order: (listing: ServiceInstance[]) => ServiceInstance[] = (listing) => listing;
    const tell = () => {
      for (const object of objects) object.set(order([...registered.values(), ...duplicates]));
    };
    return {
      create(pass) {
        const object = inMemoryDiscovery(order([...registered.values(), ...duplicates]), pass({ name: "memory" }));
        objects.add(object);
        return {
          name: object.name,
          lookup: (request) => object.lookup(request),
          subscribe: (request) => object.subscribe(request),
          [Symbol.asyncDispose]: () => object[Symbol.asyncDispose](),
        };
      },
      add(instance) {
        registered.set(keyOf(instance), instance);
        tell();
      },
      remove(instance) {
        registered.delete(keyOf(instance));
        tell();
      },
      addDuplicate(instance) {
        duplicates = [...duplicates, { ...instance, id: "somebody" }];
        tell();
      },
      reorder() {
        order = (listing) => listing.toReversed();
        tell();
      },
    };
  },
};
