/** A fault put into the code on purpose, and the invariant that has to notice it. */
export interface Mutant {
  readonly invariant: string;
  /** What is wrong with it, in words. */
  readonly fault: string;
  /** Relative to the root. */
  readonly file: string;
  /** What is replaced, each found once in the file, and by what. */
  readonly edits: readonly (readonly [find: string, replace: string])[];
}

/** At least one for each invariant, so that each is known to be able to fail. */
export const MUTANTS: readonly Mutant[] = [
  {
    invariant: "statuses only move forward, and to removed only from down",
    fault: "what is heard last counts, not what is later",
    file: "packages/cluster/src/membership/membership-table.ts",
    edits: [
      [
        'if (!supersedes(entry, known)) return "known";',
        "if (!supersedes(entry, known)) this.#write({ ...entry, reachability: known.reachability }, known.status);",
      ],
      ["...mergeEntries(entry, known),", "...entry,"],
    ],
  },
  {
    invariant: "a removed incarnation never returns",
    fault: "tombstones are not found",
    file: "packages/cluster/src/membership/tombstones.ts",
    edits: [["return this.#graves.get(nodeId)?.node;", "return undefined;"]],
  },
  {
    invariant: "all events applied to nothing give the membership",
    fault: "a member that is removed is not told of",
    file: "packages/cluster/src/control/cluster-events.ts",
    edits: [
      [
        "publish(change: Change): void {",
        'publish(change: Change): void {\n    if (change.kind === "membership" && change.to === "removed") return;',
      ],
    ],
  },
  {
    invariant: "there is one leader in one view",
    fault: "who leads goes on leading when it cannot be reached",
    file: "packages/cluster/src/leadership/election.ts",
    edits: [
      [
        "if (candidates.lowestUp?.node.id === id ||",
        'if ((candidates.lowestUp?.node.id === id && change.kind === "membership") ||',
      ],
    ],
  },
  {
    invariant: "systems do not mix",
    fault: "nodes of another system are let in",
    file: "packages/cluster/src/handshake/admission.ts",
    edits: [
      ["if (from.system !== self.system) {", "if (from.system.length > 64) {"],
      ["if (peer.system !== view.self.system) {", "if (peer.system.length > 64) {"],
    ],
  },
  {
    invariant: "nobody is downed who has been reachable throughout",
    fault: "who loses its connection is downed at once",
    file: "packages/cluster/src/cluster-shell.ts",
    edits: [
      [
        "this.core.dissociated(peer.id);",
        'this.core.dissociated(peer.id);\n        this.core.moveTo(peer.id, "down");',
      ],
    ],
  },
  {
    invariant: "no queue grows without bound",
    fault: "everybody that is listed is dialled at once",
    file: "packages/join/src/join-machine.ts",
    edits: [
      ["const room = () => this.#options.limits.maxConcurrentJoins - this.#underWay;", "const room = () => 1_000;"],
    ],
  },
  {
    invariant: "no queue grows without bound",
    fault: "who has been removed is still talked to",
    file: "packages/cluster/src/cluster-shell.ts",
    edits: [["if (this.core.table.get(nodeId) === undefined) this.associations.close(nodeId);", ""]],
  },
  {
    invariant: "retries are bounded",
    fault: "a peer that cannot be reached is dialled every millisecond",
    file: "packages/cluster/src/association/pursuit.ts",
    edits: [
      [
        "exponentialBackoff({ initialMs: 50, factor: 1.5, maxMs: 3_000 })",
        "exponentialBackoff({ initialMs: 1, factor: 1, maxMs: 1 })",
      ],
    ],
  },
  {
    invariant: "all agree in time",
    fault: "nothing is repaired when digests differ, neither in a round of gossip nor after a ping",
    file: "packages/cluster/src/gossip/gossip.ts",
    edits: [['if (!same && message.answer !== "no" &&', 'if (!same && table.size < 0 && message.answer !== "no" &&']],
  },
  {
    invariant: "all agree in time",
    fault: "nobody who is unreachable is ever downed",
    file: "packages/cluster/src/cluster-core.ts",
    edits: [['for (const node of decision.down) this.#move(node.id, "down");', ""]],
  },
  {
    invariant: "all agree in time",
    fault: "of two clusters left over from a split, neither yields",
    file: "packages/cluster/src/handshake/yielding.ts",
    edits: [
      [
        "return us.members === them.members ? compareNodes(us.lowest, them.lowest) > 0 : us.members < them.members;",
        "return us.members < 0 && us.lowest === them.lowest;",
      ],
    ],
  },
  {
    invariant: "only one cluster forms",
    fault: "the formation guard lets everybody pass",
    file: "packages/cluster/src/leadership/formation.ts",
    edits: [["if (reachable < options.minimumMembers) {", "if (reachable < 0) {"]],
  },
  {
    invariant: "there is one singleton among members",
    fault: "whoever is chosen to host a singleton waits for no one",
    file: "packages/cluster/src/actors/singleton/singleton-machine.ts",
    edits: [['this.#phase === "claiming" && this.missing.length === 0', 'this.#phase === "claiming"']],
  },
  {
    invariant: "there is a singleton where there is a leader",
    fault: "whoever has no instance does not say so",
    file: "packages/cluster/src/actors/singleton/singleton-machine.ts",
    edits: [["      this.#grant(nodeId, claim);", ""]],
  },
  {
    invariant: "receptionists agree when nodes do",
    fault: "receptionists that know different things let it be",
    file: "packages/cluster/src/actors/receptionist/replication.ts",
    edits: [["if (!sameDigest(message.digest, this.directory.digest)) this.#differs(from, now);", ""]],
  },
  {
    invariant: "everything is given back",
    fault: "the failure detector goes on after the shutdown",
    file: "packages/cluster/src/cluster-shell.ts",
    edits: [["this.detector.stop();", ""]],
  },
  {
    invariant: "nothing throws",
    fault: "a node wakes up at once, again and again, instead of when it is time",
    file: "packages/cluster/src/cluster-core.ts",
    edits: [["this.#context.clock.schedule(at - now, () => {", "this.#context.clock.schedule(0, () => {"]],
  },
  {
    invariant: "the same seed gives the same trace",
    fault: "a node draws from the process's own source of random numbers",
    file: "packages/cluster/src/gossip/trickle.ts",
    edits: [["(2 * this.#random() - 1)", "(2 * Math.random() - 1)"]],
  },
];
