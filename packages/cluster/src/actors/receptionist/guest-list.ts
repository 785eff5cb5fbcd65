import { type ConflatingChannel, conflatingChannel } from "@rollcall/core";
import type { ActorRef } from "../declaring/actor-types.js";
import type { Registration } from "./registration-log.js";

/** A registration, and the id of the node of which it is. */
export interface Guest {
  readonly origin: string;
  readonly registration: Registration;
}

/** Who is registered under one key, in the same order on all nodes that know the same. */
export class GuestList {
  readonly #toRef: (guest: Guest) => ActorRef;
  readonly #guests = new Map<string, { readonly guest: Guest; ref: ActorRef | undefined }>();
  readonly #readers = new Set<ConflatingChannel<readonly ActorRef[]>>();
  /** Are told of every change. */
  readonly observers: (() => void)[] = [];
  #listing: readonly ActorRef[] | undefined;

  constructor(toRef: (guest: Guest) => ActorRef) {
    this.#toRef = toRef;
  }

  get isUnused(): boolean {
    return this.#guests.size === 0 && this.#readers.size === 0 && this.observers.length === 0;
  }

  add(guest: Guest): void {
    this.#guests.set(placeOf(guest), { guest, ref: undefined });
    this.#listing = undefined;
  }

  remove(guest: Guest): void {
    this.#guests.delete(placeOf(guest));
    this.#listing = undefined;
  }

  /** All of them now; the same list as long as nothing changes. */
  get listing(): readonly ActorRef[] {
    this.#listing ??= Object.freeze(this.#inOrder());
    return this.#listing;
  }

  /** The ids of the nodes of which they are. */
  get origins(): readonly string[] {
    return [...new Set([...this.#guests.values()].map(({ guest }) => guest.origin))].sort();
  }

  /** The listing now and after every change; who reads slowly misses those in between. */
  read(onEnd: () => void): ConflatingChannel<readonly ActorRef[]> {
    const reader = conflatingChannel<readonly ActorRef[]>(Object.is, () => {
      this.#readers.delete(reader);
      onEnd();
    });
    this.#readers.add(reader);
    reader.push(this.listing);
    return reader;
  }

  /** Tells all who read, when a change is complete. */
  tell(): void {
    for (const reader of this.#readers) reader.push(this.listing);
    for (const observer of this.observers) observer();
  }

  end(): void {
    for (const reader of [...this.#readers]) reader.end();
  }

  #inOrder(): ActorRef[] {
    const entries = [...this.#guests.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, entry]) => {
      entry.ref ??= this.#toRef(entry.guest);
      return entry.ref;
    });
  }
}

/** Orders guests by node, and those of one node by when they were registered. */
function placeOf({ origin, registration }: Guest): string {
  return `${origin} ${String(registration.number).padStart(16, "0")}`;
}
