import { expect, it } from "vitest";
import { SeenNonces } from "../../src/handshake/seen-nonces.js";

const nonce = (number: number) => Buffer.from(number.toString(16).padStart(64, "0"), "hex");

it("a nonce is new once", () => {
  const seen = new SeenNonces();
  expect([seen.add(nonce(1)), seen.add(nonce(2)), seen.add(nonce(1)), seen.add(nonce(2))]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it("so many are remembered and no more: the oldest is forgotten", () => {
  const seen = new SeenNonces();
  for (let number = 0; number <= 4_096; number++) seen.add(nonce(number));
  expect([seen.add(nonce(4_096)), seen.add(nonce(1)), seen.add(nonce(0))]).toEqual([false, false, true]);
});
