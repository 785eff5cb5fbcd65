// Runs before a package is packed, in its folder: npm packs one that was not built without a word, and without its code.
// On any Node.js, as npm runs it with the one that is there.
const { existsSync, readFileSync } = require("node:fs");

const { name, exports: entries = {}, bin = {} } = JSON.parse(readFileSync("package.json", "utf8"));
const pathsOf = (entry) => (typeof entry === "string" ? entry : Object.values(entry));
const files = [...Object.values(entries), bin].flatMap(pathsOf);
const missing = files.filter((file) => !existsSync(file));

if (missing.length > 0) {
  console.error(`${name} is not built. Missing: ${missing.join(", ")}. Run npm run build at the root first.`);
  process.exit(1);
}
