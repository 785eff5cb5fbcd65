/**
 * Calls back once what has arrived by now was read. A process that stood still finds its timers due first, and would
 * blame the server for answers that lie in its own sockets.
 */
export function afterReading(act: () => void): void {
  setImmediate(() => setImmediate(act));
}
