import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { report } from "../../../../src/controllers/kinds/compute-environment/report.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { chosen, directives, ec2, environment, job, now, object, queue, seen, withResources } from "./given.ts";

const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const old = (change: Partial<Environment> = {}): Environment => environment("old", ec2, change);
const fresh = (change: Partial<Environment> = {}): Environment =>
  environment("new", other, { ...change, tags: { "awsbatch.dev/created-at": iso(100), ...change.tags } });
const serving = (secondsAgo: number) => ({ tags: { "awsbatch.dev/serving-since": iso(secondsAgo) } });
const retired = { state: "DISABLED", tags: { "awsbatch.dev/retired-at": iso(300) } } as const;

function summary(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): Readonly<Record<string, unknown>> {
  const given = seen(spec, change);
  return report(object(spec), given, chosen(object(spec), given), now);
}

/** What is reported as the object's environment, as serving, as target; and where the others are. */
function line(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string {
  const {
    name,
    serving: who,
    target,
    predecessors,
  } = summary(spec, change) as {
    name?: string;
    serving?: string;
    target?: string;
    predecessors?: readonly { name: string; step: string }[];
  };
  const steps = (predecessors ?? []).map((one) => `${one.name} ${one.step}`);
  return [name ?? "-", who ?? "-", target ?? "-", ...steps].join(" ");
}

describe("name, serving, target and predecessors", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["of nothing", ec2, {}, "- - -"],
    ["of one that is being created", ec2, { environments: [old({ status: "CREATING" })] }, "old - old"],
    ["of one that serves", ec2, { environments: [old()], queues: [queue("q1", ["old"])] }, "old old old"],
    ["of one that serves no queue yet", ec2, { environments: [old()] }, "old old old"],
    [
      "of one that is being updated and serves on",
      ec2,
      { environments: [old({ status: "UPDATING" })], queues: [queue("q1", ["old"])] },
      "old old old",
    ],
    [
      "before a successor is created",
      other,
      { environments: [old()], queues: [queue("q1", ["old"])] },
      "old old - old InUse",
    ],
    [
      "of one that AWS found INVALID, which serves nobody though a queue names it",
      other,
      { environments: [old({ status: "INVALID" })], queues: [queue("q1", ["old"])] },
      "old - - old InUse",
    ],
    [
      "while a successor is created",
      other,
      { environments: [old(), fresh({ status: "CREATING" })], queues: [queue("q1", ["old"])] },
      "new old new old InUse",
    ],
    [
      "while a successor is created that no queue waits for",
      other,
      { environments: [old(), fresh({ status: "CREATING" })] },
      "new - new old Standby",
    ],
    [
      "of a successor that AWS found INVALID",
      other,
      { environments: [old(), fresh({ status: "INVALID" })], queues: [queue("q1", ["old"])] },
      "new old new old InUse",
    ],
    [
      "during the soak",
      other,
      { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])] },
      "new new new old Soaking",
    ],
    [
      "after the soak",
      other,
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "new new new old Disabling",
    ],
    [
      "while the last step waits for approval",
      { ...other, replacement: { holdBefore: ["Delete"] } },
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "new new new old AwaitingApproval",
    ],
    [
      "while jobs end",
      other,
      { environments: [old(retired), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "new new new old Draining",
    ],
    [
      "of one that is taken back",
      ec2,
      { environments: [old(retired), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "old new old new InUse",
    ],
    [
      "of failed attempts on their way out",
      other,
      { environments: [old({ status: "INVALID" }), fresh({ status: "CREATING" })] },
      "new - new old Disabling",
    ],
    [
      "in deletion",
      ec2,
      { environments: [old()], queues: [queue("q1", ["old"])], directives: { ...directives, deleting: true } },
      "old old old",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(line(spec, change)).toBe(expected);
    const turned = { ...change, environments: [...(change.environments ?? [])].reverse() };
    expect(line(spec, turned)).toBe(expected);
  });
});

it("reports the environment as AWS has it, without request ids", () => {
  const statusReason = "CLIENT_ERROR - no (Service: AmazonEC2; Status Code: 400; Request ID: 0a1b2c3d-4e5f)";
  const change = { status: "INVALID", statusReason, containerOrchestrationType: "ECS" } as const;
  expect(summary(ec2, { environments: [old(change)] })).toEqual({
    arn: "arn:aws:batch:eu-west-1:123456789012:compute-environment/old",
    name: "old",
    state: "ENABLED",
    status: "INVALID",
    statusReason: "CLIENT_ERROR - no (Service: AmazonEC2; Status Code: 400)",
    ecsClusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/AWSBatch-old",
    containerOrchestrationType: "ECS",
    target: "old",
    serviceRole: {
      arn: "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
      kind: "ServiceLinked",
      updates: expect.stringContaining("in place, when spec.updatePolicy is set"),
    },
  });
});

it.each([
  ["arn:aws:iam::123456789012:role/aws-batch-operator/default/team_ce_service_0a1b2c3d", "Made"],
  ["arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole", "Named"],
])("reports who owns the service role %s, and what it means for updates", (serviceRole, kind) => {
  expect(summary(ec2, { environments: [old({ serviceRole })] })).toMatchObject({
    serviceRole: { arn: serviceRole, kind, updates: expect.stringContaining("by a new environment") },
  });
});

it("leaves out what AWS does not show", () => {
  const nothing = { state: undefined, status: undefined, statusReason: undefined, serviceRole: undefined };
  const bare = { ...nothing, ecsClusterArn: undefined };
  expect(summary(other, { environments: [old(bare)] })).toMatchObject({ name: "old" });
  expect(Object.keys(summary(other, { environments: [old(bare)] }))).toEqual(["arn", "name", "predecessors"]);
  const empty = old({ ...bare, serviceRole: "" });
  expect(Object.keys(summary(other, { environments: [empty] }))).toEqual(["arn", "name", "predecessors"]);
});

describe("a predecessor", () => {
  const steps = (change: Partial<Seen>): unknown => summary(other, change)["predecessors"];

  it("is reported with its queues", () => {
    const queues = [queue("q2", ["old"]), queue("q1", ["x", "old"]), queue("q3", ["new"])];
    expect(steps({ environments: [old(), fresh()], queues })).toStrictEqual([
      { name: "old", step: "InUse", queues: ["q1", "q2"] },
    ]);
  });

  it("is reported with the jobs that are left, and since when", () => {
    const jobs: Seen["jobs"] = new Map([
      ["old", { kind: "read", remaining: [job("j1"), job("j2")], zeroForMs: undefined }],
    ]);
    expect(steps({ environments: [old(retired), fresh(serving(700))], queues: [queue("q1", ["new"])], jobs })).toEqual([
      { name: "old", step: "Draining", queues: [], jobsRemaining: 2, since: iso(300) },
    ]);
  });

  it("is reported without jobs that could not be counted", () => {
    const jobs: Seen["jobs"] = new Map([["old", { kind: "unread", why: "no" }]]);
    expect(steps({ environments: [old(retired), fresh(serving(700))], queues: [queue("q1", ["new"])], jobs })).toEqual([
      { name: "old", step: "Draining", queues: [], since: iso(300) },
    ]);
  });

  it("soaks since the new one serves, whenever it began to serve itself", () => {
    for (const before of [old(), old(serving(9000))]) {
      const environments = [before, fresh(serving(60))];
      expect(steps({ environments, queues: [queue("q1", ["new"])] })).toMatchObject([
        { step: "Soaking", since: iso(60) },
      ]);
    }
  });
});

it("shows the vCPUs that AWS's scaler wants", () => {
  const given = seen(ec2, { environments: [environment("ce-1")], desiredvCpus: new Map([["ce-1", 64]]) });
  expect(report(object(), given, chosen(object(), given), now)).toMatchObject({ desiredvCpus: 64 });
});
