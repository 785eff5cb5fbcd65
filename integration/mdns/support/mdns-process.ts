import { fileURLToPath } from "node:url";
import type { ServiceInstance } from "@rollcall/core";
import type { MdnsDiscoveryOptions } from "@rollcall/mdns";
import { onTestFinished } from "vitest";
import { Child } from "../../servers/child.ts";
import type { Host } from "./namespaces.ts";

const PROGRAM = fileURLToPath(new URL("../programs/node.ts", import.meta.url));

/** A line that the program writes has one of these. */
interface Said {
  readonly announced?: ServiceInstance;
  readonly listing?: readonly ServiceInstance[];
  readonly dialled?: string;
  readonly outcome?: string;
  readonly state?: string;
  readonly problem?: string;
}

/** A process on a machine that browses, and announces if it is given something. Killed when the test is over. */
export class MdnsProcess {
  readonly #child: Child;
  readonly #read = new Map<keyof Said, number>();

  /** @param isSilent it does not browse, and so sends nothing once it is announced, but answers */
  constructor(
    host: Host,
    announce?: ServiceInstance,
    options: Partial<MdnsDiscoveryOptions> = {},
    { isSilent = false } = {},
  ) {
    const told = JSON.stringify({ options: { service: "orders", ...options }, announce, isSilent });
    this.#child = new Child([...host.prefix, process.execPath, PROGRAM, told]);
    onTestFinished(() => this.#child.kill());
  }

  /** Resolves when the announcement is out. */
  async announced(): Promise<ServiceInstance> {
    return (await this.#said("announced", () => true)).announced as ServiceInstance;
  }

  /** The next listing that holds as many instances, in order of their ids. */
  async lists(count: number, withinMs?: number): Promise<readonly ServiceInstance[]> {
    const { listing = [] } = await this.#said("listing", (said) => said.listing?.length === count, withinMs);
    return listing.toSorted((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1));
  }

  /** What came of dialling an endpoint. */
  async dialled(endpoint: string): Promise<string | undefined> {
    return (await this.#said("dialled", ({ dialled }) => dialled === endpoint)).outcome;
  }

  async reports(problem: string): Promise<void> {
    await this.#said("problem", (said) => said.problem === problem);
  }

  /** The subscription's supervision gets into a state. */
  async is(state: "live" | "retrying"): Promise<void> {
    await this.#said("state", (said) => said.state === state);
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.#child.kill(signal);
  }

  /** The next line of one kind that is accepted; those of other kinds stay to be read. */
  async #said(kind: keyof Said, accepts: (said: Said) => boolean, withinMs?: number): Promise<Said> {
    const parse = (line: string): Said => (line.startsWith("{") ? JSON.parse(line) : {});
    const isWanted = (line: string) => kind in parse(line) && accepts(parse(line));
    const index = await this.#child.find(isWanted, this.#read.get(kind) ?? 0, withinMs);
    this.#read.set(kind, index + 1);
    return parse(this.#child.lines[index] as string);
  }
}
