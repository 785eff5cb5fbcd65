import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix } from "node:path";
import {
  ADAPTER_CLIENTS,
  ADAPTER_RULE,
  BUNDLED,
  DEPENDENCY_RULES,
  type DependencyRule,
  listed,
  NONDETERMINISTIC_GLOBALS,
  NONDETERMINISTIC_MODULES,
} from "./dependency-rules.ts";
import { type Found, SourceFile } from "./source-file.ts";
import { readJson, SCOPE, type WorkspacePackage, workspacePackages } from "./workspace.ts";

/** One thing that is wrong: `packages/join/src/a.ts:3: …`, and what to do about it. */
export type Problem = string;

/**
 * Holds every published package of a workspace against {@link DEPENDENCY_RULES}: what its sources import and touch,
 * what its package.json declares, and what its tsconfig.json refers to. The three must tell the same story.
 */
export function checkDependencies(root: string): Problem[] {
  const packages = workspacePackages(root);
  const folders = packages.map(({ folder }) => folder);
  return [
    ...packages.flatMap((pkg) => checkPackage(root, pkg)),
    ...checkReferences(root, ".", "tsconfig.json", [...folders, "tsconfig.tests.json"]),
    ...checkReferences(root, ".", "tsconfig.tests.json", folders),
  ];
}

function checkPackage(root: string, pkg: WorkspacePackage): Problem[] {
  const rule = ruleFor(pkg);
  if (rule === undefined)
    return [`${pkg.folder}: has no line in scripts/lib/dependency-rules.ts; say what it may import.`];

  const problems: Problem[] = [];
  const imported = new Set<string>();
  for (const path of sourcesBelow(join(root, pkg.folder, "src"))) {
    const file = `${pkg.folder}/src/${path}`;
    const source = new SourceFile(file, readFileSync(join(root, file), "utf8"));
    const say = ({ line }: Found, problem: string) => problems.push(`${file}:${line}: ${problem}`);
    for (const found of source.imports()) {
      const problem = importProblem(pkg, rule, path, found.what);
      if (problem !== undefined) say(found, problem);
      if (!found.what.startsWith(".") && !isBuiltin(found.what)) imported.add(packageOf(found.what));
    }
    if (listed(path, rule.nondeterminism ?? [])) continue;
    for (const found of source.globals(NONDETERMINISTIC_GLOBALS)) {
      say(found, `${found.what} is out of bounds here: take a Clock or a Random of @rollcall/core by injection.`);
    }
  }
  return [...problems, ...manifestProblems(pkg, imported), ...checkPackageReferences(root, pkg, imported)];
}

function ruleFor(pkg: WorkspacePackage): DependencyRule | undefined {
  if (!pkg.isAdapter) return DEPENDENCY_RULES[pkg.shortName];
  const clients = ADAPTER_CLIENTS[pkg.shortName];
  if (clients === undefined) return undefined;
  return { ...ADAPTER_RULE, external: Object.fromEntries(clients.map((client) => [client, ["*"]])) };
}

function importProblem(pkg: WorkspacePackage, rule: DependencyRule, path: string, what: string): Problem | undefined {
  if (what.startsWith(".")) {
    const inside = !posix.join(posix.dirname(path), what).startsWith("..");
    return inside ? undefined : `${what} reaches out of src: import the package it belongs to by its name.`;
  }
  if (isBuiltin(what)) {
    const clock = NONDETERMINISTIC_MODULES.has(what) && !listed(path, rule.nondeterminism ?? []);
    const allowed = listed(path, rule.builtins ?? []) && !clock;
    return allowed ? undefined : `${what} is out of bounds here: no I/O and no clock where decisions are made.`;
  }
  const name = packageOf(what);
  if (name.startsWith(SCOPE)) {
    const allowed = rule.packages.includes(name.slice(SCOPE.length));
    return allowed ? undefined : `${pkg.manifest.name} may not import ${name} (${orNothing(rule.packages)}).`;
  }
  const places = rule.external?.[name];
  if (places === undefined) return `${pkg.manifest.name} may not import ${name} (${orNothing(keys(rule.external))}).`;
  return listed(path, places) ? undefined : `${name} may be imported in ${places.join(", ")} only.`;
}

function manifestProblems(pkg: WorkspacePackage, imported: ReadonlySet<string>): Problem[] {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = pkg.manifest;
  const bundled = keys(devDependencies).filter((name) => BUNDLED.has(name));
  const ordinary = new Set([...keys(dependencies), ...keys(optionalDependencies)]);
  const declared = new Set([...ordinary, ...keys(peerDependencies), ...bundled]);
  const file = `${pkg.folder}/package.json`;
  const problems = [
    ...[...imported].filter((name) => !declared.has(name)).map((name) => `${file}: src imports ${name}; declare it.`),
    ...[...declared]
      .filter((name) => !imported.has(name))
      .map((name) => `${file}: no source imports ${name}; drop it.`),
  ];
  for (const name of ordinary) {
    if (BUNDLED.has(name)) problems.push(`${file}: ${name} is written into dist; make it a development dependency.`);
  }
  const core = `${SCOPE}core`;
  if (pkg.isAdapter && ordinary.has(core)) problems.push(`${file}: ${core} is a peer dependency of adapters.`);
  return problems;
}

function checkPackageReferences(root: string, pkg: WorkspacePackage, imported: ReadonlySet<string>): Problem[] {
  const expected = workspacePackages(root)
    .filter(({ manifest }) => imported.has(manifest.name))
    .map(({ folder }) => folder);
  return checkReferences(root, pkg.folder, "tsconfig.json", expected);
}

function checkReferences(root: string, folder: string, name: string, expected: readonly string[]): Problem[] {
  const file = posix.join(folder, name);
  const { references = [] } = readJson<{ references?: { path: string }[] }>(join(root, file));
  const actual = references.map(({ path }) => posix.join(dirname(file), path));
  return [
    ...expected.filter((path) => !actual.includes(path)).map((path) => `${file}: add a reference to ${path}.`),
    ...actual.filter((path) => !expected.includes(path)).map((path) => `${file}: drop the reference to ${path}.`),
  ];
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

/** `@scope/name` or `name`, without a path into the package. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function keys(record: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.keys(record ?? {});
}

function orNothing(names: readonly string[]): string {
  return names.length === 0 ? "it may import none" : `it may import ${names.join(", ")}`;
}
