import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type ServedBatch, serveBatch } from "../../../src/simulator/http.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";

/**
 * One endpoint for several regions of an account, as the AWS SDK sees it: a request goes to the region that it is
 * signed for. IAM and STS have no region of their own here. Ends with the test.
 * @returns the URL, for `AWS_ENDPOINT_URL`
 */
export async function serveRegions(regions: Readonly<Record<string, SimulatedAws>>): Promise<string> {
  const served = new Map<string, ServedBatch>();
  for (const [region, aws] of Object.entries(regions)) served.set(region, await serveBatch(aws, { port: 0 }));
  const server = createServer((incoming, answer) => {
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
    const target = served.get(region);
    if (target === undefined) answer.writeHead(500).end(`no region ${region} is simulated`);
    else forward(incoming, answer, target.url);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all([...served.values()].map((one) => one.close()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function forward(incoming: IncomingMessage, answer: ServerResponse, url: string): void {
  const { method, headers } = incoming;
  const outgoing = request(`${url}${incoming.url}`, { method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 500, response.headers);
    response.pipe(answer);
  });
  outgoing.on("error", (error) => answer.destroy(error));
  incoming.pipe(outgoing);
}
