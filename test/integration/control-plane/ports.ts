import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Kernels give no port below 32768 to a connection, or to a server that asks for any (`ip_local_port_range` of Linux;
 * 49152 elsewhere): one of these stays free until it is used, however many connections others make meanwhile.
 */
const range = { first: 20_000, last: 32_767 } as const;

/**
 * Ports of the loopback address for TCP that nobody listens on, all different, and none that any process of the tests
 * has been given and may use later.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(range.first, range.last + 1);
    if ((await claim(port)) && (await isFree(port))) ports.push(port);
  }
  return ports;
}

/**
 * Binds the port of this number for UDP, which no server of the tests uses, until this process ends.
 * @returns false if a process of the tests has it, also this one
 */
async function claim(port: number): Promise<boolean> {
  const socket = createSocket("udp4").unref();
  const bound = once(socket, "listening");
  socket.bind({ port, address: "127.0.0.1", exclusive: true });
  return await isGranted(bound);
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
  if (!(await isGranted(listen(server, port)))) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

async function isGranted(bound: Promise<unknown>): Promise<boolean> {
  try {
    await bound;
    return true;
  } catch (error) {
    // A system may keep ports for itself (EACCES); any other refusal is no answer to the question.
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE" || code === "EACCES") return false;
    throw error;
  }
}
