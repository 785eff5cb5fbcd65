// Runs on any Node.js, however old, so that a too old one is told so in a sentence and not in a stack trace.
// The scripts beside this file are TypeScript that Node runs by stripping the types, unflagged since 22.18.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  const bundled = process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64");
  console.error(`
Working on Rollcall takes Node.js 22.18 or newer; this is ${process.version} (${process.execPath}).
${
  bundled
    ? "`npm ci` installs Node.js 24 into node_modules/.bin, where npm scripts find it first. It is not there: either\n" +
      "`npm ci` has not run yet, or optional dependencies were left out (run `npm ci --include=optional`)."
    : `For ${process.platform} on ${process.arch} npm brings none along: install Node.js 24 and run this again.`
}
`);
  process.exit(1);
}
