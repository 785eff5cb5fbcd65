import { readFile } from "node:fs/promises";
import { DiscoveryError } from "@rollcall/core";

/**
 * @param what it is for; the subject of "… cannot be read"
 * @throws DiscoveryError `MISCONFIGURED`, which can be tried again: files are replaced while we look at them
 */
export async function readCredential(name: string, what: string, file: string, advice: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const message = `${name}: ${what} cannot be read: ${(cause as Error).message}; ${advice}.`;
    throw new DiscoveryError("MISCONFIGURED", message, { adapter: name, retryable: true, cause });
  }
}
