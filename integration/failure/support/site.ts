import { Ethernet, findNamespaces, Host, type Namespaces } from "../../mdns/support/namespaces.ts";
import { run, which } from "../../servers/run.ts";
import { everybodySeesEverybody } from "./cluster.ts";
import { Member, type OnTestFinished } from "./member.ts";
import type { Setup } from "./setup.ts";

const PORT = 7337;

/** Numbers of machines, which begin with 1. */
export type Side = readonly number[];

/** @throws Error that says what is missing to make networks, and faults in them */
export async function findFaultyNetworks(): Promise<Namespaces> {
  const namespaces = await findNamespaces();
  if (which("nft") === undefined) throw new Error("the program nft is missing; it is in the package nftables");
  const machine = await Host.create();
  try {
    await filter(machine, ["ip saddr 10.1.0.1 drop"]);
  } finally {
    await machine[Symbol.asyncDispose]();
  }
  return namespaces;
}

/** Machines on one network, with a process on each; faults are made between them. */
export class Site {
  readonly #machines: Host[] = [];
  readonly #onTestFinished: OnTestFinished;

  private constructor(onTestFinished: OnTestFinished) {
    this.#onTestFinished = onTestFinished;
  }

  /** Everything that is made goes with the test. */
  static async create(size: number, onTestFinished: OnTestFinished): Promise<Site> {
    const site = new Site(onTestFinished);
    const network = await Ethernet.create();
    onTestFinished(() => network[Symbol.asyncDispose]());
    for (let number = 1; number <= size; number++) {
      const machine = await Host.create();
      onTestFinished(() => machine[Symbol.asyncDispose]());
      await machine.attach(network, `${addressOf(number)}/24`);
      site.#machines.push(machine);
    }
    return site;
  }

  /** Starts a process on each machine; they find each other, and become up together, so that 1 is the oldest. */
  async startMembers(setup: Partial<Setup> = {}): Promise<Member[]> {
    const contacts = this.#machines.map((_, index) => `${addressOf(index + 1)}:${PORT}`);
    const members = await Promise.all(
      this.#machines.map((machine, index) => {
        const itself = { host: addressOf(index + 1), port: PORT, contacts, formationOf: contacts.length };
        const options = { onTestFinished: this.#onTestFinished, prefix: machine.prefix };
        return Member.start({ ...itself, ...setup }, options);
      }),
    );
    await everybodySeesEverybody(members);
    return members;
  }

  /** Nothing gets from one side to another any more. */
  async cut(...sides: readonly Side[]): Promise<void> {
    await Promise.all(
      sides.flatMap((side) => side.map((one) => this.deafen(one, sides.filter((other) => other !== side).flat()))),
    );
  }

  /** One machine hears nothing from others any more; what it says reaches them. */
  async deafen(one: number, from: Side): Promise<void> {
    await this.#filter(
      one,
      from.map((other) => `ip saddr ${addressOf(other)} drop`),
    );
  }

  /** A firewall on one machine lets nobody from another one in: it answers that nobody listens. */
  async refuse(one: number, from: number): Promise<void> {
    await this.#filter(one, [`ip saddr ${addressOf(from)} tcp dport ${PORT} reject with tcp reset`]);
  }

  /** Takes every fault away. */
  async heal(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => filter(machine, [])));
  }

  #filter(number: number, rules: readonly string[]): Promise<void> {
    return filter(this.#machines[number - 1] as Host, rules);
  }
}

/** Has a machine apply these rules, and no others, to what comes in. */
export async function filter(machine: Host, rules: readonly string[]): Promise<void> {
  const chain = "add chain inet faults in { type filter hook input priority 0; }";
  const commands = [
    "flush ruleset",
    "add table inet faults",
    chain,
    ...rules.map((rule) => `add rule inet faults in ${rule}`),
  ];
  await run([...machine.prefix, "nft", commands.join("; ")]);
}

function addressOf(number: number): string {
  return `10.1.0.${number}`;
}
