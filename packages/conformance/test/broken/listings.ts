import type { DiscoveryError, Listing, ServiceInstance } from "@rollcall/core";
import { DiscoveryError as Trouble } from "@rollcall/core";
import { altered, type BrokenAdapter } from "../support/broken-adapter.js";
import { HandWrittenDiscovery } from "../support/hand-written.js";

type Report = (problem: DiscoveryError) => void;

/** Spoils each instance that is read. */
function reading(change: (instance: ServiceInstance) => object): BrokenAdapter["make"] {
  return (options) =>
    new (class extends HandWrittenDiscovery {
      override parseOne(text: string, report?: Report) {
        const instance = super.parseOne(text, report);
        return instance && (Object.freeze(change(instance)) as ServiceInstance);
      }
    })(options);
}

/** Spoils each listing that is read. */
function listing(change: (texts: readonly string[], read: (texts: readonly string[]) => Listing) => Listing) {
  return ((options) =>
    new (class extends HandWrittenDiscovery {
      override parse(texts: readonly string[], report?: Report) {
        return change(texts, (some) => super.parse(some, report));
      }
    })(options)) satisfies BrokenAdapter["make"];
}

class Demanding extends HandWrittenDiscovery {
  override parse(texts: readonly string[], report?: Report) {
    if (this.options.path.segments.includes("unknown")) {
      throw new Trouble("MISCONFIGURED", "no such service", { adapter: this.name });
    }
    return super.parse(texts, report);
  }
}

export const listings: readonly BrokenAdapter[] = [
  {
    that: "waits for a change before it yields anything",
    make: (options) =>
      altered(new HandWrittenDiscovery(options), () => {
        let first = true;
        return (found) => {
          if (first && found.length === 3) {
            first = false;
            return undefined;
          }
          return found;
        };
      }),
    rejectedBy: "the first listing is what is registered when the subscription begins",
    says: /no listing came within .*: yield the complete current listing before waiting/,
    also: [
      "an instance that registers is listed together with those before it",
      "a slow consumer gets the newest listing, not a queue",
      "two instances can be announced at once",
    ],
  },
  {
    that: "does not yield an empty first listing",
    make: (options) =>
      altered(new HandWrittenDiscovery(options), () => {
        let begun = false;
        return (found) => {
          begun ||= found.length > 0;
          return begun ? found : undefined;
        };
      }),
    rejectedBy: "nobody registered is a first listing too, an empty one",
    says: /yield an empty listing when nobody is registered/,
    also: ["a service that was never registered is an empty listing", "an empty listing is not repeated either"],
  },
  {
    that: "takes an unknown service for a mistake",
    make: (options) => new Demanding(options),
    rejectedBy: "a service that was never registered is an empty listing",
    says: /an unknown service is an empty listing/,
  },
  {
    that: "reads one page",
    make: listing((texts, read) => read(texts.slice(0, 50))),
    rejectedBy: "a hundred instances are listed completely",
    says: /50 of 100 were missing .*: read every page/,
  },
  {
    that: "hands out arrays that can be changed",
    make: listing((texts, read) => [...read(texts)]),
    rejectedBy: "listings and what they hold are frozen",
    says: /the array from subscribe is not frozen/,
  },
  {
    that: "hands out metadata that can be changed",
    make: reading(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata } })),
    rejectedBy: "listings and what they hold are frozen",
    says: /the metadata from subscribe are not frozen/,
  },
  {
    that: "keeps the port a text",
    make: reading((instance) => ({ ...instance, port: String(instance.port) })),
    rejectedBy: "an instance has a bare host and a port from 1 to 65535",
    says: /port is "7001": give a whole number/,
    also: 11,
  },
  {
    that: "lists a place as often as it is registered",
    make: listing((texts, read) => Object.freeze(texts.flatMap((text) => read([text])))),
    rejectedBy: "a place that is registered twice is listed once",
    says: /subscribe lists \{10\.77\.0\.1:7001\} twice: reduce to one instance per host and port/,
  },
  {
    that: "tells instances apart by host",
    make: listing((texts, read) => {
      const byHost = new Map(read(texts).map((instance) => [instance.host, instance]));
      return Object.freeze([...byHost.values()]);
    }),
    rejectedBy: "two ports of one host are two instances",
    says: /tell instances apart by host and port/,
  },
  {
    that: "loses ids",
    make: reading(({ id: _, ...rest }) => rest),
    rejectedBy: "ids are kept",
    says: /id "node-1" came out as undefined/,
    also: ["others see the announced id and metadata", "the announcement says what is listed"],
  },
  {
    that: "loses metadata",
    make: reading(({ metadata: _, ...rest }) => rest),
    rejectedBy: "metadata are kept",
    says: /metadata zone="zone-1" came out as undefined/,
    also: ["other metadata are a change", "others see the announced id and metadata"],
  },
  {
    that: "puts brackets around IPv6 addresses",
    make: reading((instance) => ({
      ...instance,
      host: instance.host.includes(":") ? `[${instance.host}]` : instance.host,
    })),
    rejectedBy: "an IPv6 address is kept, without brackets",
    says: /came out as "\[fd00:77::1\]": leave brackets to formatEndpoint/,
    also: ["an announced IPv6 address is kept"],
  },
  {
    that: "fails for one malformed record",
    make: (options) =>
      new (class extends HandWrittenDiscovery {
        override parseOne(text: string) {
          return super.parseOne(text, (problem) => {
            throw problem;
          });
        }
      })(options),
    rejectedBy: "a malformed record is left out and the others are listed",
    says: /leave out the record that cannot be read and keep the others/,
    also: [
      "a subscription reports a malformed record",
      "a lookup reports a malformed record",
      "a malformed record that appears later ends nothing",
    ],
  },
  {
    that: "leaves malformed records out silently",
    make: (options) =>
      new (class extends HandWrittenDiscovery {
        override parse(texts: readonly string[]) {
          return super.parse(texts);
        }
      })(options),
    rejectedBy: "a subscription reports a malformed record",
    says: /subscribe reported nothing: pass a DiscoveryError of code MALFORMED_RECORD/,
    also: ["a lookup reports a malformed record"],
  },
];
