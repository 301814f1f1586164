import { createHash } from "node:crypto";
import http, { type IncomingMessage } from "node:http";
import https, { type RequestOptions } from "node:https";
import type { Socket } from "node:net";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { abortable, withDeadline } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import { StoreError } from "../runtime/store.ts";
import { connectionError, isBrokenConnection, isDistrust, oneLine, wordsOf } from "./errors.ts";

/** The part of a `KubeConfig` for a connection: the server, and for each request the credentials. */
export type ServerAccess = Pick<KubeConfig, "getCurrentCluster" | "applyToHTTPSOptions">;

export interface ConnectionOptions {
  /** Called at once, and again after the server rejected the credentials or one side rejected the other's certificate. */
  readonly load: () => ServerAccess;
  readonly clock: Clock;
  /** `aws-batch-operator/<version>`. */
  readonly userAgent: string;
  /** Connections for requests, without watches, each of which has its own connection. */
  readonly connections: number;
}

/** A request that waits for one spends its deadline on that. */
export const connectionsForRequests = 16;

export interface OutgoingRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Including the query. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** The answer is a stream that the server ends. */
  readonly isWatch?: boolean;
  /** Called when a connection is ready, directly before the first byte is written; an error cancels the request. */
  readonly beforeSend?: (() => void) | undefined;
}

interface Pool {
  readonly agent: http.Agent;
  /** Requests with an unread rest of the answer. */
  underWay: number;
}

interface Pools {
  /** Hash of all inputs of TLS and proxy. */
  readonly key: string;
  readonly requests: Pool;
  /** Unlimited, so that watches do not block requests. */
  readonly watches: Pool;
}

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly pools: Pools;
}

/** Idle connections are closed before a load balancer (60 s) or the API server (90 s) closes them. */
const idleMs = 30_000;
/** Longer than a plugin that calls a cloud takes; a hanging plugin is abandoned, and the next request starts another. */
const credentialsMs = 30_000;

