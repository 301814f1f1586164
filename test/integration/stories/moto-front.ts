import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Lists that moto does not serve, as an account without such resources answers them. */
const empty: Readonly<Record<string, object>> = {
  "/v1/describeserviceenvironments": { serviceEnvironments: [] },
  "/v1/listconsumableresources": { consumableResources: [] },
};

/** Forwards every request to moto, and answers what moto does not serve. */
export async function motoFront(motoUrl: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    const { url = "/", method, headers } = incoming;
    const answer = empty[url];
    if (answer !== undefined) {
      incoming.resume();
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    const forwarded = request(new URL(url, motoUrl), { method, headers }, (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(outgoing);
    });
    forwarded.once("error", (error) => outgoing.destroy(error));
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
