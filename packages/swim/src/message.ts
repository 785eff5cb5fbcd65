import type { Status, Update } from "./update.js";

/** The first element of each message. */
export const KIND = Object.freeze({ ping: 0, ack: 1, pingRequest: 2, indirectAck: 3, nack: 4, gossip: 5 } as const);

/**
 * "Are you there?" Says what the sender believes of the receiver, so that whoever is suspected learns of it with the
 * ping and can refute with the ack (Lifeguard's buddy system, section IV-C).
 */
export type Ping = readonly [
  kind: typeof KIND.ping,
  sequence: number,
  /** The sender's own incarnation. */
  incarnation: number,
  /** What the sender believes of the receiver. */
  believedIncarnation: number,
  believedStatus: Status,
  updates: readonly Update[],
];

/** "I am", with the sender's own incarnation. */
export type Ack = readonly [kind: typeof KIND.ack, sequence: number, incarnation: number, updates: readonly Update[]];

/** "Ping `target` for me." */
export type PingRequest = readonly [
  kind: typeof KIND.pingRequest,
  sequence: number,
  target: string,
  /** How long the sender waits for an answer, in milliseconds. */
  withinMs: number,
  /** 1 if the sender was refused a connection, and asks for the receiver's own attempt if it has none either. */
  dial: 0 | 1,
  updates: readonly Update[],
];

/** "`target` has answered me", with the target's incarnation. */
export type IndirectAck = readonly [
  kind: typeof KIND.indirectAck,
  sequence: number,
  target: string,
  incarnation: number,
  updates: readonly Update[],
];

/** "I am there, but have not heard from the target" (Lifeguard, section IV-A). An ack may still follow. */
export type Nack = readonly [
  kind: typeof KIND.nack,
  sequence: number,
  /** 1 if the target's address has refused the sender a connection just now. */
  refused: 0 | 1,
  updates: readonly Update[],
];

/** News by itself. */
export type Gossip = readonly [kind: typeof KIND.gossip, updates: readonly Update[]];

/**
 * What detectors say to each other: arrays of small numbers and strings, ready for MessagePack or JSON. `readMessage`
 * checks what comes in; elements that later versions may add at the end are ignored.
 */
export type SwimMessage = Ping | Ack | PingRequest | IndirectAck | Nack | Gossip;
