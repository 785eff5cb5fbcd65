import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Runs a full garbage collection, so that a test can see what is still held. */
export const collectGarbage = runInNewContext("gc") as () => void;
