const MAX_SHOWN = 60;

/**
 * A value that cannot be used, as it is shown in an error: short, and told apart from what it looks like. Of objects and
 * lists nothing is shown but names and numbers: what is given in the wrong place may be somebody's password.
 */
export function inWords(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const isObject = typeof value === "object" && value !== null;
  const text = isObject ? `an object with ${Object.keys(value).join(", ") || "nothing"}` : plain(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function plain(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
