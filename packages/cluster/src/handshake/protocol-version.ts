/** The version of the protocol between nodes. */
export interface ProtocolVersion {
  /** Differs: the two cannot talk. */
  readonly major: number;
  /** Differs: both speak as the lower one does. */
  readonly minor: number;
  readonly patch: number;
}

/** What this release speaks. Since 1.1 the messages of a handshake may be sealed with a secret. */
export const PROTOCOL_VERSION: ProtocolVersion = Object.freeze({ major: 1, minor: 1, patch: 0 });

/** The version that two nodes will speak, or undefined if there is none. */
export function negotiateVersion(ours: ProtocolVersion, theirs: ProtocolVersion): ProtocolVersion | undefined {
  if (ours.major !== theirs.major) return undefined;
  return ours.minor < theirs.minor || (ours.minor === theirs.minor && ours.patch <= theirs.patch) ? ours : theirs;
}

/** `1.0.0` */
export function formatVersion({ major, minor, patch }: ProtocolVersion): string {
  return `${major}.${minor}.${patch}`;
}

export function parseVersion(text: unknown): ProtocolVersion | undefined {
  const match = typeof text === "string" ? /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/.exec(text) : null;
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}
