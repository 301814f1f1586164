import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { JobsSeen } from "../../../../src/controllers/draining/drain.ts";
import { independentName } from "../../../../src/controllers/kinds/compute-environment/action.ts";
import { isAuthorizationReason, retirement } from "../../../../src/controllers/kinds/compute-environment/retire.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { ec2, environment, fargate, job, now, queue, seen, withResources } from "./given.ts";

const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
const marked = (change: Partial<Environment> = {}, secondsAgo = 300): Environment =>
  environment("old", ec2, { ...change, tags: { "awsbatch.dev/retired-at": iso(secondsAgo), ...change.tags } });
const off = (change: Partial<Environment> = {}, secondsAgo = 300): Environment =>
  marked({ state: "DISABLED", ...change }, secondsAgo);
const read = (ids: readonly string[], change: Partial<Extract<JobsSeen, { kind: "read" }>> = {}): Partial<Seen> => ({
  jobs: new Map([
    [
      "old",
      {
        kind: "read",
        remaining: ids.map((id) => job(id, { cluster: "AWSBatch-old" })),
        zeroForMs: undefined,
        ...change,
      },
    ],
  ]),
});
const terminate: BatchComputeEnvironmentSpec = { ...ec2, drain: { policy: "Terminate", timeoutSeconds: 600 } };
const inQueue: Partial<Seen> = { queues: [queue("q1", ["new"])] };

function summary(spec: BatchComputeEnvironmentSpec, one: Environment, change: Partial<Seen> = {}): string {
  const { step, next } = retirement(spec, seen(spec, change), one, now);
  const again = "checkInMs" in next && next.checkInMs !== undefined ? ` again in ${next.checkInMs / 1000} s` : "";
  if (next.kind !== "act") return `${step}: ${next.kind} ${next.reason}${again}`;
  const ids = next.action.kind === "terminateJobs" ? ` ${next.action.jobIds.join(",")}` : "";
  return `${step}: ${next.action.kind}${ids}`;
}

