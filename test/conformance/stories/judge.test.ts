import { expect, test } from "vitest";
import type { Exchange } from "../../../conformance/stories/exchange.ts";
import { type Event, judged } from "../../../conformance/stories/judge.ts";
import type { Manifest } from "../../../conformance/stories/manifests.ts";

const cluster = "aws-batch-conformance-abc123-op";
const adopted = `${cluster}-theirs`;
const arn = (resource: string): string => `arn:aws:batch:us-east-1:123456789012:${resource}`;
const nameOf = (name: string): string => `${cluster}_default_${name}`;
const tagsOf = (name: string) => ({
  "awsbatch.dev/cluster": cluster,
  "awsbatch.dev/namespace": "default",
  "awsbatch.dev/name": name,
});

const environment = (name: string, change: object = {}): object => ({
  computeEnvironmentName: nameOf(name),
  computeEnvironmentArn: arn(`compute-environment/${nameOf(name)}`),
  state: "ENABLED",
  status: "VALID",
  tags: tagsOf("a"),
  ...change,
});
const queue = (...environments: readonly string[]): object => ({
  jobQueueName: nameOf("q"),
  jobQueueArn: arn(`job-queue/${nameOf("q")}`),
  state: "ENABLED",
  status: "VALID",
  tags: tagsOf("q"),
  computeEnvironmentOrder: environments.map((one, index) => ({
    order: index + 1,
    computeEnvironment: arn(`compute-environment/${nameOf(one)}`),
  })),
});
const job = (status: string): object => ({
  jobId: "j",
  jobArn: arn("job/j"),
  jobQueue: arn(`job-queue/${nameOf("q")}`),
  status,
});

let at = 0;
const call = (operation: string, input: object, answer: object = {}, by: Exchange["by"] = "operator"): Exchange => {
  at += 10_000;
  return { at, by, service: "batch", operation, input: input as Exchange["input"], status: 200, answer, isCut: false };
};
const seen = (environments: readonly object[], queues: readonly object[], jobs: readonly object[] = []): Event[] => [
  call("DescribeComputeEnvironments", {}, { computeEnvironments: environments }, "outside"),
  call("DescribeJobQueues", {}, { jobQueues: queues }, "outside"),
  call("DescribeJobs", {}, { jobs }, "outside"),
];
const objects = (...specs: readonly [Manifest["kind"], string, object][]): Event => ({
  at: 0,
  objects: specs.map(([kind, name, spec]) => ({
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { name },
    spec: spec as Manifest["spec"],
  })),
});
const bothObjects = objects(["BatchComputeEnvironment", "a", {}], ["JobQueue", "q", {}]);

test("a blue-green replacement goes against nothing", () => {
  const events: Event[] = [
    bothObjects,
    ...seen([environment("a-1"), environment("a-2")], [queue("a-1")], [job("RUNNING")]),
    call("UpdateJobQueue", {
      jobQueue: nameOf("q"),
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: nameOf("a-2") }],
    }),
    call("UpdateComputeEnvironment", { computeEnvironment: nameOf("a-1"), state: "DISABLED" }),
    call("DeleteComputeEnvironment", { computeEnvironment: nameOf("a-1") }),
  ];
  expect(judged(events, cluster, adopted)).toEqual([]);
});

test("a queue that loses its last environment is found", () => {
  const events: Event[] = [
    bothObjects,
    ...seen([environment("a-1")], [queue("a-1")]),
    call("UpdateComputeEnvironment", { computeEnvironment: nameOf("a-1"), state: "DISABLED" }),
  ];
  expect(judged(events, cluster, adopted)).toEqual([
    expect.stringMatching(/^1 a queue keeps a usable environment: .* is left without an ENABLED, VALID environment/),
  ]);
});

test("an old read does not hide that it was lost", () => {
  const first = seen([environment("a-1"), environment("a-2")], [queue("a-2")]);
  const disabled = call("UpdateComputeEnvironment", { computeEnvironment: nameOf("a-1"), state: "DISABLED" });
  const order = [{ order: 1, computeEnvironment: nameOf("a-1") }];
  const events: Event[] = [
    bothObjects,
    ...first,
    disabled,
    {
      ...call("DescribeComputeEnvironments", {}, { computeEnvironments: [environment("a-1")] }),
      at: disabled.at + 1000,
    },
    { ...call("UpdateJobQueue", { jobQueue: nameOf("q"), computeEnvironmentOrder: order }), at: disabled.at + 2000 },
  ];
  expect(judged(events, cluster, adopted)).toHaveLength(1);
});

test("a job that a write of the operator ends is found", () => {
  for (const [operation, input] of [
    ["TerminateJob", { jobId: "j" }],
    ["DeleteJobQueue", { jobQueue: nameOf("q") }],
  ] as const) {
    const events: Event[] = [bothObjects, ...seen([environment("a-1")], [queue("a-1")], [job("RUNNING")])];
    expect(judged([...events, call(operation, input)], cluster, adopted)).toContainEqual(
      expect.stringContaining(`2 no running job is killed: 1 job(s) were ended by ${operation}`),
    );
  }
});

test("a write to what is of others is found", () => {
  expect(judged([call("DeleteJobQueue", { jobQueue: "theirs" })], cluster, adopted)).toEqual([
    '3 nothing of others: DeleteJobQueue {"jobQueue":"theirs"} names nothing of the story',
  ]);
});

test("a second revision of one body is found", () => {
  const input = {
    jobDefinitionName: nameOf("d"),
    type: "container",
    containerProperties: { image: "busybox" },
    tags: { ...tagsOf("d"), "awsbatch.dev/registered-at": "1" },
  };
  const registered = (revision: number): Event =>
    call("RegisterJobDefinition", input, {
      jobDefinitionName: nameOf("d"),
      jobDefinitionArn: arn(`job-definition/${nameOf("d")}:${revision}`),
      revision,
    });
  const definition = objects(["JobDefinition", "d", {}]);
  expect(judged([definition, registered(1), registered(2)], cluster, adopted)).toEqual([
    expect.stringMatching(/^4 no second revision of one body: /),
  ]);
});
