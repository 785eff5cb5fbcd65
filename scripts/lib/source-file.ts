import { parseSync } from "vite";

/** Something found in a source file, and the line it is on (from 1). */
export interface Found {
  /** The specifier of an import, or the way a global was spelt (`Date.now`). */
  readonly what: string;
  readonly line: number;
}

/** `x as T`, `x!` and the like run `x`; every other parent whose type starts with TS is a type. */
const EXPRESSIONS_WITH_A_TYPE: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
]);

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** A parsed TypeScript file. Comments and strings are not code, so they are never found. */
export class SourceFile {
  readonly #text: string;
  readonly #program: SyntaxNode;

  /** @throws Error with the place, when the text is not TypeScript */
  constructor(path: string, text: string) {
    const { program, errors } = parseSync(path, text);
    if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
    this.#text = text;
    this.#program = program as unknown as SyntaxNode;
  }

  /** Every module that is named: imports, re-exports, `import()`, `import("…")` in types, `import … = require`. */
  imports(): Found[] {
    const found: Found[] = [];
    this.#walk((node) => {
      const literal = moduleNamed(node);
      if (literal !== undefined) found.push({ what: String(literal.value), line: this.#line(literal) });
    });
    return found;
  }

  /**
   * Every use of one of these globals: `setTimeout`, or a member such as `Date.now`. `new Date` stands for the current
   * time alone, that is without arguments. Types are not uses: `typeof setTimeout` in a type runs nothing.
   */
  globals(names: ReadonlySet<string>): Found[] {
    const found: Found[] = [];
    this.#walk((node, parent, key) => {
      const what = globalUsed(node, parent, key);
      if (what !== undefined && names.has(what)) found.push({ what, line: this.#line(node) });
    });
    return found;
  }

  #line(node: SyntaxNode): number {
    return this.#text.slice(0, node.start).split("\n").length;
  }

  #walk(visit: (node: SyntaxNode, parent: SyntaxNode | undefined, key: string) => void): void {
    const enter = (node: SyntaxNode, parent: SyntaxNode | undefined, key: string): void => {
      visit(node, parent, key);
      for (const [childKey, child] of Object.entries(node)) {
        for (const item of Array.isArray(child) ? child : [child]) if (isNode(item)) enter(item, node, childKey);
      }
    };
    enter(this.#program, undefined, "");
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}

function moduleNamed(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return literal(node.source);
    case "TSExternalModuleReference":
      return literal(node.expression);
    default:
      return undefined;
  }
}

function literal(value: unknown): SyntaxNode | undefined {
  return isNode(value) && value.type === "Literal" && typeof value.value === "string" ? value : undefined;
}

function globalUsed(node: SyntaxNode, parent: SyntaxNode | undefined, key: string): string | undefined {
  if (node.type === "NewExpression") {
    const nothingPassed = (node.arguments as unknown[]).length === 0;
    return nothingPassed ? `new ${identifier(node.callee)}` : undefined;
  }
  if (node.type === "MemberExpression" && node.computed === false) {
    const [object, property] = [identifier(node.object), identifier(node.property)];
    return object === "globalThis" ? property : `${object}.${property}`;
  }
  if (node.type !== "Identifier" || parent === undefined) return undefined;
  const isName = (key === "property" || key === "key") && parent.computed === false;
  const isType = parent.type.startsWith("TS") && !EXPRESSIONS_WITH_A_TYPE.has(parent.type);
  return isName || isType || parent.type.startsWith("Import") ? undefined : identifier(node);
}

function identifier(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? (node.name as string) : undefined;
}
