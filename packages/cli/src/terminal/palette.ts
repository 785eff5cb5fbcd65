import { styleText } from "node:util";
import type { Output } from "./terminal.js";

export type Style = Parameters<typeof styleText>[0];

/** Puts a style on a text, or leaves it as it is. */
export type Palette = (style: Style, text: string) => string;

export const plainPalette: Palette = (_style, text) => text;

// Whether to colour is decided below, for the output that is written to and not for the process's own.
const colourfulPalette: Palette = (style, text) => styleText(style, text, { validateStream: false });

/**
 * Colours for a terminal, none for a file or a pipe. `NO_COLOR` (no-color.org) takes them away, `FORCE_COLOR` brings
 * them back, also where `NO_COLOR` is set; an empty value counts as not set.
 */
export function paletteFor(output: Output, env: Readonly<Record<string, string | undefined>>): Palette {
  const { FORCE_COLOR, NO_COLOR, TERM } = env;
  if (FORCE_COLOR) return FORCE_COLOR === "0" ? plainPalette : colourfulPalette;
  return output.isTTY && !NO_COLOR && TERM !== "dumb" ? colourfulPalette : plainPalette;
}
