import { AwsError } from "../../aws/errors.ts";
import { everyPage } from "../../aws/listing.ts";
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
const operation = "logs:GetLogEvents";

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

  /**
   * The lines that were not read yet. A stream that AWS does not show yet has none. After an error the same lines are read again.
   * @throws AwsError, also when AWS gives page after page and no end
   */
  async next(): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    let token = this.#token;
    const pages = everyPage(
      operation,
      () => this.#page({ startFromHead: true, nextToken: token }),
      (page) => {
        // A page may be empty before the end; there the token stays.
        const next = page?.nextForwardToken === token ? undefined : page?.nextForwardToken;
        token = next ?? token;
        return next;
      },
      { streams: true },
    );
    for await (const page of pages) lines.push(...linesOf(page?.events, this.#stream));
    this.#token = token;
    return lines;
  }

  /**
   * The last lines, at most `count`; `next` goes on after them.
   * @param mostCharacters no older line is read once the lines have more than so many
   * @throws AwsError, also when AWS gives page after page and no beginning
   */
  async last(count: number, mostCharacters = Number.POSITIVE_INFINITY): Promise<readonly LogLine[]> {
    let lines: readonly LogLine[] = [];
    let characters = 0;
    let back: string | undefined;
    const pages = everyPage(
      operation,
      () => this.#page({ limit: Math.min(pageMax, count - lines.length), nextToken: back }),
      (page) => {
        const isStart = page?.nextBackwardToken === back || lines.length >= count || characters > mostCharacters;
        back = page?.nextBackwardToken;
        return isStart ? undefined : back;
      },
      { streams: true },
    );
    for await (const page of pages) {
      this.#token ??= page?.nextForwardToken;
      const older = linesOf(page?.events, this.#stream);
      lines = [...older, ...lines];
      characters += older.reduce((sum, { text }) => sum + text.length, 0);
    }
    return lines;
  }

  async #page(input: Omit<Parameters<LogsApi["getLogEvents"]>[0], "logGroupName" | "logStreamName">) {
    const { group: logGroupName, stream: logStreamName } = this.#stream;
    try {
      return await this.#logs.getLogEvents({ logGroupName, logStreamName, ...input }, { signal: this.#signal });
    } catch (error) {
      // AWS makes group and stream with the first line.
      if (error instanceof AwsError && error.kind === "notFound") return undefined;
      throw error;
    }
  }
}

function linesOf(
  events: readonly { readonly timestamp?: number | undefined; readonly message?: string | undefined }[] = [],
  { container }: LogStream,
): LogLine[] {
  return events.map(({ timestamp = 0, message = "" }) => ({ at: timestamp, text: message, container }));
}
