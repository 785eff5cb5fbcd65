import { Member, type MemberOptions, type OnTestFinished } from "./member.ts";
import type { Setup, View } from "./setup.ts";

/** Whether a view holds exactly these processes, all up and reachable. */
function isWhole(view: View, members: readonly Member[]): boolean {
  const ids = new Set(members.map(({ id }) => id));
  const isWell = ({ id, status, reachability }: View["members"][number]) => {
    return ids.has(id) && status === "up" && reachability === "reachable";
  };
  return view.members.length === ids.size && view.members.every(isWell);
}

/** Whether a process sees, at last, exactly these, all up and reachable. */
export function seesEverybody(member: Member, members: readonly Member[]): boolean {
  const view = member.views.at(-1);
  return view !== undefined && isWhole(view, members);
}

/** Resolves when each of these sees all of these and nobody else, up and reachable. */
export async function everybodySeesEverybody(members: readonly Member[], withinMs?: number): Promise<void> {
  const what = `it sees exactly ${members.map(({ address }) => address).join(", ")}, up and reachable`;
  await Promise.all(members.map((member) => member.sees(what, (view) => isWhole(view, members), withinMs)));
}

/** Starts so many processes on loopback that find each other and are all up; the first is the contact of the rest. */
export async function startCluster(
  size: number,
  onTestFinished: OnTestFinished,
  setup: Partial<Setup> = {},
): Promise<Member[]> {
  const options: MemberOptions = { onTestFinished };
  const first = await Member.start({ port: 0, contacts: [], ...setup }, options);
  const others = Array.from({ length: size - 1 }, () => {
    return Member.start({ port: 0, contacts: [first.address], ...setup }, options);
  });
  const members = [first, ...(await Promise.all(others))];
  await everybodySeesEverybody(members);
  return members;
}

export const allBut = (members: readonly Member[], one: Member) => members.filter((member) => member !== one);

/** Whoever any of them has seen going, as `address down`. */
export function gone(members: readonly Member[]): string[] {
  return [...new Set(members.flatMap((member) => member.changesTo("leaving", "down", "removed")))];
}
