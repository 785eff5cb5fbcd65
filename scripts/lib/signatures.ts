/** What `npm audit signatures --json` came to. */
export type SignatureVerdict =
  | { readonly kind: "verified" }
  | { readonly kind: "refused"; readonly why: string }
  /** The keys cannot be had, or this registry signs nothing: nothing is known. */
  | { readonly kind: "unknown"; readonly why: string };

/** What npm says when it cannot reach what it asks, by its codes and those of Node.js. */
const UNREACHABLE =
  /^(E?NOTFOUND|ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|E404|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET\w+|TUF_\w+)$/;

/** Reads what npm wrote and how it ended. */
export function signatureVerdict(code: number | null, output: string): SignatureVerdict {
  const report = parse(output);
  const error = report?.error;
  if (error !== undefined) {
    const why = `${error.code ?? "no code"}: ${error.summary ?? "no reason"}`;
    const isUnknown =
      UNREACHABLE.test(error.code ?? "") || /no dependencies to audit|verified/i.test(error.summary ?? "");
    return isUnknown ? { kind: "unknown", why } : { kind: "refused", why };
  }
  const names = (list: readonly { name: string; version: string }[] = []) =>
    list.map(({ name, version }) => `${name}@${version}`).join(", ");
  if ((report?.invalid?.length ?? 0) > 0) {
    return { kind: "refused", why: `the signatures of ${names(report?.invalid)} are not valid` };
  }
  if ((report?.missing?.length ?? 0) > 0) {
    return { kind: "unknown", why: `this registry gives no signatures for ${names(report?.missing)}` };
  }
  return code === 0
    ? { kind: "verified" }
    : { kind: "refused", why: `npm ended with ${code}: ${output.slice(0, 500)}` };
}

interface Report {
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly invalid?: readonly { name: string; version: string }[];
  readonly missing?: readonly { name: string; version: string }[];
}

function parse(output: string): Report | undefined {
  try {
    return JSON.parse(output) as Report;
  } catch {
    return undefined;
  }
}
