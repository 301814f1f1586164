import type { IncomingMessage } from "node:http";
import { childSignal, DeadlineExceeded, withDeadline } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import { StoreError } from "../runtime/store.ts";
import type { Connection, OutgoingRequest } from "./connection.ts";
import { answerError, connectionError, jsonOf, oneLine, type RequestTarget, subject, wordsOf } from "./errors.ts";

/** Whether this replica may write now: returns the remaining time of its lease, or throws. */
export type MayWrite = () => { readonly deadlineMs: number };

export interface KubeApiOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Called after each request with its HTTP status, or undefined without an answer. */
  readonly onAnswer: ((method: string, status: number | undefined) => void) | undefined;
}

/** Maximum time for one request, and for a watch to start. */
const longestMs = 10_000;

export interface ApiRequest {
  readonly method: OutgoingRequest["method"];
  /** Without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  readonly target: RequestTarget;
  /** Set for every write that requires leadership. */
  readonly mayWrite?: MayWrite | undefined;
  /** A longer answer is not read: `AnswerTooLong`. Default: the longest that an API server has reason to send. */
  readonly maxBytes?: number | undefined;
  /** Called with the length of an answer that was read. */
  readonly onBytes?: (bytes: number) => void;
}

/** Objects have at most 1.5 MiB in etcd. */
const longestAnswer = 16 * 1024 * 1024;

/** The answer has more bytes than the request takes. Its connection is closed, because the rest is not read. */
export class AnswerTooLong extends StoreError {
  constructor(server: string, maxBytes: number) {
    super("Unavailable", `the answer of the API server ${server} has more than ${maxBytes} bytes`);
  }
}

/** Requests to the API server: JSON in and out, a deadline on each, failures as `StoreError`. */
export class KubeApi {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #onAnswer: KubeApiOptions["onAnswer"];

  constructor(options: KubeApiOptions) {
    this.#connection = options.connection;
    this.#clock = options.clock;
    this.#onAnswer = options.onAnswer;
  }

  get server(): string {
    return this.#connection.server;
  }

  /**
   * The parsed answer.
   * @throws StoreError, the signal's reason
   */
  async request(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const limitMs = Math.min(longestMs, leaseLeftMs(request));
    try {
      return await withDeadline(this.#clock, limitMs, signal, `the API server ${this.server}`, async (inner) => {
        const answer = await this.#send(outgoing(request, inner), inner);
        const body = await this.#body(answer, request).catch((error: unknown) => {
          throw inner.aborted || error instanceof StoreError ? error : connectionError(this.server, error);
        });
        if (codeOf(answer) >= 400) throw this.#refusal(request, answer, body);
        return this.#parsed(request, answer, body);
      });
    } catch (error) {
      throw signal.aborted ? error : late(error, request);
    }
  }

  /**
   * The bytes of a streamed answer. Only its start has a deadline.
   * @throws StoreError, the signal's reason
   */
  async *stream(request: ApiRequest, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    signal.throwIfAborted();
    const child = childSignal(signal);
    const expire = (): void => {
      child.abort(new DeadlineExceeded(`the API server ${this.server}`, longestMs));
    };
    const timer = this.#clock.schedule(longestMs, expire);
    try {
      const answer = await this.#send({ ...outgoing(request, child.signal), isWatch: true }, child.signal);
      if (codeOf(answer) >= 400) throw this.#refusal(request, answer, await this.#body(answer, request));
      timer.cancel();
      yield* answer as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof StoreError) throw error;
      throw error instanceof DeadlineExceeded ? late(error, request) : connectionError(this.server, error);
    } finally {
      timer.cancel();
      // Closes the connection even if the reader stops in the middle.
      child.abort(new Error("the reader of the answer has stopped"));
      child.release();
    }
  }

  async #send(request: OutgoingRequest, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      const answer = await this.#connection.send(request, signal);
      this.#onAnswer?.(request.method, answer.statusCode);
      return answer;
    } catch (error) {
      this.#onAnswer?.(request.method, undefined);
      throw error;
    }
  }

  async #body(answer: IncomingMessage, { maxBytes = longestAnswer, onBytes }: ApiRequest): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // Leaving the loop closes the connection.
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new AnswerTooLong(this.server, maxBytes);
      chunks.push(chunk);
    }
    onBytes?.(bytes);
    return Buffer.concat(chunks, bytes).toString("utf8");
  }

  #refusal(request: ApiRequest, answer: IncomingMessage, body: string): StoreError {
    if (answer.statusCode === 401) this.#connection.refused();
    return answerError(request.target, codeOf(answer), body, answer.headers["retry-after"]);
  }

  #parsed(request: ApiRequest, answer: IncomingMessage, body: string): unknown {
    const parsed = codeOf(answer) < 300 ? jsonOf(body) : undefined;
    if (parsed !== undefined) return parsed;
    const shown = oneLine(body).slice(0, 80);
    const what = `${this.server} answered ${answer.statusCode} with something that is not JSON: ${shown}`;
    throw new StoreError("Unavailable", `cannot ${subject(request.target)}: ${what}; is this an API server?`);
  }
}

/** Every answer has a status code; Node uses the same type for requests, which have none. */
function codeOf(answer: IncomingMessage): number {
  return answer.statusCode ?? 0;
}

function outgoing(request: ApiRequest, signal: AbortSignal): OutgoingRequest {
  const { method, path, query = {}, body, contentType = "application/json", mayWrite } = request;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const beforeSend = (): void => {
    signal.throwIfAborted();
    leaseLeftMs(request);
  };
  return {
    method,
    path: search.size === 0 ? path : `${path}?${search.toString()}`,
    ...(body === undefined ? {} : { body: JSON.stringify(body), contentType }),
    ...(mayWrite === undefined ? {} : { beforeSend }),
  };
}

/** @throws StoreError if this replica must not write */
function leaseLeftMs(request: ApiRequest): number {
  if (request.mayWrite === undefined) return Number.POSITIVE_INFINITY;
  try {
    const { deadlineMs } = request.mayWrite();
    if (deadlineMs <= 0) throw new Error("the lease has expired");
    return deadlineMs;
  } catch (error) {
    const failure = new StoreError("Unavailable", `${subject(request.target)} was not sent: ${wordsOf(error)}`);
    failure.cause = error;
    throw failure;
  }
}

function late(error: unknown, request: ApiRequest): unknown {
  if (!(error instanceof DeadlineExceeded)) return error;
  const failure = new StoreError("Unavailable", `cannot ${subject(request.target)}: ${error.message}`);
  failure.cause = error;
  return failure;
}
