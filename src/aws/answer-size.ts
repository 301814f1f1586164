import { pipeline, Readable, Transform } from "node:stream";

/**
 * The longest answer that is read. AWS's are far shorter: a page of 100 job definitions has at most 6 MB. The SDK needs up
 * to forty times as much memory for XML, and parses it in one go.
 */
export const longestAnswerBytes = 8 * 1024 * 1024;

/** An answer of AWS that is too long. */
export class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong";
  /** The SDK adds words of its own to errors without it. */
  readonly $metadata = {};

  constructor() {
    super(
      `the endpoint's answer is longer than ${longestAnswerBytes / 1024 / 1024} MiB, and was not read: check that AWS_ENDPOINT_URL and the proxy lead to AWS`,
    );
  }
}

/** The same body, which ends with AnswerTooLong once it is too long; the connection is closed then. */
export function boundedBody(body: unknown): unknown {
  if (!(body instanceof Readable)) return body;
  let leftBytes = longestAnswerBytes;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      leftBytes -= chunk.length;
      if (leftBytes < 0) done(new AnswerTooLong());
      else done(null, chunk);
    },
  });
  // The reader of the body gets the error.
  pipeline(body, bounded, () => undefined);
  return bounded;
}
