import { isHost } from "@rollcall/core";

/** What a service says of itself in its TXT record. */
export interface TxtContent {
  /** The instance's id, under the key `id`. */
  readonly id?: string;
  /** The host name to dial, under the key `host`; there when the announcer could not turn it into addresses. */
  readonly host?: string;
  /** All other keys. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** RFC 6763 section 6.4: printable US-ASCII except "=". */
const KEY = /^[\x20-\x3c\x3e-\x7e]+$/;
const MAX_PAIR_BYTES = 255;
/** RFC 6763 section 6.2: beyond this a response no longer fits one Ethernet packet. */
const MAX_BYTES = 1300;

/**
 * The texts of a TXT record.
 *
 * @throws TypeError with a message that completes "cannot announce …: "
 */
export function writeTxt({ id, host, metadata }: TxtContent): Buffer[] {
  const seen = new Set<string>();
  const texts: Buffer[] = [];
  const write = (key: string, value: string) => {
    if (seen.has(key.toLowerCase())) throw new TypeError(`${show(key)} is there twice; case makes no difference.`);
    seen.add(key.toLowerCase());
    const text = Buffer.from(`${key}=${value}`);
    if (text.length > MAX_PAIR_BYTES) {
      throw new TypeError(`${show(key)} and its value take ${text.length} bytes; a TXT text holds ${MAX_PAIR_BYTES}.`);
    }
    texts.push(text);
  };
  if (id !== undefined) write("id", id);
  if (host !== undefined) write("host", host);
  for (const [key, value] of Object.entries(metadata)) {
    if (!KEY.test(key)) throw new TypeError(`the metadata key ${show(key)} is not printable ASCII without "=".`);
    if (isReserved(key)) throw new TypeError(`the metadata key ${show(key)} is taken; use another name.`);
    write(key, value);
  }
  const total = texts.reduce((sum, text) => sum + text.length + 1, 0);
  if (total > MAX_BYTES) throw new TypeError(`id and metadata take ${total} bytes; a TXT record holds ${MAX_BYTES}.`);
  // A record without any text is not allowed; an empty text says the same (RFC 6763 section 6.1).
  return texts.length === 0 ? [Buffer.alloc(0)] : texts;
}

/**
 * Reads anybody's TXT record (RFC 6763 section 6.4): of a key given twice, in whatever case, the first counts; one
 * without "=" has the value ""; one without a name is ignored.
 */
export function readTxt(texts: Iterable<Buffer>): TxtContent {
  const pairs = new Map<string, readonly [key: string, value: string]>();
  for (const text of texts) {
    const whole = text.toString("utf8");
    const separator = whole.indexOf("=");
    const key = separator < 0 ? whole : whole.slice(0, separator);
    if (key === "" || pairs.has(key.toLowerCase())) continue;
    pairs.set(key.toLowerCase(), [key, separator < 0 ? "" : whole.slice(separator + 1)]);
  }
  const id = pairs.get("id")?.[1];
  const host = pairs.get("host")?.[1];
  return {
    ...(id ? { id } : {}),
    ...(host !== undefined && isHost(host) ? { host } : {}),
    metadata: Object.fromEntries([...pairs.values()].filter(([key]) => !isReserved(key))),
  };
}

function isReserved(key: string): boolean {
  return ["id", "host"].includes(key.toLowerCase());
}

function show(key: string): string {
  return JSON.stringify(key);
}
