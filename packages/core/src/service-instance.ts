/**
 * One place where a node may be reached, as a discovery mechanism sees it.
 *
 * It is a hint: nothing has been dialled, and the instance may be dead, foreign or ourselves under another name.
 */
export interface ServiceInstance {
  /** Host name, IPv4 address, or IPv6 address without brackets. */
  readonly host: string;
  /** TCP port, 1–65535. */
  readonly port: number;
  /** The mechanism's id of this instance. Rollcall nodes that announce themselves put their node id here. */
  readonly id?: string;
  /** Whatever else the mechanism knows, as strings. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Everything a mechanism lists at one moment: frozen, each instance once, in no meaningful order.
 * An empty listing is a fact ("nobody is registered"), never a sign of trouble; trouble is thrown.
 */
export type Listing = readonly ServiceInstance[];
