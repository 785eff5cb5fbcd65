/** Runs something for the seeds 1 to `count`, and collects what it gives. What fails says for which seed. */
export function forEachSeed<T>(count: number, run: (seed: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => {
    try {
      return run(index + 1);
    } catch (error) {
      if (error instanceof Error) error.message = `With seed ${index + 1}: ${error.message}`;
      throw error;
    }
  });
}
