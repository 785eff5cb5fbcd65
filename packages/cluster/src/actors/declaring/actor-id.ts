import { parseEndpoint } from "@rollcall/core";
import type { UniqueNode } from "../../node.js";
import { ActorError } from "../actor-error.js";

/** Which actor: a name on one incarnation of a node. */
export class ActorId {
  readonly node: UniqueNode;
  /** Unique on the node at any time; a well-known one may be given to `spawn`. */
  readonly name: string;

  constructor(node: UniqueNode, name: string) {
    this.node = node;
    this.name = name;
  }

  /** `system@host:port#id/name` */
  toString(): string {
    return `${this.node}/${this.name}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Makes a node of what an id says. */
export type ToNode = (id: string, host: string, port: number) => UniqueNode;

/** @throws ActorError `INVALID_ID` if the text is anything else than what an id of the system is written as */
export function parseActorId(text: string, system: string, toNode: ToNode): ActorId {
  const [, named, address, incarnation, name] = /^([^@]+)@(.+)#([0-9a-f]{16})\/(.+)$/.exec(text) ?? [];
  try {
    if (named !== system) throw new Error(`it is not of the system ${system}`);
    if (!isActorName(name)) throw new Error("it has no name");
    const { host, port } = parseEndpoint(address ?? "");
    return new ActorId(toNode(incarnation ?? "", host, port), name);
  } catch (cause) {
    const message = `${JSON.stringify(text)} is not the id of an actor, system@host:port#incarnation/name: ${(cause as Error).message}.`;
    throw new ActorError("INVALID_ID", message, { cause });
  }
}

/** Whether a text may name an actor. */
export function isActorName(text: unknown): text is string {
  return typeof text === "string" && /^[\w$.:-]{1,256}$/.test(text);
}
