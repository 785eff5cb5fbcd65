import { describe, expect, it } from "vitest";
import { countFromZero } from "../src/counters.js";
import { Dissemination, retransmissions } from "../src/dissemination.js";
import { Member } from "../src/member.js";
import type { Update } from "../src/update.js";
import { Machine } from "./support/machine.js";

const OPTIONS = { retransmitFactor: 3, gossipIntervalMs: 200 };

function dissemination(nodes: number) {
  const counters = countFromZero();
  const news = new Dissemination(OPTIONS, counters);
  news.resize(nodes);
  const about = (member: Member, incarnation = 0, now = 0) => news.put(member, [member.id, incarnation, 0], now);
  return { news, counters, about };
}

function ids(updates: readonly Update[]): string {
  return updates.map(([id]) => id).join(" ");
}

const [a, b, c] = ["a", "b", "c"].map((id) => new Member(id)) as [Member, Member, Member];

describe("how often each piece of news is sent", () => {
  it.each([
    [1, 3],
    [2, 4],
    [3, 6],
    [5, 7],
    [7, 9],
    [10, 10],
    [100, 19],
    [1000, 29],
    [4000, 35],
  ])("is with %i nodes, at λ = 3, %i times", (nodes, expected) => {
    expect(retransmissions(3, nodes)).toBe(expected);
    const { news, about } = dissemination(nodes);
    about(a);
    let sent = 0;
    while (news.take(10, 0).length > 0) sent++;
    expect(sent).toBe(expected);
    expect(news.size).toBe(0);
  });

  it.each([
    [2, 6],
    [4, 7],
    [6, 9],
  ])("counts this node among the nodes: with %i others it is %i times", (others, expected) => {
    const machine = new Machine(Array.from({ length: others }, (_, at) => `member ${at}`));
    machine.receive("member 0", [5, [["member 1", 1, 0]]]).runAnswered(10_000);
    const updates = machine.take().flatMap(({ message }) => message.at(-1) as readonly Update[]);
    expect(updates).toEqual(Array(expected).fill(["member 1", 1, 0]));
  });
});

describe("what is told first", () => {
  it("is what has been told least, and of that the newest", () => {
    const { news, about } = dissemination(5);
    about(a);
    expect(ids(news.take(2, 0))).toBe("a");
    about(b);
    about(c);
    expect(ids(news.take(2, 0))).toBe("c b");
    expect(ids(news.take(2, 0))).not.toBe("");
    expect(ids(news.take(3, 0)).split(" ").sort().join(" ")).toBe("a b c");
  });

  it("is nothing twice in one message", () => {
    const { news, about } = dissemination(5);
    about(a);
    expect(ids(news.take(10, 0))).toBe("a");
  });

  it("is the latest about a member, and that as often as if it were the first", () => {
    const { news, about } = dissemination(5);
    about(a, 0);
    for (let times = 0; times < news.limit - 1; times++) news.take(1, 0);
    about(a, 1);
    expect(news.size).toBe(1);
    let sent = 0;
    for (let taken = news.take(1, 0); taken.length > 0; taken = news.take(1, 0)) {
      expect(taken).toEqual([["a", 1, 0]]);
      sent++;
    }
    expect(sent).toBe(news.limit);
  });
});

describe("news", () => {
  it("is dropped when it is old, and counted, so that who was cut off does not come back with it", () => {
    const { news, counters, about } = dissemination(5);
    about(a);
    about(b, 0, 1000);
    const oldAt = news.limit * OPTIONS.gossipIntervalMs;
    expect(ids(news.take(10, oldAt - 1))).toBe("b a");
    expect(ids(news.take(10, oldAt))).toBe("b");
    expect([news.size, counters.expiredNews]).toEqual([1, 1]);
  });

  it("about somebody who is no longer a member is forgotten", () => {
    const { news, about } = dissemination(5);
    about(a);
    about(b);
    news.take(1, 0);
    news.forget(b);
    news.forget(c);
    expect(news.size).toBe(1);
    expect(ids(news.take(10, 0))).toBe("a");
  });

  it("takes no room that is not there", () => {
    const { news, about } = dissemination(5);
    about(a);
    expect(news.take(0, 0)).toEqual([]);
    expect(news.take(-3, 0)).toEqual([]);
    expect(news.size).toBe(1);
  });

  it("is sent fewer times when the cluster has become smaller", () => {
    const { news, about } = dissemination(1000);
    about(a);
    for (let times = 0; times < 10; times++) news.take(1, 0);
    news.resize(3);
    expect(news.take(1, 0)).toEqual([]);
    expect(news.size).toBe(0);
  });
});
