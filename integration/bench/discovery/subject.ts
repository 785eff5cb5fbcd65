import type { Registry, RegistryServer } from "../../registries/registry.ts";

/** What the bench measures, and what with. */
export interface Subject {
  readonly registry: Registry;
  /** Of the adapter as a user has it: every other option as it is by default. */
  options(service: string, port: number): object;
  /** From one heartbeat of an announcement to the next, with those options, in milliseconds. */
  readonly heartbeatMs?: number;
  /** How many requests the server has had, where a proxy cannot count them. */
  requests?(server: RegistryServer): Promise<number>;
  /**
   * The least that can be had: the mechanism's own client, watching one service, with nothing around it. Resolves when it
   * watches.
   *
   * @param onChange hears of the id of each instance that was put
   * @returns what ends it
   */
  watch(server: RegistryServer, service: string, onChange: (id: string) => void): Promise<() => Promise<void>>;
}

/** Loads the subject of a registry. @throws Error that says why there is no server */
export type LoadSubject = () => Promise<Subject>;
