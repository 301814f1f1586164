import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

/** JSON as it was sent; for tests. */
// biome-ignore lint/suspicious/noExplicitAny: the body of a request is whatever the test expects of it
type Json = any;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: Json;
  /** The number of the connection that it came on. */
  readonly connection: number;
  /** The common name in the certificate that the client showed, whoever signed it. */
  readonly clientName: string | undefined;
}

export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly json?: Json;
      readonly text?: string;
    }
  /** Nothing is ever sent. */
  | "silent"
  /** The connection breaks. */
  | "cut"
  /** The beginning of an answer of 200; what follows is up to the test. */
  | { readonly open: (answer: OpenAnswer) => void };

export interface OpenAnswer {
  /** @param onSent called when it has gone to the other side */
  write(data: string | Uint8Array, onSent?: () => void): void;
  end(): void;
  cut(): void;
}

/**
 * An API server on loopback that gives the answers of a test, and records the requests. Replies are by
 * `<METHOD> <path>`; the last one of a list stays.
 */
export class FakeApiServer {
  readonly requests: SeenRequest[] = [];
  readonly #replies = new Map<string, (Reply | ((request: SeenRequest) => Reply))[]>();
  readonly #server: ReturnType<typeof createHttp> | ReturnType<typeof createHttps>;
  readonly #sockets = new Map<Socket, number>();
  readonly #protocol: string;
  #connections = 0;

  private constructor(certificate: Certificate | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#receive(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    this.#server =
      certificate === undefined
        ? createHttp(listener)
        : createHttps({ ...certificate, requestCert: true, rejectUnauthorized: false }, listener);
    this.#protocol = certificate === undefined ? "http" : "https";
    this.#server.on(certificate === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#sockets.set(socket, ++this.#connections);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => this.#sockets.delete(socket));
    });
  }

  static async start(certificate?: Certificate): Promise<FakeApiServer> {
    const server = new FakeApiServer(certificate);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `${this.#protocol}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections since the start. */
  get connections(): number {
    return this.#connections;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  get last(): SeenRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error("nothing was asked yet");
    return last;
  }

  on(route: string, ...replies: (Reply | ((request: SeenRequest) => Reply))[]): void {
    this.#replies.set(route, replies);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.keys()) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", this.url);
    const seen: SeenRequest = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
      connection: this.#sockets.get(request.socket) ?? 0,
      clientName: clientNameOf(request.socket),
    };
    this.requests.push(seen);
    const replies = this.#replies.get(`${seen.method} ${seen.path}`) ?? [];
    const next = replies.length > 1 ? replies.shift() : replies[0];
    const reply = typeof next === "function" ? next(seen) : next;
    send(response, reply ?? { status: 404, text: "404 page not found\n" });
  }
}

function clientNameOf(socket: Socket): string | undefined {
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
  return typeof name === "string" ? name : undefined;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === "silent") return;
  if (reply === "cut") {
    response.destroy();
    return;
  }
  if ("open" in reply) {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    reply.open({
      write: (data, onSent) => void response.write(data, onSent),
      end: () => void response.end(),
      cut: () => void response.destroy(),
    });
    return;
  }
  const { status = 200, headers = {}, json, text = JSON.stringify(json) } = reply;
  const type = json === undefined ? "text/plain" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(text);
}

/** A `v1` Status, as resource handlers answer. */
export function refusal(code: number, reason: string, message: string, details?: Json): Reply {
  return {
    status: code,
    json: { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details },
  };
}
