/** A proxy between the operator and AWS: it has the credentials, writes down what passes, and can cut an answer. */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { answerIn, askedIn, type Exchange, scopeOf } from "./exchange.ts";

export interface ForwardedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a request to the service that it is signed for, signed with the credentials of the run. */
export type Forward = (
  scope: { readonly region: string; readonly service: string },
  request: ForwardedRequest,
) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;

export interface StoryProxy {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** AWS carries out the next call of an operation, and nobody hears the answer. */
  cutNext(operation: string): void;
  close(): Promise<void>;
}

/** @param note gets what passes, each call with its answer */
export async function startProxy(
  forward: Forward,
  operations: readonly string[],
  now: () => number,
  note: (exchange: Exchange) => void,
): Promise<StoryProxy> {
  const toCut = new Set<string>();
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const { method = "GET", url: path = "/", headers } = request;
      const scope = scopeOf(headers.authorization ?? "");
      if (scope === undefined) throw new Error("the request is not signed");
      const target = headers["x-amz-target"];
      const asked = askedIn({ method, path, target: typeof target === "string" ? target : "", body }, operations);
      const at = now();
      const answer = await forward(scope, { method, path, headers: textsIn(headers), body });
      const isCut = toCut.delete(asked.operation);
      const { service } = scope;
      note({ at, by: "operator", service, ...asked, status: answer.status, answer: answerIn(answer.body), isCut });
      if (isCut) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { "content-type": answer.contentType });
      response.end(answer.body);
    })().catch(() => {
      // As if the network had failed: the operator asks again.
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cutNext: (operation) => void toCut.add(operation),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Without what belongs to one connection, or is signed again. */
function textsIn(headers: IncomingMessage["headers"]): Readonly<Record<string, string>> {
  const dropped =
    /^(?:authorization|host|connection|content-length|accept-encoding|expect|x-amz-(?:date|security-token|content-sha256))$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value !== "string" || dropped.test(name) ? [] : [[name, value]],
    ),
  );
}
