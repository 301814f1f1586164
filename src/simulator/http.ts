import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TagResourceRequest } from "@aws-sdk/client-batch";
import type { SimulatedBatch } from "./batch.ts";
import type { Answer } from "./http-answer.ts";
import { controlAnswer } from "./http-control.ts";
import { eventsAnswer, isEventsTarget } from "./http-events.ts";
import { requireOwnPage } from "./http-hosts.ts";
import { isLogsTarget, logsAnswer } from "./http-logs.ts";
import { queryAnswer } from "./http-query.ts";
import { ConnectionError, Refusal, ServiceError } from "./refusals.ts";
import { signedRegion } from "./regions.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

export interface ServedBatch {
  /** e.g. `http://127.0.0.1:4577`; for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host?: string;
}

const largestBody = 1024 * 1024;
/** Larger than any request that the model allows. */
const deepestBody = 32;
/** Longer than an idle operator keeps a connection, because a write on a closing connection gets no answer. */
const idleMs = 120_000;
const tagsPath = "/v1/tags/";

/**
 * Serves the simulated account over the wire protocols of AWS Batch (REST JSON 1), IAM, EC2 and STS's GetCallerIdentity
 * (Query), and CloudWatch Logs' GetLogEvents, SQS and EventBridge's PutEvents (JSON), so that real SDK clients run against it with `AWS_ENDPOINT_URL`. A small control API is under `/_simulator/`.
 *
 * A browser's request for a page of somebody else is refused: the account accepts any credentials.
 *
 * With several regions a request goes to the one for which it is signed; the control API takes `?region=`. Signatures are
 * not checked. A fault that loses an answer breaks the connection.
 */
export async function serveBatch(
  account: SimulatedAws | ((region: string | undefined) => SimulatedAws),
  { port, host = "127.0.0.1" }: ServeOptions,
): Promise<ServedBatch> {
  const inRegion = typeof account === "function" ? account : () => account;
  const first = inRegion(undefined);
  const operations = new Map(
    Object.keys(first.batch).map((name) => [name.toLowerCase(), name as keyof SimulatedBatch]),
  );
  const send = (response: ServerResponse, answer: Answer): void => {
    const date = new Date(first.clock.now()).toUTCString();
    sendAs({ "x-amzn-requestid": first.requestId(), date }, response, answer);
  };
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort(new Error("the client went away"));
    });
    answerTo(inRegion, operations, request, host, gone.signal).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        const answer = errorAnswer(error);
        if (answer === undefined) response.destroy();
        else send(response, answer);
      },
    );
  });
  server.keepAliveTimeout = idleMs;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${chosen}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answerTo(
  inRegion: (region: string | undefined) => SimulatedAws,
  operations: ReadonlyMap<string, keyof SimulatedBatch>,
  request: IncomingMessage,
  host: string,
  signal: AbortSignal,
): Promise<Answer> {
  requireOwnPage(request.headers, host);
  const url = urlOf(request);
  const isControl = url.pathname.startsWith("/_simulator/");
  const named = isControl ? url.searchParams.get("region") : signedRegion(request.headers.authorization);
  const aws = inRegion(named ?? undefined);
  const body = await readBody(request);
  if (isControl) {
    return controlAnswer(aws, request.method ?? "GET", url, () => jsonObject(body));
  }
  const target = request.headers["x-amz-target"];
  if (url.pathname === "/" && isLogsTarget(target)) return logsAnswer(aws, target, jsonObject(body), signal);
  if (url.pathname === "/" && isEventsTarget(target)) return eventsAnswer(aws, target, jsonObject(body), signal);
  if (url.pathname === "/") return queryAnswer(aws, new URLSearchParams(body), signal);
  if (url.pathname.startsWith(tagsPath)) {
    const resourceArn = decoded(url.pathname.slice(tagsPath.length));
    return json(await tagsCall(aws.batch, request.method, resourceArn, url, body, signal));
  }
  const name = url.pathname.startsWith("/v1/") ? operations.get(url.pathname.slice("/v1/".length)) : undefined;
  if (name === undefined || request.method !== "POST") throw unknownOperation(request.method, url.pathname);
  // The body is the input of the operation, which is checked against the model, as the service would.
  const call = aws.batch[name] as (input: object, options: { signal: AbortSignal }) => Promise<unknown>;
  return json(await call(jsonObject(body), { signal }));
}

async function tagsCall(
  batch: SimulatedBatch,
  method: string | undefined,
  resourceArn: string,
  url: URL,
  body: string,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case "GET":
      return batch.listTagsForResource({ resourceArn }, { signal });
    case "POST": {
      const input = { ...jsonObject(body), resourceArn } as TagResourceRequest;
      return batch.tagResource(input, { signal });
    }
    case "DELETE":
      return batch.untagResource({ resourceArn, tagKeys: url.searchParams.getAll("tagKeys") }, { signal });
    default:
      throw unknownOperation(method, url.pathname);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Refusal("RequestEntityTooLargeException", 413, `more than ${largestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonObject(body: string): object {
  let value: unknown;
  try {
    value = body === "" ? {} : JSON.parse(body);
  } catch (error) {
    throw new Refusal("SerializationException", 400, `the body is not JSON: ${String(error)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Refusal("SerializationException", 400, "the body must be a JSON object");
  }
  requireShallow(value);
  return value;
}

/** A deeply nested body would overflow the stack. */
function requireShallow(value: object): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestBody) {
      throw new Refusal("SerializationException", 400, `the body is nested more than ${deepestBody} levels deep`);
    }
    level = level.flatMap((one) => (one !== null && typeof one === "object" ? Object.values(one) : []));
  }
}

function urlOf({ url = "/" }: IncomingMessage): URL {
  const parsed = URL.parse(url, "http://simulator");
  if (parsed === null) throw new Refusal("MalformedInput", 400, "the request line has no path");
  return parsed;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new Refusal("MalformedInput", 400, `the path is not encoded as a URL: ${String(error)}`);
  }
}

function unknownOperation(method: string | undefined, path: string): Refusal {
  return new Refusal("UnknownOperationException", 404, `the simulator does not know ${method} ${path}`);
}

/** Undefined if the answer was lost: the caller must get none. */
function errorAnswer(error: unknown): Answer | undefined {
  if (error instanceof ServiceError) {
    const { httpStatusCode, requestId } = error.$metadata;
    return errorJson(httpStatusCode, error.name, error.message, { "x-amzn-requestid": requestId });
  }
  if (error instanceof Refusal) return errorJson(error.httpStatusCode, error.exception, error.message, {});
  if (error instanceof ConnectionError) return undefined;
  return errorJson(500, "ServerException", `the simulator failed: ${String(error)}`, {});
}

function errorJson(status: number, name: string, message: string, headers: Readonly<Record<string, string>>): Answer {
  return {
    status,
    contentType: "application/json",
    body: JSON.stringify({ message }),
    headers: { "x-amzn-errortype": name, ...headers },
  };
}

function json(output: unknown): Answer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(output ?? {}) };
}

function sendAs(
  always: Readonly<Record<string, string>>,
  response: ServerResponse,
  { status, contentType, body, headers }: Answer,
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...always,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
