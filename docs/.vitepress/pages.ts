import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A link for every page of a folder but its index, in the order of the file names, called as the page's title. */
export function pagesIn(folder: string): { text: string; link: string }[] {
  const path = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  return readdirSync(path)
    .filter((file) => file.endsWith(".md") && file !== "index.md")
    .sort()
    .map((file) => ({ text: titleOf(`${path}/${file}`), link: `/${folder}/${file.slice(0, -".md".length)}` }));
}

function titleOf(path: string): string {
  const title = /^# (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
  if (title === undefined) throw new Error(`${path} has no title: begin it with a line "# …".`);
  return title.replaceAll("`", "");
}
