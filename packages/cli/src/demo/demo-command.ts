import type { Command } from "../command.js";
import { DEMO_OPTIONS, readDemoOptions } from "./demo-options.js";
import { runDemo } from "./run-demo.js";

export const demoCommand: Command = {
  name: "demo",
  summary: "Watch processes of this machine find each other and become a cluster.",
  description: `Starts processes that know nothing of each other, lets them find each other and become one cluster, adds another,
lets one leave, kills one and replaces it, asks one to explain itself, and shuts down. Meanwhile actors on the nodes call and watch
each other, and one of which there is one in the cluster moves. Tells what each node sees while it happens.
Sends nothing beyond the loopback interface. Ends with code 0 when all of it happened, with 1 when something did not.`,
  options: DEMO_OPTIONS,
  run: (values, terminal) => runDemo(readDemoOptions(values), terminal),
};
