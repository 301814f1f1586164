import { describe, expect, it } from "vitest";
import { accessDenied, serverFailure, throttled } from "../../src/simulator/faults.ts";
import { ConnectionError, ServiceError } from "../../src/simulator/refusals.ts";
import { account, accountWithQueue, containerJob, ec2, fargate, queue, refusal } from "./account.ts";

async function names(aws: ReturnType<typeof account>["aws"]): Promise<string[]> {
  const { computeEnvironments = [] } = await aws.batch.describeComputeEnvironments({});
  return computeEnvironments.map((one) => one.computeEnvironmentName ?? "");
}

describe("a read", () => {
  it("answers as of a while ago when it is stale, and then from after the write", async () => {
    const { aws, clock } = account();
    await aws.batch.createComputeEnvironment(fargate("ce"));
    await clock.advance(10_000);
    await aws.batch.updateComputeEnvironment({ computeEnvironment: "ce", state: "DISABLED" });
    const state = async (): Promise<unknown> =>
      (await aws.batch.describeComputeEnvironments({})).computeEnvironments?.[0]?.state;
    aws.faults.add({ fault: { kind: "stale", staleMs: 3_000 } });
    expect(await state()).toBe("ENABLED");
    await clock.advance(2_999);
    expect(await state()).toBe("ENABLED");
    await clock.advance(1);
    expect(await state()).toBe("DISABLED");
  });

  it("may miss what was made within the time of the staleness knob, never what is older", async () => {
    const { aws, clock } = account({ stalenessMs: 3_000 });
    await aws.batch.createComputeEnvironment(fargate("ce"));
    await clock.advance(1_500);
    const seen = new Set<number>();
    for (let read = 0; read < 50; read++) seen.add((await names(aws)).length);
    expect(seen).toEqual(new Set([0, 1]));
    await clock.advance(1_500);
    for (let read = 0; read < 50; read++) expect(await names(aws)).toEqual(["ce"]);
  });

  it("of jobs is stale too", async () => {
    const { aws } = await accountWithQueue({ stalenessMs: 0 });
    await aws.outside.registerJobDefinition(containerJob("jd"));
    await aws.outside.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "jd" });
    const listed = async (): Promise<number | undefined> =>
      (await aws.batch.listJobs({ jobQueue: "q", jobStatus: "SUBMITTED" })).jobSummaryList?.length;
    expect(await listed()).toBe(1);
    aws.faults.add({ fault: { kind: "stale", staleMs: 1_000 } });
    expect(await listed()).toBe(0);
  });

  it("comes in pages with a token until the end", async () => {
    const { aws } = account({ pageSize: 2 });
    for (const name of ["a", "b", "c"]) await aws.batch.createComputeEnvironment(fargate(name));
    const first = await aws.batch.describeComputeEnvironments({});
    const { nextToken } = first;
    const second = await aws.batch.describeComputeEnvironments({ nextToken });
    expect([first, second].map((page) => page.computeEnvironments?.length)).toEqual([2, 1]);
    expect(second.nextToken).toBeUndefined();
    const one = await aws.batch.describeComputeEnvironments({ maxResults: 1 });
    expect(one.computeEnvironments).toHaveLength(1);
    expect(await refusal(aws.batch.describeComputeEnvironments({ nextToken: "mine" }))).toMatch(/nextToken/);
  });

  it("gives a copy that cannot change the account", async () => {
    const { aws } = account();
    await aws.batch.createComputeEnvironment({ ...fargate("ce"), tags: { a: "b" } });
    const { computeEnvironments = [] } = await aws.batch.describeComputeEnvironments({});
    Object.assign(computeEnvironments[0]?.tags ?? {}, { a: "changed" });
    expect(aws.truth.computeEnvironments()[0]?.tags).toEqual({ a: "b" });
  });
});

