/** Runs something for the seeds 1 to `count`, one after the other. What fails says for which. */
export async function forEachSeed(count: number, run: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= count; seed++) {
    try {
      await run(seed);
    } catch (error) {
      if (error instanceof Error) error.message = `With seed ${seed}: ${error.message}`;
      throw error;
    }
  }
}
