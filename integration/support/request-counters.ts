/** Reads what one connection sends, chunk by chunk, and says how many requests each chunk completed. */
export type RequestCounter = (chunk: Buffer) => number;

const FRAME_HEADER_LENGTH = 9;
const DATA_FRAME = 0;
const PREFACE_LENGTH = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length;

/** HTTP/2 as gRPC speaks it (RFC 9113 section 4.1): a message is a data frame that is not empty. */
export function http2Requests(): RequestCounter {
  let rest: Buffer = Buffer.alloc(0);
  let isPrefaceRead = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (!isPrefaceRead) {
      if (rest.length < PREFACE_LENGTH) return 0;
      rest = rest.subarray(PREFACE_LENGTH);
      isPrefaceRead = true;
    }
    let requests = 0;
    while (rest.length >= FRAME_HEADER_LENGTH) {
      const length = rest.readUIntBE(0, 3);
      if (rest.length < FRAME_HEADER_LENGTH + length) break;
      if (rest[3] === DATA_FRAME && length > 0) requests++;
      rest = rest.subarray(FRAME_HEADER_LENGTH + length);
    }
    return requests;
  };
}

/** Lines that begin as requests do; of HTTP/1, of NATS. */
function linesLike(pattern: RegExp): () => RequestCounter {
  return () => {
    let rest = "";
    return (chunk) => {
      const lines = (rest + chunk.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      return lines.filter((line) => pattern.test(line)).length;
    };
  };
}

export const http1Requests = linesLike(/^[A-Z]+ \S+ HTTP\/1\.[01]\r?$/);

/** Without the PING and PONG that keep the connection. */
export const natsRequests = linesLike(/^(CONNECT|SUB|UNSUB|PUB|HPUB) /i);
