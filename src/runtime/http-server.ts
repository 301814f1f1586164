import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsMaterial } from "./tls.ts";

export interface ListenAddress {
  /** Undefined: all addresses of this machine. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The page of each path. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

export interface HttpServer {
  /** The address that it listens on. */
  readonly address: Required<ListenAddress>;
  close(): Promise<void>;
}

export interface SecureServer extends HttpServer {
  /** New connections use this certificate. @throws Error if certificate and key are invalid; the old one stays in use */
  renew(material: TlsMaterial): void;
}

/**
 * Serves read-only pages over HTTP.
 * @throws Error of Node, with a `code` such as `EADDRINUSE`, if it cannot listen on the address
 */
export function servePages(address: ListenAddress, pages: Pages): Promise<HttpServer> {
  return listening(createServer(answering(pages)), address);
}

/**
 * Serves them over HTTPS (TLS 1.2 or newer); with `ca` it requires client certificates that one of these CAs has signed.
 * @throws Error as `servePages`, and if certificate and key are invalid or do not match
 */
export async function serveSecurePages(
  address: ListenAddress,
  pages: Pages,
  material: TlsMaterial,
): Promise<SecureServer> {
  const asksClients = material.ca !== undefined;
  const options = { ...material, requestCert: asksClients, rejectUnauthorized: asksClients, minVersion } as const;
  const server = createSecureServer(options, answering(pages));
  const served = await listening(server, address);
  return { ...served, renew: (renewed) => server.setSecureContext({ ...renewed, minVersion }) };
}

const minVersion = "TLSv1.2";

function answering(pages: Pages): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    request.resume();
    void pageFor(pages, request).then((page) => send(response, page));
  };
}

/**
 * Whether a page of somebody else may have sent a request, in the browser of a person who can reach this server: under a
 * name of its own that it lets resolve to this address (DNS rebinding), or from its own origin. A person who follows a link
 * is not the page. What is no browser sends neither Origin nor Sec-Fetch-Site. Pure.
 *
 * @param isOwn whether a host, with its port, is one of the server
 */
export function isOfForeignPage(headers: IncomingHttpHeaders, isOwn: (host: string) => boolean): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none", "sec-fetch-mode": mode } = headers;
  if (!isOwn(host) || (origin !== undefined && origin !== `http://${host}`)) return true;
  return !["none", "same-origin"].includes(site) && mode !== "navigate";
}

/** Answers that a client does not read stay in memory. Scrapers and the kubelet use few connections, and open new ones. */
const mostConnections = 64;
const mostRequestsPerConnection = 16;

async function listening(server: Server, { host, port }: ListenAddress): Promise<HttpServer> {
  // Only a scraper and the kubelet send requests, so incomplete requests time out early.
  server.requestTimeout = 10_000;
  server.maxConnections = mostConnections;
  server.maxRequestsPerSocket = mostRequestsPerConnection;
  // The last answer asks the client to close; Node would answer each further request with 503.
  server.on("dropRequest", (_request, socket) => socket.destroy());
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
  if (page === undefined) return textPage(404, `no page at ${path}\n`);
  if (method !== "GET" && method !== "HEAD") return textPage(405, "only GET and HEAD are allowed\n");
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