describe("an environment on its way out", () => {
  it.each<[string, Environment, Partial<Seen>, string]>([
    [
      "stays until a listing shows for sure that no queue names it",
      environment("old"),
      { mayBeNamed: new Set(["old"]) },
      "Disabling: wait Disabling again in 1 s",
    ],
    ["stays while a queue names it", environment("old"), { queues: [queue("q1", ["old"])] }, "InUse: wait InUse"],
    [
      "stays also when it is INVALID",
      off({ status: "INVALID" }),
      { queues: [queue("q1", ["old"])] },
      "InUse: wait InUse",
    ],
    [
      "goes although a queue that is being deleted names it",
      environment("old"),
      { queues: [queue("q1", ["old"], { status: "DELETING" })] },
      "Disabling: tag",
    ],
    ["is marked first", environment("old"), {}, "Disabling: tag"],
    ["is marked also while AWS makes it", environment("old", ec2, { status: "CREATING" }), {}, "Disabling: tag"],
    ["waits while AWS makes it", marked({ status: "CREATING" }), {}, "Disabling: wait Disabling"],
    [
      "waits after its mark until a read is sure to show which queue came to name it before",
      marked({}, 3),
      {},
      "Disabling: wait Disabling again in 18 s",
    ],
    [
      "waits also after a mark that AWS took its time for",
      marked({}, 21),
      { markShownForMs: new Map([["old", 12_000]]) },
      "Disabling: wait Disabling again in 9 s",
    ],
    [
      "is disabled from 21 s after its mark on",
      marked({}, 21),
      { markShownForMs: new Map([["old", 21_000]]) },
      "Disabling: disable",
    ],
    ["is disabled until five minutes after its mark", marked({}, 300), {}, "Disabling: disable"],
    ["is marked again when it was not disabled in time", marked({}, 301), {}, "Disabling: tag"],
    [
      "is not marked again while AWS refuses to disable it",
      marked({}, 86_400),
      {
        refusals: new Map([
          ["disable old", { failure: { kind: "denied", operation: "o", message: "m", advice: "a" }, at: now }],
        ]),
      },
      "Disabling: disable",
    ],
    ["is marked again when its mark lies ahead", marked({}, -1), {}, "Disabling: tag"],
    [
      "is marked again when its mark is not a time",
      marked({ tags: { "awsbatch.dev/retired-at": "?" } }),
      {},
      "Disabling: tag",
    ],
    [
      "has its mark taken off when a queue names it after all",
      marked(),
      { queues: [queue("q1", ["old"])] },
      "InUse: tag",
    ],
    ["keeps its mark when it is DISABLED", off(), { queues: [queue("q1", ["old"])] }, "InUse: wait InUse"],
    ["is disabled at once when it is INVALID", marked({ status: "INVALID" }, 0), {}, "Disabling: disable"],
    ["waits while AWS disables it", off({ status: "UPDATING" }), {}, "Disabling: wait Disabling"],
    ["waits for its jobs to be counted", off(), {}, "Draining: wait Draining again in 5 s"],
    [
      "stays while its jobs cannot be counted",
      off(),
      { jobs: new Map([["old", { kind: "unread", why: "no" }]]) },
      "Draining: wait Draining again in 30 s",
    ],
    ["waits for its jobs", off(), read(["j1"]), "Draining: wait Draining again in 60 s"],
    [
      "is counted once more 10 s after the last job",
      off(),
      read([], { zeroForMs: 7000 }),
      "Draining: wait Draining again in 3 s",
    ],
    ["is counted once more also at the first count", off(), read([]), "Draining: wait Draining again in 10 s"],
    ["is deleted", off(), read([], { zeroForMs: 10_000 }), "Deleting: delete"],
    [
      "is deleted also when it is INVALID",
      off({ status: "INVALID" }),
      read([], { zeroForMs: 10_000 }),
      "Deleting: delete",
    ],
    ["waits for AWS to delete it", off({ status: "DELETING" }), {}, "Deleting: wait Deleting"],
    [
      "is deleted only after a queue that is being deleted and names it",
      off(),
      { ...read([], { zeroForMs: 10_000 }), queues: [queue("q1", ["old"], { status: "DELETING" })] },
      "Deleting: wait Deleting",
    ],
    [
      "is reported when AWS could not delete it",
      off({ status: "INVALID" }),
      { ...read([], { zeroForMs: 10_000 }), deleteTriedAt: new Map([["old", now - 120_000]]) },
      "DeleteFailed: blocked DeleteFailed again in 180 s",
    ],
    [
      "is deleted again 5 minutes after AWS could not delete it",
      off({ status: "INVALID" }),
      { ...read([], { zeroForMs: 10_000 }), deleteTriedAt: new Map([["old", now - 300_000]]) },
      "Deleting: delete",
    ],
    [
      "is deleted again at once while AWS still shows it VALID",
      off(),
      { ...read([], { zeroForMs: 10_000 }), deleteTriedAt: new Map([["old", now - 1000]]) },
      "Deleting: delete",
    ],
  ])("%s", (_name, one, change, expected) => {
    expect(summary(ec2, one, change)).toBe(expected);
  });

  it.each<[string, Environment, string]>([
    [
      "retired and DISABLED",
      marked({ state: "DISABLED", tags: {} }),
      "old is DISABLED and stays while it is in the order of q1: ",
    ],
    [
      "DISABLED by somebody else",
      environment("old", ec2, { state: "DISABLED" }),
      "old stays in service while it is in the order of q1: ",
    ],
    ["ENABLED", environment("old"), "old stays in service while it is in the order of q1: "],
  ])("that is %s is reported as what it is while a queue names it", (_name, one, expected) => {
    const { next } = retirement(ec2, seen(ec2, { queues: [queue("q1", ["old"])] }), one, now);
    expect(next.message).toContain(expected);
  });

  it.each<[string, BatchComputeEnvironmentSpec, object]>([
    [
      "with no capacity kept",
      withResources(ec2, { minvCpus: 8 }),
      { state: "DISABLED", computeResources: { minvCpus: 0 } },
    ],
    ["and nothing else where it keeps none", ec2, { state: "DISABLED" }],
    ["and nothing else on Fargate", fargate, { state: "DISABLED" }],
    ["and nothing else when it is UNMANAGED", { type: "UNMANAGED" }, { state: "DISABLED" }],
  ])("is disabled %s", (_name, spec, expected) => {
    const one = environment("old", spec, { tags: { "awsbatch.dev/retired-at": iso(21) } });
    expect(retirement(spec, seen(spec), one, now).next).toMatchObject({
      action: { request: { computeEnvironment: "old", ...expected } },
    });
  });

  it("is marked with the time", () => {
    expect(retirement(ec2, seen(ec2), environment("old"), now).next).toMatchObject({
      action: { purpose: "retire", items: [{ name: "old", change: { set: { "awsbatch.dev/retired-at": iso(0) } } }] },
    });
  });

  it("has only its mark taken off, independently of all else, when a queue names it after all", () => {
    const { next } = retirement(ec2, seen(ec2, { queues: [queue("q1", ["old"])] }), marked(), now);
    const change = { set: {}, remove: ["awsbatch.dev/retired-at"] };
    expect(next).toMatchObject({ action: { kind: "tag", purpose: "inUse", items: [{ name: "old", change }] } });
    expect(next.kind === "act" && independentName(next.action)).toBe("inUse old");
  });

  it("names the queues that keep it, and the way out of each", () => {
    const queues = [
      queue("q1", ["old"]),
      queue("q2", ["x", "old"], { object: { deleting: true } }),
      queue("q3", ["old"], { foreign: true }),
    ];
    expect(retirement(ec2, seen(ec2, { queues }), environment("old"), now).next.message).toBe(
      "old stays in service while it is in the order of q1, q2, q3: give q1 an order without old, or delete it; wait until AWS has deleted q2; q3 has no object in this cluster: delete it in AWS (aws batch update-job-queue --state DISABLED, then aws batch delete-job-queue), or let a JobQueue with that jobQueueName adopt it",
    );
  });

  it("is reported with AWS's reason without request ids, and with the role to fix", () => {
    const statusReason = "CLIENT_ERROR - Not authorized to perform sts:AssumeRole; Request ID: 0a1b2c3d-4e5f";
    const one = off({ status: "INVALID", statusReason, serviceRole: "arn:aws:iam::1:role/batch" });
    const change = { ...read([], { zeroForMs: 10_000 }), deleteTriedAt: new Map([["old", now]]) };
    expect(retirement(ec2, seen(ec2, change), one, now).next.message).toBe(
      "AWS cannot delete old: CLIENT_ERROR - Not authorized to perform sts:AssumeRole. Give it a working service role (recreate the role arn:aws:iam::1:role/batch under the same name); the operator retries the deletion every 5 minutes",
    );
    const bare = off({ status: "INVALID", statusReason: undefined, serviceRole: undefined });
    expect(retirement(ec2, seen(ec2, change), bare, now).next.message).toContain(
      "AWS cannot delete old: no reason given",
    );
  });
});

