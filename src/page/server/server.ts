/**
 * The door of the page's server: answers requests by a model of what a cluster or a directory has. `world.ts` is where that comes
 * from, `snapshot.ts` and `model.ts` what the browser gets, `publisher.ts` sends changes, `ask.ts` and `questions.ts` read AWS
 * when a person opens something. It only reads.
 */

import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../runtime/clock.ts";
import { isOfForeignPage } from "../../runtime/http-server.ts";
import type { Message } from "./model.ts";
import type { PageFiles } from "./page-files.ts";
import { withStop } from "./problem.ts";
import type { Publisher } from "./publisher.ts";

/** Only this machine reaches the page. */
const host = "127.0.0.1";

export interface UiServer {
  /** With the token. */
  readonly url: string;
  close(): Promise<void>;
}

export interface UiServerOptions {
  readonly files: PageFiles;
  readonly publisher: Publisher;
  /** Answers a question about an object, as JSON; undefined: there is no such question. */
  readonly ask: (question: string, about: URLSearchParams, signal: AbortSignal) => Promise<unknown>;
  /** Real time. */
  readonly clock: Clock;
  /** 0: any free port. */
  readonly port: number;
}

/** Nothing but the page's own files is loaded, and no other page embeds it or reads it. */
const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** A proxy or a browser may end a connection that is silent. */
const heartbeatMs = 15_000;
/** A page that does not read for so long is cut off; it connects again and begins again with the whole snapshot. */
const mostBufferedBytes = 32 * 2 ** 20;
const mostConnections = 64;

/**
 * Serves the page and its stream of server-sent events, to whoever knows the token in the path.
 * @throws Error of Node with a `code`, if it cannot listen
 */
export async function serveUi(options: UiServerOptions): Promise<UiServer> {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response, { ...options, token, port: portOf(server) });
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: options.port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    url: `http://${host}:${portOf(server)}/${token}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

interface Serving extends UiServerOptions {
  readonly token: string;
}

function answer(request: IncomingMessage, response: ServerResponse, serving: Serving): void {
  const { method = "GET" } = request;
  const url = URL.parse(`http://${host}${request.url ?? "/"}`);
  const [, token = "", ...rest] = url?.pathname.split("/") ?? [];
  const own = [`${host}:${serving.port}`, `localhost:${serving.port}`];
  if (isOfForeignPage(request.headers, (one) => own.includes(one))) {
    sendText(response, 403, "open the page by the address that the command printed\n");
  } else if (url === null || !isEqual(token, serving.token)) {
    sendText(response, 403, "open the page by the whole address that the command printed: it contains a token\n");
  } else if (method !== "GET" && method !== "HEAD") {
    sendText(response, 405, "only GET and HEAD are allowed\n");
  } else if (rest.join("/") === "live") {
    stream(response, url.searchParams.get("open") ?? undefined, serving);
  } else if (rest[0] === "ask" && rest.length === 2) {
    void reply(response, rest[1] ?? "", url.searchParams, serving);
  } else {
    sendFile(response, rest.join("/") || "index.html", serving.files);
  }
}

async function reply(
  response: ServerResponse,
  question: string,
  about: URLSearchParams,
  { ask }: Serving,
): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort(new Error("the page does not wait for the answer any more")));
  try {
    const answer = await ask(question, about, left.signal);
    if (answer === undefined) sendText(response, 404, `no question ${question}\n`);
    else send(response, 200, "application/json", JSON.stringify(answer));
  } catch (error) {
    if (!left.signal.aborted) sendText(response, 500, `${withStop(error)}\n`);
  }
}

function isEqual(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function sendFile(response: ServerResponse, name: string, files: PageFiles): void {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) sendText(response, 404, `no page at ${name}\n`);
  else send(response, 200, file.contentType, file.body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8", text);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    ...securityHeaders,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function stream(response: ServerResponse, open: string | undefined, { publisher, clock }: Serving): void {
  response.writeHead(200, { ...securityHeaders, "content-type": "text/event-stream" });
  const write = (text: string): void => {
    if (response.writableLength > mostBufferedBytes) response.destroy();
    else response.write(text);
  };
  const end = publisher.subscribe(open, (message) => write(eventText(message)));
  const beat = (): void => {
    write(":\n\n");
    timer = clock.schedule(heartbeatMs, beat);
  };
  let timer = clock.schedule(heartbeatMs, beat);
  response.once("close", () => {
    timer.cancel();
    end();
  });
}

/** JSON has no line breaks. */
function eventText({ event, data }: Message): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
