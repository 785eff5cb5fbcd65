import { isJoinError, type JoinError } from "@rollcall/join";
import { expect } from "vitest";
import type { Simulation } from "./simulation.js";

/** How a request to join fails. */
export async function failureOf(world: Simulation, joining: Promise<void>): Promise<JoinError> {
  const outcome = joining.then(
    () => expect.fail("The join succeeded."),
    (error: unknown) => error,
  );
  const error = await world.clock.settle(outcome);
  if (!isJoinError(error)) throw error;
  return error;
}