describe("a fault", () => {
  it.each([
    ["throttled", throttled, "TooManyRequestsException", 429, "client"],
    ["failed", serverFailure, "ServerException", 500, "server"],
    ["denied", accessDenied("CreateComputeEnvironment"), "AccessDeniedException", 403, "client"],
  ])("answers that the call was %s and does nothing", async (_case, fault, name, httpStatusCode, $fault) => {
    const { aws } = account();
    aws.faults.add({ fault, on: "CreateComputeEnvironment", times: 1 });
    const call = aws.batch.createComputeEnvironment(fargate("ce"));
    await expect(call).rejects.toBeInstanceOf(ServiceError);
    await expect(call).rejects.toMatchObject({ name, $fault, $metadata: { httpStatusCode } });
    expect(await names(aws)).toEqual([]);
    expect(await refusal(aws.batch.createComputeEnvironment(fargate("ce")))).toBe("accepted");
  });

  it("can lose the answer of a call that took effect", async () => {
    const { aws } = account();
    aws.faults.add({ fault: { kind: "loseResponse" }, on: ["CreateComputeEnvironment"], times: 1 });
    await expect(aws.batch.createComputeEnvironment(fargate("ce"))).rejects.toBeInstanceOf(ConnectionError);
    expect(await names(aws)).toEqual(["ce"]);
    expect(aws.log[0]?.outcome).toEqual({ kind: "lost", applied: true });
  });

  it("can lose a request, which the caller notices late", async () => {
    const { aws, clock } = account();
    aws.faults.add({ fault: { kind: "loseRequest" }, times: 1 });
    const call = refusal(aws.batch.createComputeEnvironment(fargate("ce")));
    await clock.advance(10_000);
    expect(await call).toBe("TimeoutError: no answer within 10000 ms");
    expect(await names(aws)).toEqual([]);
    expect(aws.log[0]?.outcome).toEqual({ kind: "lost", applied: false });
  });

  it("can hold an answer back", async () => {
    const { aws, clock } = account();
    aws.faults.add({ fault: { kind: "delayResponse", delayMs: 5_000 }, times: 1 });
    const call = refusal(aws.batch.createComputeEnvironment(fargate("ce")));
    await clock.advance(4_999);
    expect(aws.log[0]?.outcome.kind).toBe("pending");
    expect(aws.truth.computeEnvironments()).toHaveLength(1);
    await clock.advance(1);
    expect(await call).toBe("accepted");
  });

  it.each<[string, { readonly signal?: AbortSignal }]>([
    ["for ever", {}],
    ["until it gives up", { signal: new AbortController().signal }],
  ])("can hold a write back, and a caller that waits %s hears what came of it", async (_howLong, options) => {
    const { aws, clock } = account();
    aws.faults.add({ fault: { kind: "delayRequest", delayMs: 5_000 }, times: 2 });
    const heard: string[] = [];
    for (const name of ["ce", "not a name"])
      void refusal(aws.batch.createComputeEnvironment(fargate(name), options)).then((one) => heard.push(one));
    await clock.advance(4_999);
    expect([heard, aws.truth.computeEnvironments()]).toEqual([[], []]);
    await clock.advance(1);
    expect(heard).toEqual(["accepted", expect.stringMatching(/^ClientException: /)]);
  });

  it("can let a write take effect after the caller has given up", async () => {
    const { aws, clock } = account();
    const givenUp = new AbortController();
    aws.faults.add({ fault: { kind: "delayRequest", delayMs: 5_000 }, times: 1 });
    const call = refusal(aws.batch.createComputeEnvironment(fargate("ce"), { signal: givenUp.signal }));
    await clock.advance(1_000);
    givenUp.abort(new Error("no longer the leader"));
    expect(await call).toBe("Error: no longer the leader");
    expect(await names(aws)).toEqual([]);
    await clock.advance(4_000);
    expect(await names(aws)).toEqual(["ce"]);
  });

  it("is active for a time, for the calls that a predicate selects, from the n-th on", async () => {
    const { aws, clock } = account();
    aws.faults.add({
      fault: throttled,
      forMs: 1_000,
      on: ({ operation }) => operation.startsWith("Describe"),
      after: 1,
    });
    const tries = [await refusal(names(aws)), await refusal(names(aws))];
    await clock.advance(1_000);
    tries.push(await refusal(names(aws)));
    expect(tries).toEqual(["accepted", "TooManyRequestsException: Too Many Requests", "accepted"]);
  });

  it("does not touch what others do to the account", async () => {
    const { aws } = account();
    aws.faults.add({ fault: throttled });
    expect(await refusal(aws.outside.createComputeEnvironment(fargate("ce")))).toBe("accepted");
    expect(aws.log).toMatchObject([{ by: "outside", operation: "CreateComputeEnvironment" }]);
  });
});

