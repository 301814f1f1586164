import { CommandError } from "../operator/io.ts";

/** What is rendered may have several objects of the largest size; a command that never ends has no end. */
const inputMiBMax = 64;

/**
 * The whole of a stream as text.
 * @throws CommandError when it is too long
 */
export async function wholeInput(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > inputMiBMax * 1024 * 1024) {
      throw new CommandError(`standard input has more than ${inputMiBMax} MiB: give fewer manifests at a time`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
