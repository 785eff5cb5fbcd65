/** Something to be done at a certain time, unless it is cancelled before. */
export interface Appointment {
  readonly at: number;
  /** Nothing, once it has been done or cancelled. */
  act: (() => void) | undefined;
}

/**
 * What is to be done when, as a binary heap. What was cancelled stays in the heap until its time comes or it is next,
 * so that cancelling costs nothing.
 */
export class Agenda {
  readonly #heap: Appointment[] = [];

  /** When something is due next; infinity if nothing is. */
  get nextAt(): number {
    const heap = this.#heap;
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      if (first.act !== undefined) return first.at;
      this.#pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  add(at: number, act: () => void): Appointment {
    const appointment: Appointment = { at, act };
    const heap = this.#heap;
    let index = heap.push(appointment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = heap[parent] as Appointment;
      if (other.at <= at) break;
      heap[index] = other;
      index = parent;
    }
    heap[index] = appointment;
    return appointment;
  }

  /** Does everything that is due, the earliest first, with what that adds for a time that has come. */
  runDue(now: number): void {
    while (this.nextAt <= now) {
      const appointment = this.#pop();
      const { act } = appointment;
      appointment.act = undefined;
      act?.();
    }
  }

  #pop(): Appointment {
    const heap = this.#heap;
    const first = heap[0] as Appointment;
    const last = heap.pop() as Appointment;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(appointment: Appointment): void {
    const heap = this.#heap;
    const { length } = heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && (heap[child + 1] as Appointment).at < (heap[child] as Appointment).at) child++;
      const other = heap[child] as Appointment;
      if (other.at >= appointment.at) break;
      heap[index] = other;
      index = child;
    }
    heap[index] = appointment;
  }
}

/** Idempotent; harmless after it has been done. */
export function cancel(appointment: Appointment | undefined): void {
  if (appointment !== undefined) appointment.act = undefined;
}