describe("a call", () => {
  it("takes its time, and takes effect in the middle of it", async () => {
    const { aws, clock } = account({ latencyMs: 20 });
    const call = refusal(aws.batch.createComputeEnvironment(fargate("ce")));
    await clock.advance(9);
    expect(aws.truth.computeEnvironments()).toEqual([]);
    await clock.advance(1);
    expect(aws.truth.computeEnvironments()).toHaveLength(1);
    expect(aws.log[0]?.outcome.kind).toBe("pending");
    await clock.advance(10);
    expect(await call).toBe("accepted");
  });

  it("that is given up before it arrives does nothing", async () => {
    const { aws, clock } = account({ latencyMs: 20 });
    const givenUp = new AbortController();
    const call = refusal(aws.batch.createComputeEnvironment(fargate("ce"), { signal: givenUp.signal }));
    await clock.advance(5);
    givenUp.abort(new Error("too slow"));
    expect(await call).toBe("Error: too slow");
    await clock.advance(100);
    expect(aws.truth.computeEnvironments()).toEqual([]);
  });
});

it("reports each change of state, with the order of queues", async () => {
  const { aws, clock } = account();
  const changes: string[] = [];
  const stop = aws.onChange(({ kind, name, state, status, order }) =>
    changes.push([kind, name, state, status, ...(order ?? [])].join(" ")),
  );
  await aws.batch.createComputeEnvironment(ec2("ce"));
  await clock.advance(45_000);
  await aws.batch.createJobQueue(queue("q", "ce"));
  stop();
  await clock.advance(5_000);
  const arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/ce";
  expect(changes).toEqual([
    "computeEnvironment ce ENABLED CREATING",
    "computeEnvironment ce ENABLED VALID",
    `jobQueue q ENABLED CREATING ${arn}`,
  ]);
  expect(aws.history).toHaveLength(4);
});

it("remembers the configured number of calls", async () => {
  const { aws } = account({ keptRecords: 10 });
  for (let call = 0; call < 100; call++) await aws.batch.describeJobQueues({});
  expect(aws.log.length).toBeLessThanOrEqual(10);
});

it("goes on from a snapshot in another process", async () => {
  const { aws, clock } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("jd"));
  await aws.outside.createComputeEnvironment(fargate("coming"));
  await aws.outside.updateJobQueue({ jobQueue: "q", priority: 5 });
  const later = account();
  later.aws.restore(JSON.parse(JSON.stringify(aws.snapshot())));
  await Promise.all([clock.advance(10_000), later.clock.advance(10_000)]);
  expect(later.aws.truth.computeEnvironments()).toEqual(aws.truth.computeEnvironments());
  expect(later.aws.truth.jobQueues()).toEqual(aws.truth.jobQueues());
  expect((await later.aws.batch.registerJobDefinition(containerJob("jd"))).revision).toBe(2);
  expect(await refusal(later.aws.batch.createComputeEnvironment(fargate("coming")))).toMatch(/already exists/);
});

it("is the same world for the same seed and calls", async () => {
  const run = async (): Promise<unknown> => {
    const { aws, clock } = await accountWithQueue({ stalenessMs: 3_000 });
    await aws.outside.registerJobDefinition(containerJob("jd"));
    await aws.outside.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "jd" });
    await clock.advance(300_000);
    return aws.history;
  };
  expect(await run()).toEqual(await run());
});
