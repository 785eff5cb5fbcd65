import { expect, it } from "vitest";
import { nextIndex } from "../src/blocking-index.js";

it.each([
  ["the first index is where waiting begins", undefined, "7", 7n, "new"],
  ["a higher index may bring a change", 7n, "8", 8n, "new"],
  ["the same index says that nothing has changed", 7n, "7", 7n, "same"],
  ["an index that goes backwards starts over", 7n, "3", undefined, "back"],
  ["an index of 0 counts as 1, which can be waited for", undefined, "0", 1n, "new"],
  ["1 after 0 is nothing new", 1n, "0", 1n, "same"],
  ["an index has unsigned 64 bits", 18446744073709551614n, "18446744073709551615", 18446744073709551615n, "new"],
  ["without an index nothing can be waited for", 7n, undefined, undefined, "none"],
  ["an index that is empty is none", 7n, "", undefined, "none"],
  ["an index below 0 is none", 7n, "-1", undefined, "none"],
  ["an index that is no number is none", 7n, "7abc", undefined, "none"],
] as const)("%s", (_, asked, header, index, verdict) => {
  expect(nextIndex(asked, header)).toEqual({ index, verdict });
});
