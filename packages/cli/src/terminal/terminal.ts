/** Somewhere to write text. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** What a command sees of the world it was called from. */
export interface Terminal {
  /** For what was asked for. */
  readonly stdout: Output;
  /** For what went wrong. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}
