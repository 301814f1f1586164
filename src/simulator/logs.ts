import type { GetLogEventsRequest, GetLogEventsResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { CallOptions } from "../aws/api.ts";
import type { LogsApi } from "../aws/logs.ts";
import type { ContainerLog } from "./job-course.ts";
import { Refusal } from "./refusals.ts";
import type { Run } from "./wire.ts";
import type { World } from "./world.ts";

/** A log stream, as plain JSON. */
export interface StoredStream {
  readonly group: string;
  readonly name: string;
  readonly events: readonly { readonly at: number; readonly text: string }[];
}

/** Bounds of one answer, as AWS documents them for GetLogEvents. */
const mostEvents = 10_000;
const mostBytes = 1_048_576;
/** What each event counts in addition to its text. */
const eventBytes = 26;

/** CloudWatch Logs, as far as jobs write to it. Streams outlive their jobs. */
export class Logs {
  readonly #world: World;
  readonly #streams = new Map<string, StoredStream>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A container starts. @param startedAt wall time (ms) from which its lines have their times */
  open({ group, stream: name, lines }: ContainerLog, startedAt: number): void {
    const events = lines.map(({ afterMs, text }) => ({ at: startedAt + Math.round(afterMs), text }));
    this.#streams.set(keyOf(group, name), { group, name, events });
    if (this.#streams.size <= this.#world.knobs.keptRecords) return;
    const [oldest] = this.#streams.keys();
    if (oldest !== undefined) this.#streams.delete(oldest);
  }

  /** The container of a stream ends: it prints nothing that it would have printed later. */
  close(group: string, name: string): void {
    const key = keyOf(group, name);
    const stream = this.#streams.get(key);
    if (stream === undefined) return;
    const now = this.#world.clock.now();
    this.#streams.set(key, { ...stream, events: stream.events.filter(({ at }) => at <= now) });
  }

  all(): StoredStream[] {
    return [...this.#streams.values()];
  }

  restore(streams: readonly StoredStream[]): void {
    for (const stream of streams) this.#streams.set(keyOf(stream.group, stream.name), stream);
  }

  /** @throws Refusal */
  read(input: GetLogEventsRequest): GetLogEventsResponse {
    const events = this.#seenOf(input);
    const { nextToken, limit = mostEvents, startFromHead = false } = input;
    if (limit < 1 || limit > mostEvents) {
      throw parameter(`1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint`); // our words
    }
    const token = nextToken === undefined ? undefined : tokenIn(nextToken);
    const isForward = token?.kind === "f" || (token === undefined && startFromHead);
    const from = token?.position ?? (isForward ? 0 : events.length);
    const page = isForward
      ? events.slice(from, from + room(events.slice(from), limit))
      : events.slice(from - room(events.slice(0, from).toReversed(), limit), from);
    const begin = isForward ? from : from - page.length;
    const ingestedMs = this.#world.knobs.logDelayMs;
    return {
      events: page.map(({ at, text }) => ({ timestamp: at, message: text, ingestionTime: at + ingestedMs })),
      nextForwardToken: tokenFor("f", begin + page.length),
      nextBackwardToken: tokenFor("b", begin),
    };
  }

  /** The events that CloudWatch shows now. */
  #seenOf(input: GetLogEventsRequest): StoredStream["events"] {
    const group = input.logGroupName ?? input.logGroupIdentifier?.split(":log-group:").at(-1) ?? "";
    const stream = this.#streams.get(keyOf(group, input.logStreamName ?? ""));
    if (stream === undefined) {
      const hasGroup = this.all().some((one) => one.group === group);
      throw new Refusal(
        "ResourceNotFoundException",
        400,
        `The specified log ${hasGroup ? "stream" : "group"} does not exist.`,
      );
    }
    const until = this.#world.clock.now() - this.#world.knobs.logDelayMs;
    const { startTime = 0, endTime = Number.POSITIVE_INFINITY } = input;
    return stream.events.filter(({ at }) => at <= until && at >= startTime && at < endTime);
  }
}

/** How many of these events fit into one answer. */
function room(events: StoredStream["events"], limit: number): number {
  let bytes = 0;
  const first = events.findIndex(({ text }, index) => {
    bytes += Buffer.byteLength(text) + eventBytes;
    return index >= limit || (bytes > mostBytes && index > 0);
  });
  return first === -1 ? events.length : first;
}

function keyOf(group: string, stream: string): string {
  return `${group}\n${stream}`;
}

/** In the form of AWS's tokens: the direction, and digits. */
function tokenFor(kind: "f" | "b", position: number): string {
  return `${kind}/${String(position).padStart(56, "0")}/s`;
}

function tokenIn(token: string): { readonly kind: string; readonly position: number } {
  const [, kind, digits] = /^([fb])\/(\d{56})\/s$/.exec(token) ?? [];
  if (kind === undefined) throw parameter("The specified nextToken is invalid.");
  return { kind, position: Number(digits) };
}

function parameter(text: string): Refusal {
  return new Refusal("InvalidParameterException", 400, text);
}

/** CloudWatch Logs over one transport: with faults and latency, or without. */
export function logsApi(logs: Logs, run: Run): LogsApi {
  return {
    getLogEvents: (input: GetLogEventsRequest, options?: CallOptions) =>
      run("GetLogEvents", input, (given) => logs.read(given), options),
  };
}
