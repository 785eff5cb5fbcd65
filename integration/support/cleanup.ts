/**
 * Takes what is to be done when a test is over: vitest's `onTestFinished`, of the context where tests run at once, or
 * `afterAll` for what serves a whole file.
 */
export type Cleanup = (act: () => void | PromiseLike<void>) => unknown;
