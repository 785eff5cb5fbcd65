/** What happens at a time: a call, or something for a node. Fields are written once and read once. */
export interface QueuedEvent {
  readonly at: number;
  readonly order: number;
}

/** Events by time, and those of one time in the order in which they were added: a binary heap. */
export class EventQueue<E extends QueuedEvent> {
  readonly #heap: E[] = [];

  get first(): E | undefined {
    return this.#heap[0];
  }

  push(event: E): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = heap[parent] as E;
      if (isBefore(other, event)) break;
      heap[index] = other;
      index = parent;
    }
    heap[index] = event;
  }

  pop(): E {
    const heap = this.#heap;
    const first = heap[0] as E;
    const last = heap.pop() as E;
    const { length } = heap;
    if (length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1] as E, heap[child] as E)) child++;
      const other = heap[child] as E;
      if (isBefore(last, other)) break;
      heap[index] = other;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
