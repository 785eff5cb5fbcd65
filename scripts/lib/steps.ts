import { spawn } from "node:child_process";
import { REPOSITORY } from "./workspace.ts";

/** One command of a longer run. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Without it the rest makes no sense and is not run. Default false: one run then shows everything. */
  readonly essential?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface StepResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "not run";
  readonly seconds: number;
  /** Of the command; undefined if it could not be started, was ended by a signal or was not run. */
  readonly code?: number;
}

/** Runs steps one after the other, with their output as it comes, and says what it is doing. */
export async function runSteps(steps: readonly Step[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let stopped = false;
  for (const [index, step] of steps.entries()) {
    if (stopped) {
      results.push({ name: step.name, outcome: "not run", seconds: 0 });
      continue;
    }
    console.log(`\n▶ ${index + 1}/${steps.length} ${step.name}: ${step.command.join(" ")}`);
    const started = performance.now();
    const code = await run(step);
    results.push({
      name: step.name,
      outcome: code === 0 ? "passed" : "failed",
      seconds: (performance.now() - started) / 1000,
      ...(code === undefined ? {} : { code }),
    });
    stopped = code !== 0 && step.essential === true;
  }
  return results;
}

/** One line per step: name, outcome, seconds. */
export function summary(results: readonly StepResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, outcome, seconds }) => {
    const mark = { passed: "✓", failed: "✗", "not run": "–" }[outcome];
    return `${mark} ${name.padEnd(width)}  ${outcome.padEnd(7)}  ${seconds.toFixed(1).padStart(6)} s`;
  });
  return `\n${lines.join("\n")}\n`;
}

export function allPassed(results: readonly StepResult[]): boolean {
  return results.every(({ outcome }) => outcome === "passed");
}

/** Programs are looked for on PATH, where npm puts node_modules/.bin first. */
function run({ command: [program, ...args], env }: Step): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: REPOSITORY,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
      // npm's commands are .cmd files there, which only a shell starts.
      shell: process.platform === "win32",
    });
    child.once("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(undefined);
    });
    child.once("exit", (code) => resolve(code ?? undefined));
  });
}
