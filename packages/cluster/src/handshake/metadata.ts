/** What a node says about itself, for the admission hooks of others: a zone, a version, a token. */
export type Metadata = Readonly<Record<string, string>>;

/** How much of it fits into a handshake, as JSON, in bytes. */
export const MAX_METADATA_BYTES = 1_024;

/** Whether something is metadata that fits into a handshake. */
export function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (!Object.values(value).every((each) => typeof each === "string")) return false;
  return Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES;
}
