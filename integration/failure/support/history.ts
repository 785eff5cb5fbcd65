import type { Member } from "./member.ts";
import type { View } from "./setup.ts";

/** Whose views are looked at. */
type Watched = Pick<Member, "id" | "views">;

/** The fewest that any member that was up itself has seen up, since it saw its whole cluster for the first time. */
export function fewestUp(members: readonly Watched[]): number {
  return Math.min(...members.flatMap(fewestUpOf));
}

function fewestUpOf({ id, views }: Watched): number[] {
  const isUp = ({ members }: View) => members.some((member) => member.id === id && member.status === "up");
  const counts = views.filter(isUp).map(({ members }) => members.filter(({ status }) => status === "up").length);
  // Before, it is the cluster that is being formed, or what it has heard of it so far.
  return counts.slice(counts.indexOf(Math.max(...counts)));
}

/**
 * Where two processes led at once, each in the belief that everybody agreed with it, although they saw the same members
 * with the same statuses: a line for each such moment.
 */
export function rivalLeaders(members: readonly Watched[]): string[] {
  const latest = new Map<string, View>();
  const rivals: string[] = [];
  const timeline = members.flatMap((member) => member.views.map((view) => ({ id: member.id, view })));
  for (const { id, view } of timeline.sort((a, b) => a.view.at - b.view.at)) {
    latest.set(id, view);
    if (!view.leads) continue;
    for (const [other, theirs] of latest) {
      if (other !== id && theirs.leads && hold(theirs) === hold(view)) rivals.push(`${id} and ${other} at ${view.at}`);
    }
  }
  return rivals;
}

/** What a view says of membership, reachability apart. */
function hold({ members }: View): string {
  return members.map(({ id, status }) => `${id} ${status}`).join();
}
