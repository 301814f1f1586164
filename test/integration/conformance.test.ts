import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { Result } from "../../conformance/report/result.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { contents } from "../conformance/simulated.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Run {
  readonly aws: SimulatedAws;
  readonly child: ChildProcess;
  /** All that it has printed until now. */
  readonly said: () => string;
  readonly exited: Promise<number | null>;
}

/** `npm run conformance` as a process, against a simulator that is so many times faster than AWS. */
async function started(speed: number): Promise<Run> {
  const aws = createSimulatedAws({ clock: systemClock(speed), random: seededRandom(1) });
  const { url, close } = await serveBatch(aws, { port: 0 });
  onTestFinished(close);
  const flags = ["--region", "us-east-1", "--endpoint-url", url, "--speed", String(speed), "--yes"];
  const network = ["--subnet", "subnet-1", "--security-group", "sg-1"];
  const credentials = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  const child = spawn(process.execPath, ["conformance/main.ts", ...flags, ...network], {
    cwd: root,
    env: { ...process.env, ...credentials },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { aws, child, said: () => text, exited };
}

async function resultOf(text: string): Promise<Result> {
  const file = /The result is in (\S+\.json)/.exec(text)?.[1] ?? "";
  onTestFinished(() => rm(root + file, { force: true }));
  return JSON.parse(await readFile(root + file, "utf8")) as Result;
}

test("as a process it tries each fact in less than two minutes at ten times the speed, and leaves nothing", async () => {
  const { aws, said, exited } = await started(10);
  const before = contents(aws);
  const code = await exited;
  expect(contents(aws)).toEqual(before);
  expect(said()).toContain("[####################] times");
  expect(said()).toContain("[####################] removal");
  const { facts, times, of } = await resultOf(said());
  expect(facts.filter(({ kind }) => kind !== "agrees" && kind !== "not tried")).toEqual([]);
  expect(of).toBe("another endpoint");
  // Times are those of a machine that may be busy with other tests.
  expect(times).toHaveLength(11);
  expect(code).toBe(times.every(({ verdict }) => verdict === "agrees") ? 0 : 1);
});

test("Ctrl-C removes what it has made, and says so", async () => {
  const { aws, child, said, exited } = await started(60);
  const before = contents(aws);
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", () => {
      if (said().includes("] facts")) resolve();
    });
    child.once("exit", () => reject(new Error(said())));
  });
  child.kill("SIGINT");
  expect(await exited).toBe(1);
  expect(said()).toContain("Removing what the run has made. Ctrl-C again ends at once; --clean then removes the rest.");
  expect(said()).toContain("The run was interrupted.");
  expect(contents(aws)).toEqual(before);
  await resultOf(said());
});
