import type { JoinLogger } from "./collaborators.js";

/** Says nothing. The default: a library is quiet until told otherwise. */
export const quietJoinLogger: JoinLogger = Object.freeze({ debug: () => {}, info: () => {}, warn: () => {} });
