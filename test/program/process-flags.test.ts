import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { RunPorts } from "../../src/operator/run/start.ts";
import { systemClock, VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { localOptions } from "../../src/tools/local/options.ts";
import { startLocal } from "../../src/tools/local/start.ts";
import { readState, stateFile } from "../../src/tools/local/state.ts";
import { SimulatedCloud } from "../../src/tools/simulated-cloud.ts";
import { eventually } from "../eventually.ts";
import { emptyCluster, simulatedIn, startedWith } from "../operator/run/world.ts";
import { localFlagsOf, runFlagsOf } from "../tools/flags-of.ts";
import { MemorySource, quickstart, started as startedLocal, temporaryDirectory } from "../tools/local/given.ts";
import { testIo } from "../tools/streams.ts";

/** Flags of how a process meets the world, from the command line to what it does. Those of objects are in `stories`. */

const lease = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

/** AWS by HTTP, and an environment in which the SDK finds it and no other. */
async function servedAws(): Promise<void> {
  const aws = createSimulatedAws({ clock: systemClock(), random: seededRandom(1), region: "us-east-1" });
  const served = await serveBatch(aws, { port: 0 });
  onTestFinished(() => served.close());
  vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
}

/** `run` with these arguments until it leads, or has ended before. */
async function run(args: readonly string[], ports: Partial<RunPorts> = simulated) {
  const server = await emptyCluster();
  for (const namespace of ["leases", "aws-batch-system"]) {
    server.on(`GET /api/v1/namespaces/${namespace}`, { json: { metadata: { uid: namespace } } });
    server.on(`POST ${lease(namespace)}`, ({ body }) => ({
      status: 201,
      json: { metadata: { resourceVersion: "2" }, spec: body.spec },
    }));
    server.on(`PATCH ${lease(namespace)}/aws-batch-operator`, ({ body }) => ({
      json: { metadata: { resourceVersion: "3" }, spec: body.spec },
    }));
    server.on(`GET ${lease(namespace)}/aws-batch-operator`, {
      status: 404,
      json: { kind: "Status", code: 404, reason: "NotFound", message: "there is none" },
    });
  }
  const addresses = ["--metrics-address", "127.0.0.1:0", "--health-address", "127.0.0.1:0"];
  return { server, ...startedWith(server.url, await runFlagsOf([...addresses, ...args]), ports) };
}

const simulated: Partial<RunPorts> = { open: async (region) => simulatedIn(region) };

const untilReady = async ({ urls, log }: Pick<Awaited<ReturnType<typeof run>>, "urls" | "log">): Promise<void> => {
  await eventually(() => log().some(({ message }) => message === "connected to AWS"));
  const [health] = urls();
  await eventually(async () => (await fetch(`${health}/readyz`)).status === 200);
};

describe("run", () => {
  test.each([
    [["--lease-namespace", "leases"], "leases"],
    [[], "aws-batch-system"],
  ])("%j holds its Lease in %s", async (args, namespace) => {
    const process = await run(["--region", "us-east-1", ...args]);
    await untilReady(process);
    process.interrupt();
    await process.ended;
    const written = process.server.requests.filter(({ method, path }) => method !== "GET" && path.includes("/leases"));
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter(({ path }) => !path.startsWith(lease(namespace)))).toEqual([]);
  });

  test("--no-leader-elect asks for no Lease", async () => {
    const process = await run(["--region", "us-east-1", "--no-leader-elect"]);
    await untilReady(process);
    process.interrupt();
    await process.ended;
    expect(process.server.requests.filter(({ path }) => path.includes("/leases"))).toEqual([]);
  });

  test.each([
    [["--region", "eu-north-1"], {}, "eu-north-1"],
    [["--region", "eu-north-1"], { AWS_REGION: "ap-south-1" }, "eu-north-1"],
    [[], { AWS_REGION: "ap-south-1" }, "ap-south-1"],
  ])("%j with the variables %j works in %s", async (args, env, region) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const asked: string[] = [];
    const open = async (inRegion: string) => {
      asked.push(inRegion);
      return simulatedIn(inRegion);
    };
    const process = await run(["--no-leader-elect", ...args], { open });
    await untilReady(process);
    const metrics = await (await fetch(`${process.urls()[1]}/metrics`)).text();
    process.interrupt();
    await process.ended;
    expect(asked).toEqual([region]);
    expect([...metrics.matchAll(/^awsbatch_observer_age_seconds\{region="([^"]*)"\}/gm)].map(([, one]) => one)).toEqual(
      [region],
    );
  });

  test("--allowed-account-ids lets it start in these accounts and in no other", async () => {
    await servedAws();
    const other = await run(["--region", "us-east-1", "--allowed-account-ids", "111111111111,222222222222"], {});
    expect(await other.ended).toEqual({
      exitCode: 1,
      message:
        "the credentials belong to account 123456789012, which is not in --allowed-account-ids '111111111111,222222222222'",
    });
    expect(other.server.requests.filter(({ path }) => path.includes("/leases"))).toEqual([]);
    const own = await run(["--region", "us-east-1", "--allowed-account-ids", "111111111111,123456789012"], {});
    await untilReady(own);
    own.interrupt();
    expect((await own.ended).exitCode).toBe(0);
  });
});

describe("local", () => {
  test("--allowed-account-ids lets it work in these accounts and in no other", async () => {
    await servedAws();
    const directory = temporaryDirectory();
    const given = ["-f", directory, "--cluster-name", "team", "--region", "us-east-1"];
    const flags = await localFlagsOf([...given, "--allowed-account-ids", "111111111111"]);
    const source = new MemorySource(quickstart);
    const [fingerprint, read] = await Promise.all([source.fingerprint(), source.read()]);
    const { io } = testIo();
    const start = startLocal({ flags, options: localOptions(flags), source, read, fingerprint, io });
    await expect(start).rejects.toThrow("123456789012, which is not in --allowed-account-ids 111111111111");
  });

  test.each([["eu-north-1"], ["us-west-2"]])("--region %s is where a simulated AWS is", async (region) => {
    const flags = await localFlagsOf(["--simulate", "--region", region, "--until", "ready", "-o", "json"]);
    const session = await startedLocal({ flags });
    expect(await session.end()).toBe(0);
    const state = readState(stateFile(session.directory, "local", true));
    expect(Object.keys(state?.aws ?? {})).toEqual([region]);
    expect(session.stdout.lines[0]).toContain(region);
  });

  test("hands its flags to the operator: --default-deletion-policy Retain keeps what loses its manifest", async () => {
    const clock = new VirtualClock();
    const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
    const given = ["--cluster-name", "blue", "--prune", "-o", "json", "--default-deletion-policy", "Retain"];
    const session = await startedLocal({ clock, cloud, flags: { ...(await localFlagsOf(given)), simulate: false } });
    await clock.advance(60_000);
    session.source.write("definition.yaml", undefined);
    await clock.advance(60_000);
    session.interrupt();
    await session.end();
    const [kept] = cloud.world("us-east-1").truth.jobDefinitions();
    expect([kept?.status, kept?.tags?.["awsbatch.dev/cluster"]]).toEqual(["ACTIVE", undefined]);
  });
});
