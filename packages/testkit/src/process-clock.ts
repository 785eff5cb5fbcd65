import type { Clock, Timer } from "@rollcall/core";
import type { CallOwner, ScheduledCall, TimerQueue } from "./timer-queue.js";

/**
 * Time as one process sees it: the same for all of them, but each can be stopped for a while, or for good, without the
 * others. Made with `VirtualClock.process()`.
 */
export class ProcessClock implements Clock, CallOwner {
  /** Kept by the queue of calls. */
  pending = 0;
  readonly #queue: TimerQueue;
  readonly #now: () => number;
  #state: CallOwner["state"] = "running";
  #held: ScheduledCall[] = [];
  /** What came in from outside while it was frozen. */
  #inbox: (() => void)[] = [];

  constructor(queue: TimerQueue, now: () => number) {
    this.#queue = queue;
    this.#now = now;
  }

  get state(): CallOwner["state"] {
    return this.#state;
  }

  now(): number {
    return this.#now();
  }

  schedule(delayMs: number, callback: () => void): Timer {
    if (this.#state === "dead") return NEVER;
    return this.#queue.add(this.#now() + Math.max(0, delayMs), callback, this);
  }

  /**
   * The process stops, as after SIGSTOP, or while something keeps its event loop busy. Its timers come due meanwhile,
   * but nothing runs; promises that others settle still run what waits for them.
   */
  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  /**
   * The process goes on: the timers run that came due meanwhile, in order, and what came in from the network is read.
   * All of it happens at this moment of virtual time, once the clock goes on.
   *
   * @param first which of the two comes first depends on where in its loop Node.js was stopped
   */
  thaw(first: "timers" | "network" = "timers"): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    const timers = this.#held.splice(0);
    const runTimers = () => {
      for (const call of timers) if (call.callback !== undefined) this.#queue.addAgain(call, this.#now());
    };
    if (first === "timers") runTimers();
    for (const receive of this.#inbox.splice(0)) this.schedule(0, receive);
    if (first === "network") runTimers();
  }

  /** The process is no more: nothing that it scheduled runs, nor what it schedules from now on. */
  kill(): void {
    if (this.#state === "dead") return;
    this.#queue.disown(this);
    this.#state = "dead";
    this.#held = [];
    this.#inbox = [];
  }

  /** Does something now, or when the process goes on; never, if it is dead. */
  whenRunning(act: () => void): void {
    if (this.#state === "running") act();
    else if (this.#state === "frozen") this.#inbox.push(act);
  }

  hold(call: ScheduledCall): void {
    this.#held.push(call);
  }
}

const NEVER: Timer = Object.freeze({ cancel: () => {} });
