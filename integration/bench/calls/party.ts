/** What is sent with each call: about a hundred bytes, whoever writes them. */
export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly note: string;
  readonly amount: number;
  readonly express: boolean;
}

export function order(id: number): Order {
  return { id, customer: "customer-0123456789", note: "leave it at the door, please", amount: 12.5, express: true };
}

/** Makes a call; the answer is the id of the order. */
export type Call = (order: Order) => Promise<number>;

/** One way to call from one process to another. */
export interface Party {
  /**
   * Answers calls until the process ends.
   *
   * @param given where a server is that both sides need
   * @returns what the caller has to know
   */
  serve(given: string): Promise<string>;
  connect(address: string): Promise<Call>;
}
