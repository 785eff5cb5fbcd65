import { specimens } from "../../../adapters/dns/test/fuzz/corpus.js";
import { check } from "../../../adapters/dns/test/fuzz/fuzz.js";
import type { Target } from "../lib/target.ts";

const ALL = specimens();
const FIRST = ALL[0] as (typeof ALL)[number];

export const target: Target = {
  isJson: false,
  words: ["\u0007orders", "\u0007example", "_rollcall", "_tcp", "\0\u0021\0\u0001", "\0\u0001\0\u0001"],
  seeds: ALL.map(({ bytes }) => bytes),
  run(bytes) {
    // An answer names its query; what names none is held against the first.
    const id = bytes.length < 2 ? undefined : bytes.readUInt16BE(0);
    const { query } = ALL.find((specimen) => specimen.query.id === id) ?? FIRST;
    return check(bytes, query);
  },
};
