import { type BrokenAdapter, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "../support/hand-written.js";

let made = 0;

class Renamed extends HandWrittenDiscovery {
  #lookups = 0;
  override get name() {
    return `registry, ${this.#lookups} lookups`;
  }
  override async lookup(request = {}) {
    const found = await super.lookup(request);
    this.#lookups++;
    return found;
  }
}

class Counted extends HandWrittenDiscovery {
  readonly #number = ++made;
  override get name() {
    return `registry#${this.#number}`;
  }
}

class Nameless extends HandWrittenDiscovery {
  override get name() {
    return "";
  }
}

class Normalizing extends HandWrittenDiscovery {
  constructor(options: HandWrittenOptions) {
    options.path.segments.unshift("root");
    super(options);
  }
}

class Demanding extends HandWrittenDiscovery {
  override subscribe(request: { signal?: AbortSignal; report?: () => void } = {}) {
    request.report ??= () => {};
    return super.subscribe(request);
  }
}

export const identity: readonly BrokenAdapter[] = [
  {
    that: "changes its name as it goes",
    make: (options) => new Renamed(options),
    rejectedBy: "the name is a text that is not empty and never changes",
    says: /compute it once, in the factory/,
    also: ["a lookup reports a malformed record"],
  },
  {
    that: "has an empty name",
    make: (options) => new Nameless(options),
    rejectedBy: "the name is a text that is not empty and never changes",
    says: /name is "": give mechanism and target/,
  },
  {
    that: "counts its objects in the name",
    make: (options) => new Counted(options),
    rejectedBy: "two objects made from the same options have the same name",
    says: /derive the name from the options/,
  },
  {
    that: "modifies nested options",
    make: (options) => new Normalizing(options),
    rejectedBy: "the factory leaves its options as they were given",
    says: /modified the options .*: copy them first/,
  },
  {
    that: "fills in the caller's request",
    make: (options) => new Demanding(options),
    rejectedBy: "requests are optional, and left as they were given",
    says: /missing, empty or frozen request .*: copy it/,
  },
  {
    that: "cannot announce although nobody said so",
    make: (options) => replaced(new HandWrittenDiscovery(options), { announce: undefined as never }),
    rejectedBy: "a missing capability is missing",
    says: /declare without\.announce/,
    also: 21,
  },
];