describe("drain.policy Terminate", () => {
  it.each<[string, Environment, Partial<Seen>, string]>([
    ["waits until its time", off({}, 590), { ...inQueue, ...read(["j1"]) }, "Draining: wait Draining again in 10 s"],
    [
      "checks once a minute until its time",
      off({}, 60),
      { ...inQueue, ...read(["j1"]) },
      "Draining: wait Draining again in 60 s",
    ],
    [
      "then ends the jobs, in the order of their ids",
      off({}, 600),
      { ...inQueue, ...read(["j2", "j1"]) },
      "Draining: terminateJobs j1,j2",
    ],
    [
      "gives the jobs a minute to go",
      off({}, 615),
      { ...inQueue, ...read(["j1"], { terminatedAt: now - 15_000 }) },
      "Draining: wait Draining again in 45 s",
    ],
    [
      "reports several jobs that have a minute to end",
      off({}, 615),
      { ...inQueue, ...read(["j1", "j2"], { terminatedAt: now }) },
      "Draining: wait Draining again in 60 s",
    ],
    [
      "ends once more what has not gone within a minute",
      off({}, 660),
      { ...inQueue, ...read(["j1"], { terminatedAt: now - 60_000 }) },
      "Draining: terminateJobs j1",
    ],
    [
      "ends no job in a queue that is not ours",
      off({}, 900),
      { queues: [queue("q1", ["new"], { foreign: true })], ...read(["j1"]) },
      "Draining: wait Draining again in 90 s",
    ],
    [
      "ends only the jobs in queues of ours",
      off({}, 900),
      {
        queues: [queue("q1", ["new"]), queue("theirs", ["x"], { foreign: true })],
        ...read([], { remaining: [job("j1", { cluster: "AWSBatch-old" }), job("j2", { queue: "theirs" })] }),
      },
      "Draining: terminateJobs j1",
    ],
    [
      "terminates no job while AWS does not report its place",
      off({}, 900),
      { ...inQueue, ...read([], { remaining: [job("j1")] }) },
      "Draining: wait Draining again in 90 s",
    ],
    [
      "ends no job elsewhere for an environment that never had a cluster",
      off({ ecsClusterArn: "" }, 900),
      { ...inQueue, ...read(["j1"]) },
      "Draining: wait Draining again in 90 s",
    ],
    [
      "terminates none on EKS, for which AWS never reports where it runs: it may be on another environment",
      off({ ecsClusterArn: "", containerOrchestrationType: "EKS" }, 900),
      { ...inQueue, ...read([], { remaining: [job("j1")] }) },
      "Draining: wait Draining again in 90 s",
    ],
    [
      "waits when the mark cannot be read",
      off({ tags: { "awsbatch.dev/retired-at": "?" } }),
      { ...inQueue, ...read(["j1"]) },
      "Draining: wait Draining again in 60 s",
    ],
  ])("%s", (_name, one, change, expected) => {
    expect(summary(terminate, one, change)).toBe(expected);
  });

  it.each<[string, Partial<Seen>, string]>([
    ["all", { ...inQueue, ...read(["j1"]) }, "terminating 1 job on old that ran past"],
    [
      "some",
      {
        queues: [queue("q1", ["new"]), queue("theirs", ["x"], { foreign: true })],
        ...read([], { remaining: [job("j1", { cluster: "AWSBatch-old" }), job("j2", { queue: "theirs" })] }),
      },
      "terminating 1 of 2 jobs on old that ran past",
    ],
  ])("reports how many it terminates: %s", (_name, change, expected) => {
    expect(retirement(terminate, seen(terminate, change), off({}, 900), now).next.message).toContain(expected);
  });
});

it.each([
  ["CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService)", true],
  [
    "CLIENT_ERROR - User: arn:aws:sts::1:assumed-role/r/aws-batch is not authorized to perform: ecs:DescribeClusters",
    true,
  ],
  ["CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid.", true],
  ["CLIENT_ERROR - Instance profile arn:aws:iam::1:instance-profile/x does not exist", true],
  [
    'CLIENT_ERROR - IAM Instance Profile "arn:aws:iam::1:instance-profile/x" has no associated IAM Roles (Service: AmazonEC2; Status Code: 400)',
    true,
  ],
  ["CLIENT_ERROR - Clusters can not be blank.", false],
  ["INTERNAL_ERROR - no", false],
  [undefined, false],
])("%s is about a role: %s", (reason, expected) => {
  expect(isAuthorizationReason(reason)).toBe(expected);
});
