const MAX_SHOWN = 60;

/** A value that cannot be used, as it is shown in an error: short, on one line, and told apart from what it looks like. */
export function inWords(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  const text = typeof value === "object" || typeof value === "string" ? jsonOf(value) : String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
