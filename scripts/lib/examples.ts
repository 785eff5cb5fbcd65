/** A block of TypeScript in a Markdown file. */
export interface Example {
  readonly code: string;
  /** The line of the file on which the code begins, from 1. */
  readonly line: number;
  /** Declarations that the page does not show but the code needs, from a comment before the block; or nothing. */
  readonly context: string;
}

const FENCE = /^( *)(`{3,})\s*([\w-]*)(.*)$/;
const CONTEXT = /<!-- context:?\s*\n([\s\S]*?)-->\s*$/;

/**
 * Finds the blocks of a Markdown text that are to compile: those fenced as `ts` or `typescript`, but for the ones
 * marked as a fragment, as in "```ts fragment". A comment `<!-- context … -->` right before a block holds what the
 * reader does not need to see, such as `declare const system: ClusterSystem;`.
 */
export function examplesIn(markdown: string): Example[] {
  const lines = markdown.split("\n");
  const examples: Example[] = [];
  let proseFrom = 0;
  for (let index = 0; index < lines.length; index++) {
    const [, indent = "", ticks, language = "", info = ""] = FENCE.exec(lines[index] ?? "") ?? [];
    if (ticks === undefined) continue;
    const end = closing(lines, index + 1, ticks);
    if ((language === "ts" || language === "typescript") && !/\bfragment\b/.test(info)) {
      const code = lines
        .slice(index + 1, end)
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
      const context = CONTEXT.exec(lines.slice(proseFrom, index).join("\n"))?.[1] ?? "";
      examples.push({ code: code.join("\n"), line: index + 2, context });
    }
    index = end;
    proseFrom = end + 1;
  }
  return examples;
}

/** The index of the line that closes a block: as many backticks or more, and nothing else (CommonMark, section 4.5). */
function closing(lines: readonly string[], from: number, ticks: string): number {
  const index = lines.findIndex((line, i) => i >= from && new RegExp(`^ *\`{${ticks.length},}\\s*$`).test(line));
  return index === -1 ? lines.length : index;
}
