import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Change } from "../../src/simulator/world.ts";
import { isWrite } from "../transcript.ts";
import { type AwsByHttp, awsByHttp } from "./aws-by-http.ts";
import { type AtEnd, copyOf, edit } from "./command.ts";
import { exampleNamed, jobNames, liveNames, manifestsOf, prepare } from "./examples.ts";
import { startProcess } from "./process.ts";

/** AWS by HTTP, so much faster than the real one that nobody waits for it. */
async function fastAws(atEnd: AtEnd): Promise<AwsByHttp> {
  const account = await awsByHttp(systemClock(50));
  atEnd(() => account.close());
  return account;
}

/** How a test starts `local` on a directory. */
function startsLocal(directory: string, { env }: AwsByHttp, atEnd: AtEnd) {
  const local = ["local", "-f", directory, "--cluster-name", "examples", "-o", "json"];
  return (...args: readonly string[]) => startProcess([...local, ...args], env, atEnd);
}

const untilReady = ["--until", "ready"];

/** Resolves at the first change for which it holds, in the very turn in which it happens. */
function change({ aws }: AwsByHttp, holds: (change: Change) => boolean, then: () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = aws.onChange((one) => {
      if (!holds(one)) return;
      stop();
      then();
      resolve();
    });
  });
}

const isLive = ({ status }: { readonly status?: string | undefined }): boolean => status !== "DELETED";

// They mostly wait, each for an account of its own.
describe.concurrent("the operator as a process, with the AWS SDK", () => {
  it("makes the quickstart, and a second start has nothing to do", async ({ onTestFinished }) => {
    const example = exampleNamed("quickstart");
    const account = await fastAws(onTestFinished);
    await prepare(account.aws, example);
    const directory = copyOf(example, onTestFinished);
    const start = startsLocal(directory, account, onTestFinished);
    const writes = (): number => account.aws.log.filter((call) => call.by === "operator" && isWrite(call)).length;

    const first = start(...untilReady);
    const end = await first.ended;
    expect(first.lines.at(-1)).toMatchObject({ type: "end", outcome: "reached" });
    expect(end).toEqual({ exitCode: 0, stderr: "" });
    expect(first.lines.filter(({ type }) => type === "awsWrite")).toHaveLength(writes());
    const { length: objects } = await manifestsOf(example);
    expect([...liveNames(account.aws), ...jobNames(account.aws)]).toHaveLength(objects);

    const before = writes();
    const second = start(...untilReady);
    expect(await second.ended).toEqual({ exitCode: 0, stderr: "" });
    expect(second.lines).toContainEqual(expect.objectContaining({ type: "notice" }));
    expect(writes()).toBe(before);
  });

  it("killed in the middle of a replacement, twice, goes on to one environment", async ({ onTestFinished }) => {
    const example = exampleNamed("classic-ec2");
    const account = await fastAws(onTestFinished);
    const directory = copyOf(example, onTestFinished);
    const start = startsLocal(directory, account, onTestFinished);
    const manifest = join(directory, "compute-environment.yaml");
    edit(manifest, "  type: MANAGED\n", "  type: MANAGED\n  replacement:\n    soakSeconds: 0\n");
    const made = start(...untilReady);
    expect(await made.ended).toEqual({ exitCode: 0, stderr: "" });
    edit(manifest, "[c4.large]", "[c5.large]");

    const one = start();
    await change(
      account,
      ({ status }) => status === "CREATING",
      () => one.kill("SIGKILL"),
    );
    expect((await one.ended).exitCode).toBeNull();
    expect(account.aws.truth.computeEnvironments().filter(isLive)).toHaveLength(2);

    const two = start();
    await change(
      account,
      ({ state }) => state === "DISABLED",
      () => two.kill("SIGKILL"),
    );
    expect((await two.ended).exitCode).toBeNull();
    expect(account.aws.truth.computeEnvironments().filter(isLive)).toHaveLength(2);

    const three = start();
    await change(
      account,
      ({ kind, status }) => kind === "computeEnvironment" && status === "DELETED",
      () => undefined,
    );
    three.kill("SIGTERM");
    expect(await three.ended).toEqual({ exitCode: 0, stderr: "" });

    const { truth, history } = account.aws;
    const [left, ...others] = truth.computeEnvironments().filter(isLive);
    expect(others).toEqual([]);
    expect(left).toMatchObject({
      state: "ENABLED",
      status: "VALID",
      computeResources: { instanceTypes: ["c5.large"] },
    });
    expect(truth.jobQueues()[0]?.computeEnvironmentOrder).toEqual([
      { order: 1, computeEnvironment: left?.computeEnvironmentArn },
    ]);
    // No attempt was lost: there never were more than these two.
    const names = history.filter(({ kind }) => kind === "computeEnvironment").map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(truth.jobDefinitions()).toHaveLength(1);
  });
});
