import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ListenAddress {
  /** Undefined: all addresses of this machine. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What is served under each path. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

export interface HttpServer {
  /** What it listens on. */
  readonly address: Required<ListenAddress>;
  close(): Promise<void>;
}

/**
 * Serves read-only pages by plain HTTP.
 * @throws Error of Node, with a `code` such as `EADDRINUSE`, when the address cannot be listened on
 */
export async function servePages({ host, port }: ListenAddress, pages: Pages): Promise<HttpServer> {
  const server = createServer((request, response) => {
    request.resume();
    void pageFor(pages, request).then((page) => send(response, page));
  });
  // Only a scraper and the kubelet talk to us; who sends half a request is not waited for.
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port: chosen } = server.address() as AddressInfo;
  return {
    address: { host: address, port: chosen },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function pageFor(pages: Pages, { url = "/", method = "GET" }: IncomingMessage): Promise<Page> {
  const path = url.split("?")[0] ?? "/";
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return textPage(404, `there is nothing at ${path}\n`);
  if (method !== "GET" && method !== "HEAD") return textPage(405, "GET is wanted\n");
  try {
    return await page();
  } catch (error) {
    return textPage(500, `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

export function textPage(status: number, body: string): Page {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

function send(response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
