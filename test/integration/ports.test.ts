import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePorts, listen, portOf } from "./control-plane/ports.ts";

async function listening(ports: readonly (number | undefined)[]): Promise<Server[]> {
  const servers = await Promise.all(ports.map((port) => listen(createServer(), port)));
  onTestFinished(() => {
    for (const server of servers) server.close();
  });
  return servers;
}

test("a port that was called free is not given to somebody else before it is used", async () => {
  const ports = await freePorts(300);

  const others = (await listening(Array(300).fill(undefined))).map(portOf);

  // Whatever the system gives out, to servers and to connections, it takes from a range of its own.
  expect(Math.max(...ports)).toBeLessThan(Math.min(...others));
});

test("no port is called free twice", async () => {
  const ports = [...(await freePorts(200)), ...(await freePorts(200))];

  expect(new Set(ports).size).toBe(400);
});

test("a port on which another process listens is not called free", async () => {
  const taken = await freePorts(300);
  await listening(taken);
  vi.resetModules();
  const otherProcess = await import("./control-plane/ports.ts");

  const free = await otherProcess.freePorts(3000);

  expect(free.filter((port) => taken.includes(port))).toEqual([]);
});
