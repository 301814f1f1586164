import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePorts, listen, portOf } from "./control-plane/ports.ts";
import { runOrFail } from "./control-plane/run.ts";

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

/** `freePorts` of a process of its own, which has ended since. */
async function portsOfAnother(count: number): Promise<readonly number[]> {
  const module = fileURLToPath(new URL("control-plane/ports.ts", import.meta.url));
  const script = `import { freePorts } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await freePorts(${count})));`;
  return JSON.parse(await runOrFail(process.execPath, ["--input-type=module", "--eval", script])) as number[];
}

test("no port is called free twice, by no process of the tests", async () => {
  const ports = [...(await freePorts(500)), ...(await freePorts(500)), ...(await portsOfAnother(500))];

  expect(new Set(ports).size).toBe(1500);
});

test("a port on which somebody else listens is not called free", async () => {
  const taken = await portsOfAnother(300);
  await listening(taken);

  const free = await freePorts(500);

  expect(free.filter((port) => taken.includes(port))).toEqual([]);
});