/**
 * HTTP/1.1 connections to one API server. Headers are computed for each request, so that a new token or certificate is
 * used at once; connections are shared as long as their credentials stay the same. HTTP/1.1,
 * because one HTTP/2 connection that dies silently stalls every request at once.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #access: ServerAccess;
  #refused = false;
  #asking: Promise<Credentials> | undefined;
  #pools: Pools | undefined;
  /** Agents of earlier credentials, until their last request has ended. */
  readonly #retired = new Set<Pool>();
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#access = options.load();
  }

  /** URL of the API server. */
  get server(): string {
    return this.#access.getCurrentCluster()?.server ?? "(none)";
  }

  /**
   * Sends a request and returns the head of the answer, with an unread body.
   * @throws StoreError `Unavailable` without an answer, `Unauthorized` without credentials to send;
   *   errors of `beforeSend`; the signal's reason
   */
  async send(request: OutgoingRequest, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#sendOnce(request, signal);
    } catch (error) {
      // The server may close an idle connection while a request is sent on it; a read can be sent again.
      const again = request.method === "GET" && isBrokenConnection(error) && !signal.aborted;
      if (!again) throw this.#explained(error, signal);
    }
    try {
      return await this.#sendOnce(request, signal);
    } catch (error) {
      throw this.#explained(error, signal);
    }
  }

  /** Call it after the server rejected the credentials: the next request reads kubeconfig and token and runs the plugin again. */
  refused(): void {
    this.#refused = true;
  }

  /** Closes all connections; running requests fail. Resolves when they are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#retired];
    if (this.#pools !== undefined) all.push(this.#pools.requests, this.#pools.watches);
    this.#pools = undefined;
    this.#retired.clear();
    const open = all.flatMap(({ agent }) => [agent.sockets, agent.freeSockets].flatMap(socketsOf));
    const closed = open.map((socket) => new Promise<void>((resolve) => void socket.once("close", () => resolve())));
    for (const { agent } of all) agent.destroy();
    await Promise.all(closed);
  }

  async #sendOnce(request: OutgoingRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, pools } = await abortable(this.#credentials(), signal);
    const pool = request.isWatch ? pools.watches : pools.requests;
    const exchange = exchanged(pool.agent, this.server, {
      ...request,
      signal,
      headers: {
        ...headers,
        accept: "application/json",
        "user-agent": this.#options.userAgent,
        ...(request.contentType === undefined ? {} : { "content-type": request.contentType }),
      },
    });
    pool.underWay++;
    const ended = (): void => {
      pool.underWay--;
      this.#destroyIfIdle(pool);
    };
    exchange.then((answer) => answer.once("close", ended), ended);
    return await abortable(exchange, signal);
  }

  #explained(error: unknown, signal: AbortSignal): unknown {
    if (error instanceof Refused) return error.reason;
    if (signal.aborted || error instanceof StoreError) return error;
    if (isDistrust(error)) this.refused();
    return connectionError(this.server, error);
  }

  /** Runs once for all waiting requests, because a plugin is a process. */
  #credentials(): Promise<Credentials> {
    this.#asking ??= this.#askCredentials().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askCredentials(): Promise<Credentials> {
    const { load, clock } = this.#options;
    const options: RequestOptions = {};
    try {
      if (this.#refused) {
        this.#access = load();
        this.#refused = false;
      }
      const { signal } = new AbortController();
      const what = "the source of the credentials";
      await withDeadline(clock, credentialsMs, signal, what, () => this.#access.applyToHTTPSOptions(options));
      if (this.#closed) throw new Error("the connection is closed");
      return { headers: headersOf(options), pools: this.#poolsFor(options) };
    } catch (error) {
      // The parser quotes what it read: the output of the plugin, which is a token.
      const isOutput = error instanceof SyntaxError;
      const words = isOutput
        ? "the output of the credential plugin in the kubeconfig is not JSON, and is not shown because it may contain a token: run the plugin by hand"
        : oneLine(wordsOf(error)).slice(0, 1024);
      const failure = new StoreError("Unauthorized", `no credentials for the API server ${this.server}: ${words}`);
      if (!isOutput) failure.cause = error;
      throw failure;
    }
  }

  #poolsFor(options: RequestOptions): Pools {
    const proxy = this.#access.getCurrentCluster()?.proxyUrl;
    const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
    const tls = { ca, cert, key, passphrase, rejectUnauthorized, servername };
    const hash = createHash("sha256");
    for (const part of [...Object.values(tls), proxy, this.server]) {
      hash.update(typeof part === "string" || part instanceof Uint8Array ? part : JSON.stringify(part ?? null));
      hash.update("\0");
    }
    const identity = hash.digest("hex");
    if (this.#pools?.key === identity) return this.#pools;
    const retired = this.#pools === undefined ? [] : [this.#pools.requests, this.#pools.watches];
    const pool = (connections: number): Pool => ({
      agent: newAgent(this.server, proxy, tls, connections),
      underWay: 0,
    });
    this.#pools = { key: identity, requests: pool(this.#options.connections), watches: pool(Number.POSITIVE_INFINITY) };
    for (const old of retired) {
      this.#retired.add(old);
      this.#destroyIfIdle(old);
    }
    return this.#pools;
  }

  #destroyIfIdle(pool: Pool): void {
    if (pool.underWay > 0 || !this.#retired.delete(pool)) return;
    pool.agent.destroy();
  }
}

/** Open connections of an agent, by origin as in the agent. */
function socketsOf(byOrigin: NodeJS.ReadOnlyDict<readonly Socket[]>): readonly Socket[] {
  return Object.values(byOrigin).flatMap((sockets) => (sockets ?? []).filter((socket) => !socket.closed));
}

type Tls = Pick<RequestOptions, "ca" | "cert" | "key" | "passphrase" | "rejectUnauthorized" | "servername">;

function newAgent(server: string, proxy: string | undefined, tls: Tls, connections: number): http.Agent {
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  // Only `insecure-skip-tls-verify` in the kubeconfig turns verification off, and no environment variable does.
  given["rejectUnauthorized"] ??= true;
  // The timeout applies to idle connections; callers have deadlines for requests, by their clock.
  const options = { ...given, keepAlive: true, keepAliveMsecs: idleMs, timeout: idleMs, maxSockets: connections };
  if (proxy !== undefined && !/^https?:/.test(proxy)) {
    throw new Error(`proxy-url must be an http or https URL, found ${proxy}`);
  }
  const proxyEnv = proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } };
  return server.startsWith("https:")
    ? new https.Agent({ ...options, ...proxyEnv })
    : new http.Agent({ ...options, ...proxyEnv });
}

/** Whether it is connected and, with TLS, its handshake has ended; `secureConnecting` is a field of Node's TLS sockets. */
function isReady(socket: Socket & { readonly secureConnecting?: boolean }): boolean {
  return !socket.connecting && socket.secureConnecting !== true;
}

interface Exchange extends OutgoingRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Sends a request as soon as it has a connection, and returns the head of the answer. */
function exchanged(agent: http.Agent, server: string, exchange: Exchange): Promise<IncomingMessage> {
  const { method, headers, body, signal, beforeSend } = exchange;
  const base = new URL(server);
  const isSecure = base.protocol === "https:";
  const url = `${base.origin}${base.pathname.replace(/\/$/, "")}${exchange.path}`;
  const size = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    // The agent speaks TLS where the server does.
    const outgoing = http.request(url, {
      method,
      agent,
      signal,
      headers: { ...headers, ...size },
    });
    outgoing.on("error", reject);
    outgoing.once("response", (answer) => {
      // The reader of the body gets the error; without a listener it would end the process.
      answer.on("error", () => undefined);
      resolve(answer);
    });
    // Node writes nothing of a request before `end`.
    const send = (): void => {
      if (outgoing.destroyed) return;
      try {
        beforeSend?.();
      } catch (reason) {
        reject(new Refused(reason));
        outgoing.destroy();
        return;
      }
      outgoing.end(body);
    };
    outgoing.once("socket", (socket) => {
      if (isReady(socket)) send();
      else socket.once(isSecure ? "secureConnect" : "connect", send);
    });
  });
}

/** Authorization and impersonation; a token from a file may end with a newline. */
function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  if (typeof options.auth === "string") {
    headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name.toLowerCase()] = String(value).trim();
  }
  return headers;
}

/** An error of `beforeSend`, to distinguish it from errors of the connection. */
class Refused extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("the request was not sent");
    this.reason = reason;
  }
}
