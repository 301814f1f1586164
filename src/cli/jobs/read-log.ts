import { AwsError } from "../../aws/errors.ts";
import type { LogsApi } from "../../aws/logs.ts";
import type { LogStream } from "./log-streams.ts";

/** One line of a log. */
export interface LogLine {
  /** Wall time (ms) at which it was printed. */
  readonly at: number;
  readonly text: string;
  readonly container: string | undefined;
}

/** Maximum of events that AWS gives in one answer. */
const pageMax = 10_000;

/** Reads one stream from its head on, and later what came since. */
export class LogReader {
  readonly #logs: LogsApi;
  readonly #stream: LogStream;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  constructor(logs: LogsApi, stream: LogStream, signal: AbortSignal) {
    this.#logs = logs;
    this.#stream = stream;
    this.#signal = signal;
  }

  /** The lines that were not read yet. A stream that AWS does not show yet has none. @throws AwsError */
  async next(): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    for (;;) {
      const { group: logGroupName, stream: logStreamName } = this.#stream;
      const page = await readPage(
        this.#logs,
        { logGroupName, logStreamName, startFromHead: true, nextToken: this.#token },
        this.#signal,
      );
      lines.push(...linesOf(page?.events, this.#stream));
      // A page may be empty before the end; there the token stays.
      if (page?.nextForwardToken === undefined || page.nextForwardToken === this.#token) return lines;
      this.#token = page.nextForwardToken;
    }
  }

  /**
   * The last lines, at most `count`; `next` goes on after them.
   * @param mostCharacters no older line is read once the lines have more than so many
   * @throws AwsError
   */
  async last(count: number, mostCharacters = Number.POSITIVE_INFINITY): Promise<readonly LogLine[]> {
    let lines: readonly LogLine[] = [];
    let back: string | undefined;
    for (;;) {
      const { group: logGroupName, stream: logStreamName } = this.#stream;
      const limit = Math.min(pageMax, count - lines.length);
      const page = await readPage(this.#logs, { logGroupName, logStreamName, limit, nextToken: back }, this.#signal);
      this.#token ??= page?.nextForwardToken;
      lines = [...linesOf(page?.events, this.#stream), ...lines];
      const isStart = page?.nextBackwardToken === undefined || page.nextBackwardToken === back;
      const characters = lines.reduce((sum, { text }) => sum + text.length, 0);
      if (isStart || lines.length >= count || characters > mostCharacters) return lines;
      back = page.nextBackwardToken;
    }
  }
}

async function readPage(logs: LogsApi, input: Parameters<LogsApi["getLogEvents"]>[0], signal: AbortSignal) {
  try {
    return await logs.getLogEvents(input, { signal });
  } catch (error) {
    // AWS makes group and stream with the first line.
    if (error instanceof AwsError && error.kind === "notFound") return undefined;
    throw error;
  }
}

function linesOf(
  events: readonly { readonly timestamp?: number | undefined; readonly message?: string | undefined }[] = [],
  { container }: LogStream,
): LogLine[] {
  return events.map(({ timestamp = 0, message = "" }) => ({ at: timestamp, text: message, container }));
}
