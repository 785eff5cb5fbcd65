import { createHash } from "node:crypto";

/** Where the types of the services on a network are listed (RFC 6763 section 9). */
export const SERVICE_TYPES = "_services._dns-sd._udp.local";

const MAX_LABEL_BYTES = 63;
const MAX_NAME_BYTES = 253;
/** RFC 6335 section 5.1, which RFC 6763 section 7 refers to. */
const SERVICE_NAME = /^(?=.*[a-z])(?!.*--)[a-z\d](?:[a-z\d-]{0,13}[a-z\d])?$/i;

/** Whether a text can be the name of a service: 1–15 letters, digits and hyphens, at least one letter. */
export function isServiceName(text: unknown): text is string {
  return typeof text === "string" && SERVICE_NAME.test(text);
}

/** `_orders._tcp.local` */
export function serviceType(service: string): string {
  return `_${service}._tcp.local`;
}

/** One spelling per name: ASCII letters do not differ by case, others do (RFC 6762 section 16). */
export function nameKey(name: string): string {
  return name.replace(/\.$/, "").replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function sameName(one: string, other: string): boolean {
  return one === other || nameKey(one) === nameKey(other);
}

/**
 * The first label of a service instance's name, or undefined for a name that is not an instance of the type.
 * It may contain dots: the codec joins labels with dots without escaping those inside, but as the rest of the name is
 * known nothing is lost.
 */
export function instanceLabel(name: string, type: string): string | undefined {
  const suffix = `.${nameKey(type)}`;
  const key = nameKey(name);
  return key.endsWith(suffix) && key.length > suffix.length ? name.slice(0, key.length - suffix.length) : undefined;
}

/**
 * Whether the codec can write this instance's name. It cannot write a label with a dot inside: what it writes is
 * another name, so that nobody would answer.
 */
export function isWritableInstance(name: string, type: string): boolean {
  return isWritableHost(name) && instanceLabel(name, type)?.includes(".") === false;
}

/** Whether a name has the form that it needs on the wire. The root, which as a target means "nowhere", has not. */
export function isWritableHost(name: string): boolean {
  const isLabel = (label: string) => label !== "" && Buffer.byteLength(label) <= MAX_LABEL_BYTES;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES && name.split(".").every(isLabel);
}

/**
 * Makes any text a label: dots, which the codec cannot write, become hyphens; control characters (RFC 6763 section
 * 4.1.1) vanish; what is longer than 63 bytes is cut. After `attempt` conflicts a number is added, as in "name (2)".
 */
export function toLabel(text: string, attempt = 1): string {
  const suffix = attempt === 1 ? "" : ` (${attempt})`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  const clean = text.replace(/[\u0000-\u001f\u007f]/g, "").replace(/\./g, "-");
  return cut(clean === "" ? "node" : clean, MAX_LABEL_BYTES - suffix.length) + suffix;
}

/** A host name for one instance: nobody else's, because the machine's own name belongs to its system responder. */
export function hostNameFor(instanceName: string): string {
  return `rollcall-${createHash("sha256").update(nameKey(instanceName)).digest("hex").slice(0, 16)}.local`;
}

/** The longest beginning of at most that many bytes that does not split a character. */
function cut(text: string, bytes: number): string {
  let length = 0;
  let result = "";
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    result += character;
  }
  return result;
}
