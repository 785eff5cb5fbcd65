import { describe, expect, it } from "vitest";
import { addressIn, Crowd } from "../../src/association/crowd.js";

const limits = { inAll: 4, perAddress: 2 };
const everybody = () => true;

describe("a crowd at the door", () => {
  it("has room for so many in all, tells as many again no, and lets nobody in beyond", () => {
    const crowd = new Crowd({ inAll: 4, perAddress: 100 }, everybody);
    const rooms = Array.from({ length: 10 }, () => crowd.enter("a"));
    expect(rooms).toEqual([...Array(4).fill("welcome"), ...Array(4).fill("crowded"), "shut", "shut"]);
    expect(crowd.strangers).toBe(8);
  });

  it("has room for so many from one address, and for others all the same", () => {
    const crowd = new Crowd(limits, everybody);
    expect(Array.from({ length: 5 }, () => crowd.enter("a"))).toEqual([
      "welcome",
      "welcome",
      "crowded",
      "crowded",
      "shut",
    ]);
    // All four that may be there are from one address; the next from elsewhere is told no, and not shut out.
    expect(crowd.enter("b")).toBe("crowded");
    crowd.leave("a");
    crowd.leave("a");
    expect(crowd.enter("b")).toBe("welcome");
  });

  it("has room again when somebody has gone, and remembers no address of nobody", () => {
    const crowd = new Crowd(limits, everybody);
    for (let times = 0; times < 1_000; times++) {
      expect(crowd.enter(`address ${times}`)).toBe("welcome");
      crowd.leave(`address ${times}`);
    }
    expect(crowd.strangers).toBe(0);
    expect(Array.from({ length: 3 }, () => crowd.enter("a"))).toEqual(["welcome", "welcome", "crowded"]);
  });
});

describe("guests", () => {
  it("count until they are members or gone", () => {
    const guests = new Set(["1", "2", "3", "4"]);
    const crowd = new Crowd({ inAll: 4, perAddress: 4 }, (id) => guests.has(id));
    for (const id of guests) {
      crowd.enter("a");
      crowd.seat("a", id);
    }
    expect([crowd.strangers, crowd.guests, crowd.enter("a")]).toEqual([0, 4, "crowded"]);
    crowd.leave("a");
    guests.delete("2");
    expect([crowd.enter("a"), crowd.guests, crowd.strangers]).toEqual(["welcome", 3, 1]);
  });

  it("that come again count once", () => {
    const crowd = new Crowd(limits, everybody);
    for (const address of ["a", "b", "a"]) {
      crowd.enter(address);
      crowd.seat(address, "1");
    }
    expect([crowd.guests, crowd.strangers]).toEqual([1, 0]);
    expect([crowd.enter("a"), crowd.enter("b"), crowd.enter("b")]).toEqual(["welcome", "welcome", "welcome"]);
  });
});

it.each([
  ["10.0.0.1:7337", "10.0.0.1"],
  ["::1:50123", "::1"],
  ["::ffff:10.0.0.1:7337", "::ffff:10.0.0.1"],
  ["10.0.0.1", "10.0.0.1"],
  ["?:?", "?:?"],
])("the address in %s is %s", (remote, address) => {
  expect(addressIn(remote)).toBe(address);
});
