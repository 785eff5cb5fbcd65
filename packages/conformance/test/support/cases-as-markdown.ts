import { CAPABILITIES, CONFORMANCE_GROUPS } from "../../src/index.js";

/** The README's list of cases. */
export function casesAsMarkdown(): string {
  return CONFORMANCE_GROUPS.map(({ name, cases }) => {
    const lines = cases.map((one) => `- ${one.name}${one.needs.map((need) => ` \`${need}\``).join("")}`);
    return `**${name}**\n\n${lines.join("\n")}\n`;
  }).join("\n");
}

/** The README's table of capabilities. */
export function capabilitiesAsMarkdown(): string {
  const rows = Object.entries(CAPABILITIES).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return `| capability | means that |\n|---|---|\n${rows.join("\n")}\n`;
}
