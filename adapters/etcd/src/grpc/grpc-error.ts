/** The status codes of gRPC that etcd gives, as in https://grpc.github.io/grpc/core/md_doc_statuscodes.html. */
export const STATUS = Object.freeze({
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  OUT_OF_RANGE: 11,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
});

/** A call that failed: because the server said so, or because no answer came. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.status = status;
  }
}

/** What a server's last headers say; undefined when all went well. */
export function statusError(headers: Readonly<Record<string, unknown>>): GrpcError | undefined {
  const status = Number(headers["grpc-status"] ?? Number.NaN);
  if (status === 0) return undefined;
  const message = headers["grpc-message"];
  if (Number.isNaN(status)) return new GrpcError(STATUS.UNAVAILABLE, "the answer ended without a status");
  return new GrpcError(status, typeof message === "string" && message !== "" ? unescaped(message) : `status ${status}`);
}

/** Messages are percent-encoded; one that is not well-formed is better than none. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
