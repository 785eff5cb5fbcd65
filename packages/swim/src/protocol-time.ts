export interface ProtocolTimeOptions {
  /** Who comes later than promised by more than this, in milliseconds, has stalled. */
  readonly stallThresholdMs: number;
  /** How long to listen after a stall before time goes on, in milliseconds. */
  readonly listenMs: number;
}

/**
 * Time as far as this process could have heard others in it. While its event loop was blocked, or the process stopped,
 * answers lay in its sockets unread; nobody may be judged by that time, so it does not count: after a stall, protocol
 * time goes on where it stood. And as timers run before sockets are read, it stands still a little longer, until what
 * has queued up has been read.
 */
export class ProtocolTime {
  readonly #options: ProtocolTimeOptions;
  #now: number;
  #stalledMs = 0;

  constructor(now: number, options: ProtocolTimeOptions) {
    this.#now = now;
    this.#options = options;
  }

  get now(): number {
    return this.#now;
  }

  /**
   * Goes on to `clockNow`.
   *
   * @param dueAt the protocol time at which we wanted to be woken
   * @returns how long this process has stalled, in milliseconds; 0 if it has not
   */
  goOn(clockNow: number, dueAt: number): number {
    const lateMs = clockNow - this.onClock(dueAt);
    const stalled = lateMs > this.#options.stallThresholdMs;
    if (stalled) this.#stalledMs += lateMs + this.#options.listenMs;
    this.#now = Math.max(this.#now, clockNow - this.#stalledMs);
    // Or rounding could make whoever wakes us at that very time do so for ever.
    if (!stalled && lateMs >= 0) this.#now = Math.max(this.#now, dueAt);
    return stalled ? lateMs : 0;
  }

  /** The clock's time at which a protocol time will be reached. */
  onClock(protocolTime: number): number {
    return protocolTime + this.#stalledMs;
  }
}
