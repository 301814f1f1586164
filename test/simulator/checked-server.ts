import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServedBatch, type ServeOptions, serveBatch } from "../../src/simulator/http.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { faultsOf, operationOf, type RawAnswer } from "./answer-check.ts";

/**
 * As `serveBatch`, and every answer of Batch passes a checker that knows what AWS could have sent. An answer that
 * AWS could not have sent is given to the client as an error that says so, and fails `close`.
 */
export async function serveChecked(aws: SimulatedAws, options: ServeOptions): Promise<ServedBatch> {
  const simulator = await serveBatch(aws, { port: 0 });
  const faults: string[] = [];
  const server = createServer((asked, response) => {
    const upstream = request(
      new URL(asked.url ?? "/", simulator.url),
      { method: asked.method, headers: asked.headers },
      (answer) => {
        rawAnswer(answer).then(
          (raw) => pass(asked, raw, response),
          () => response.destroy(),
        );
      },
    );
    // A broken connection is an answer too, and so is a client that goes away.
    upstream.on("error", () => response.destroy());
    response.on("close", () => {
      if (!response.writableFinished) upstream.destroy();
    });
    asked.pipe(upstream);
  });
  const pass = (asked: IncomingMessage, answer: RawAnswer, response: ServerResponse): void => {
    const path = (asked.url ?? "/").replace(/\?.*/, "");
    const operation = operationOf(asked.method ?? "", path);
    const found = operation === undefined ? [] : faultsOf(operation, answer).map((one) => `${operation}: ${one}`);
    faults.push(...found);
    if (found.length === 0) {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } else {
      response.writeHead(500, { "x-amzn-errortype": "NotOfAws" });
      response.end(JSON.stringify({ message: found.join("; ") }));
    }
  };
  await new Promise<void>((resolve) => server.listen(options.port, options.host ?? "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host ?? "127.0.0.1"}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
      await simulator.close();
      if (faults.length > 0) throw new Error(`AWS would not have answered so:\n${faults.join("\n")}`);
    },
  };
}

async function rawAnswer(answer: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString("utf8") };
}
