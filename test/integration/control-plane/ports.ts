import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Kernels give no port below 32768 to a connection, or to a server that asks for any (`ip_local_port_range` of Linux;
 * 49152 elsewhere): one of these stays free until it is used, however many connections others make meanwhile.
 */
const range = { first: 20_000, last: 32_767 } as const;

const given = new Set<number>();

/**
 * Ports of the loopback address that nobody listens on, all different, and none that this process was given before.
 * By chance, so that processes which ask at the same time get different ones.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    if (given.size > range.last - range.first) throw new Error("no port of the loopback address is left");
    const port = randomInt(range.first, range.last + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Listens on a port of the loopback address: any unless one is named. */
export function listen(server: Server, port = 0): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a TCP port");
  return address.port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, port);
  } catch (error) {
    // A system may keep ports for itself (EACCES); any other refusal is no answer to the question.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE" || code === "EACCES") return false;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
