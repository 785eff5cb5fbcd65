import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY, readJson } from "../../scripts/lib/workspace.ts";
import { install, run } from "./npm.ts";
import type { PackedPackage } from "./packed-packages.ts";

/**
 * A project of somebody else's: outside of this repository, with nothing installed but the packages it was given,
 * what they depend on, and the types of Node.js.
 */
export class Consumer implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "rollcall-consumer-"));

  static async installing(packages: readonly PackedPackage[]): Promise<Consumer> {
    const consumer = new Consumer();
    const tarballs = packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`] as const);
    const { version } = readJson<{ version: string }>(join(REPOSITORY, "node_modules/@types/node/package.json"));
    consumer.write("package.json", {
      private: true,
      type: "module",
      dependencies: Object.fromEntries(tarballs),
      devDependencies: { "@types/node": version },
    });
    consumer.write("tsconfig.json", {
      // What a careful user has, and no more: neither the DOM, nor libraries newer than the oldest Node.js supported.
      compilerOptions: {
        module: "nodenext",
        target: "es2023",
        types: ["node"],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
      },
    });
    await install(consumer.folder);
    return consumer;
  }

  write(path: string, content: string | object): void {
    writeFileSync(join(this.folder, path), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }

  /** @throws Error with the compiler's messages */
  async typeCheck(): Promise<void> {
    await run(this.folder, join(REPOSITORY, "node_modules/.bin/tsc"), ["-p", ".", "--pretty", "false"]);
  }

  /** Runs Node.js here and gives what it printed to standard output. */
  async run(node: string, ...args: string[]): Promise<string> {
    return (await run(this.folder, node, args)).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
