import type { Clock } from "@rollcall/core";
import { paletteFor } from "../terminal/palette.js";
import type { Terminal } from "../terminal/terminal.js";
import { Cast } from "./cast.js";
import { type ChosenDiscovery, chooseDiscovery } from "./choose-discovery.js";
import type { DemoOptions } from "./demo-options.js";
import { removeFolder } from "./discovery-plan.js";
import { Interruption } from "./interruption.js";
import { machineClock } from "./machine-clock.js";
import { probeMulticast } from "./multicast-probe.js";
import { Show } from "./show.js";
import { renderJson } from "./telling/render-json.js";
import type { StoryEvent, TimelineEntry } from "./telling/story-event.js";
import { TextRenderer } from "./telling/text-renderer.js";
import { Timeline } from "./telling/timeline.js";

const SYSTEM = "demo";

/** @returns the exit code */
export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const { stdout, stderr, env } = terminal;
  const startedAt = machineClock.now();
  const clock: Clock = { ...machineClock, now: () => machineClock.now() - startedAt };
  const text = new TextRenderer(paletteFor(stdout, env));
  const timeline = new Timeline<TimelineEntry>(clock, (entries) => {
    stdout.write(options.json ? renderJson(entries) : text.render(entries));
  });
  const tell = (event: StoryEvent, at = clock.now()) => timeline.add({ at, ...event });
  const cast = new Cast({ clock, offsetMs: -startedAt, told: (entry) => timeline.add(entry) });

  using interruption = new Interruption();
  let chosen: ChosenDiscovery;
  try {
    chosen = await chooseDiscovery(options, probeMulticast);
  } catch (error) {
    stderr.write(`rollcall demo: ${(error as Error).message}\n`);
    return 1;
  }
  const { plan, note, registry } = chosen;
  // However this process ends, short of being killed; then the others notice by themselves.
  const lastResort = () => {
    cast.clear();
    removeFolder(plan);
  };
  process.on("exit", lastResort);
  try {
    tell({ event: "opening", nodes: options.nodes, discovery: plan });
    if (note !== undefined) tell({ event: "note", text: note });
    const show = new Show({ options, cast, clock, interruption, tell });
    return await show.play({ kind: "start", system: SYSTEM, discovery: plan });
  } finally {
    timeline.flush();
    lastResort();
    process.off("exit", lastResort);
    // After the nodes, which take their leave of it. It ends by itself when this process does.
    await registry?.stop();
  }
}
