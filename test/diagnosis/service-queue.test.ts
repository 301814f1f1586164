import { describe, expect, it } from "vitest";
import type { CapacityLimit, Queue, QuotaShareRecord, ServiceEnvironmentRecord } from "../../src/aws/batch.ts";
import {
  capacityIn,
  diagnoseServiceQueue,
  type ServiceQueueFacts,
  type TrainingJob,
} from "../../src/diagnosis/service-queue.ts";

const instanceType = "ml.m5.large";
const limits = (maxCapacity: number, capacityUnit = instanceType): CapacityLimit[] => [{ capacityUnit, maxCapacity }];
const queue = (change: Partial<Queue> = {}): Queue => ({
  jobQueueName: "q",
  jobQueueArn: "arn:aws:batch:us-east-1:123456789012:job-queue/q",
  state: "ENABLED",
  status: "VALID",
  priority: 1,
  computeEnvironmentOrder: [],
  ...change,
});
const service = (change: Partial<ServiceEnvironmentRecord> = {}): ServiceQueueFacts["service"] => ({
  name: "se",
  record: {
    serviceEnvironmentName: "se",
    serviceEnvironmentArn: "arn:aws:batch:us-east-1:123456789012:service-environment/se",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    state: "ENABLED",
    status: "VALID",
    capacityLimits: limits(4),
    ...change,
  },
});
const share = (quotaShareName: string, maxCapacity: number, change: Partial<QuotaShareRecord> = {}) => ({
  quotaShareName,
  quotaShareArn: `arn:aws:batch:us-east-1:123456789012:job-queue/q/quota-share/${quotaShareName}`,
  jobQueueArn: queue().jobQueueArn,
  capacityLimits: limits(maxCapacity) as QuotaShareRecord["capacityLimits"],
  resourceSharingConfiguration: { strategy: "RESERVE" as const },
  state: "ENABLED" as const,
  status: "VALID" as const,
  ...change,
});
const job = (name: string, instances: number, change: Partial<TrainingJob> = {}): TrainingJob => ({
  jobId: `${name}-id`,
  name,
  status: "RUNNABLE",
  statusReason: undefined,
  share: undefined,
  needs: { instanceType, instances },
  ...change,
});
const running = (name: string, instances: number, of?: string) =>
  job(name, instances, { status: "RUNNING", share: of });
const facts = (change: Partial<ServiceQueueFacts> = {}): ServiceQueueFacts => ({
  queue: queue(),
  service: service(),
  sharedWith: [],
  shares: [],
  next: [],
  started: [],
  moreStarted: false,
  ...change,
});
const said = (change: Partial<ServiceQueueFacts>) => {
  const { verdict, findings } = diagnoseServiceQueue(facts(change));
  return [verdict, ...findings.map(({ code, sentence }) => `${code}: ${sentence}`)];
};
const borrows = (borrowLimit?: number): Partial<QuotaShareRecord> => ({
  resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit },
});

describe("the diagnosis of a queue of SageMaker", () => {
  it.each<[string, Partial<ServiceQueueFacts>, readonly string[]]>([
    ["without jobs that wait", {}, ["idle"]],
    ["with a job that starts", { next: [job("a", 1)] }, ["progressing"]],
    [
      "that is INVALID and DISABLED",
      { queue: queue({ status: "INVALID", statusReason: "no such policy.", state: "DISABLED" }) },
      [
        "idle",
        "QueueInvalid: AWS marked the queue q as INVALID: no such policy",
        "QueueDisabled: the queue q is DISABLED: it accepts no new jobs; jobs that are already in it still run",
      ],
    ],
    [
      "that is INVALID without a reason",
      { queue: queue({ status: "INVALID" }) },
      ["idle", "QueueInvalid: AWS marked the queue q as INVALID: AWS gives no reason"],
    ],
    [
      "whose service environment is gone",
      { service: { name: "se", record: undefined }, next: [job("a", 1)] },
      ["blocked", "NoEnvironment: the queue references the service environment se, which does not exist"],
    ],
    [
      "whose service environment is DISABLED",
      { service: service({ state: "DISABLED" }), next: [job("a", 1)] },
      ["blocked", "EnvironmentDisabled: the service environment se is DISABLED: no job starts in it"],
    ],
    [
      "whose service environment is INVALID, without a job",
      { service: service({ status: "INVALID" }) },
      ["idle", "EnvironmentInvalid: AWS marked the service environment se as INVALID, and gives no reason"],
    ],
    [
      "whose service environment is being updated",
      { service: service({ status: "UPDATING" }), next: [job("a", 1)] },
      ["waiting", "EnvironmentChanging: the service environment se is UPDATING"],
    ],
    [
      "with a job that is too large for the service environment",
      { next: [job("a", 5)] },
      [
        "blocked",
        "ServiceEnvironmentTooSmall: the job a needs 5 ml.m5.large, but the service environment se is limited to 4",
      ],
    ],
    [
      "with a job of a type without a limit",
      { next: [job("a", 1, { needs: { instanceType: "ml.g5.xlarge", instances: 1 } })] },
      [
        "blocked",
        "ServiceEnvironmentTooSmall: the job a needs 1 ml.g5.xlarge, but the service environment se is limited to 0",
      ],
    ],
    [
      "whose service environment is used up, by jobs of this and other queues",
      { next: [job("a", 2)], started: [running("b", 3)], sharedWith: ["other"] },
      [
        "waiting",
        "ServiceEnvironmentUsed: the job a needs 2 ml.m5.large; of the 4 that the service environment se is limited to, 3 are used by b (RUNNING, 3); jobs of other may hold more of it",
      ],
    ],
    [
      "whose instances are counted whatever their type",
      {
        service: service({ capacityLimits: limits(4, "NUM_INSTANCES") }),
        next: [job("a", 3)],
        started: [running("b", 2)],
      },
      [
        "waiting",
        "ServiceEnvironmentUsed: the job a needs 3 instances; of the 4 that the service environment se is limited to, 2 are used by b (RUNNING, 2)",
      ],
    ],
    [
      "with a job of which AWS says why it waits",
      { next: [job("a", 1, { statusReason: "ResourceLimitExceeded." })] },
      ["blocked", "CauseUnknown: AWS says of the job a: ResourceLimitExceeded"],
    ],
    [
      "with a job of which only AWS knows what it needs",
      { next: [job("a", 1, { needs: undefined })], shares: [share("x", 0)] },
      ["progressing"],
    ],
  ])("%s", (_case, given, expected) => {
    expect(said(given)).toEqual(expected);
  });

  it("says which share is used up, by which jobs, and which is too small or INVALID", () => {
    const next = [job("a", 2, { share: "x" }), job("b", 3, { share: "y" }), job("c", 1, { share: "z" })];
    const shares = [share("x", 3), share("y", 2), share("z", 1, { status: "INVALID" })];
    expect(said({ next, shares, started: [running("d", 2, "x"), running("e", 1, "y")] })).toEqual([
      "waiting",
      "QuotaShareUsed: the job a needs 2 ml.m5.large; the quota share x has 3; 2 are used by d (RUNNING, 2), and it may not borrow",
      "QuotaShareTooSmall: the job b needs 3 ml.m5.large, but the quota share y has 2",
      "QuotaShareInvalid: AWS marked the quota share z as INVALID, and gives no reason",
    ]);
  });

  it("names some of many jobs that hold a share", () => {
    const started = ["1", "2", "3", "4", "5", "6", "7"].map((name) => running(name, 1, "x"));
    const given = { next: [job("a", 1, { share: "x" })], shares: [share("x", 7)], started };
    expect(said(given)[1]).toContain(
      "7 are used by 1 (RUNNING, 1), 2 (RUNNING, 1), 3 (RUNNING, 1), 4 (RUNNING, 1), 5 (RUNNING, 1) and 2 more",
    );
    expect(said({ ...given, moreStarted: true })[1]).toContain("and more than could be read");
  });

  it("knows what a share may borrow", () => {
    const given = (of: Partial<QuotaShareRecord>, instances: number) =>
      said({ next: [job("a", instances, { share: "x" })], shares: [share("x", 2, of)] })[1];
    expect(given(borrows(50), 4)).toContain(
      "QuotaShareTooSmall: the job a needs 4 ml.m5.large, but the quota share x has 2 and may borrow 1",
    );
    expect(given(borrows(50), 3)).toContain(
      "x has 2; 0 are used, and the shares of the queue that lend have 0 idle, part of which may be lent already",
    );
    expect(given(borrows(), 4)).toMatch(/^QuotaShareUsed/);
    expect(given(borrows(), 2)).toBeUndefined();
  });

  it("says what keeps a share from borrowing more: its own limit, or what others lend", () => {
    const shares = [share("x", 4, borrows(100)), share("y", 6, { resourceSharingConfiguration: { strategy: "LEND" } })];
    const given = (instances: number, started: readonly TrainingJob[]) =>
      said({
        next: [job("a", instances, { share: "x" })],
        shares,
        started,
        service: service({ capacityLimits: limits(10) }),
      })[1];
    expect(given(4, [running("b", 6, "x")])).toBe(
      "QuotaShareUsed: the job a needs 4 ml.m5.large; the quota share x has 4; 6 are used, 2 of them borrowed, by b (RUNNING, 6), and its borrowLimit lets it borrow no more than 4",
    );
    expect(given(4, [running("b", 3, "x"), running("c", 5, "y")])).toContain(
      "3 are used by b (RUNNING, 3), and the shares of the queue that lend have 1 idle, part of which may be lent already",
    );
  });

  it("reports a share that is DISABLED, and no sentence twice", () => {
    const next = [job("a", 1, { share: "x" }), job("b", 1, { share: "x" })];
    expect(
      said({ next, shares: [share("x", 1, { state: "DISABLED" })], service: service({ state: "DISABLED" }) }),
    ).toEqual([
      "blocked",
      "EnvironmentDisabled: the service environment se is DISABLED: no job starts in it",
      "QuotaShareDisabled: the quota share x is DISABLED: it accepts no new jobs; jobs that are already in it still run",
    ]);
  });
});

it("what the jobs of a queue hold is counted by instance type, for each share and the service environment", () => {
  const shares = [share("x", 3, { state: undefined, status: undefined }), share("y", 2)];
  const started = [running("a", 2, "x"), running("b", 1, "y")];
  expect(capacityIn(facts({ shares, started }))).toEqual([
    {
      of: "service environment",
      name: "se",
      state: "ENABLED",
      status: "VALID",
      limits: [{ unit: instanceType, limit: 4, used: 3 }],
    },
    { of: "quota share", name: "x", state: "", status: "", limits: [{ unit: instanceType, limit: 3, used: 2 }] },
    {
      of: "quota share",
      name: "y",
      state: "ENABLED",
      status: "VALID",
      limits: [{ unit: instanceType, limit: 2, used: 1 }],
    },
  ]);
  const any = service({ capacityLimits: limits(4, "NUM_INSTANCES") });
  expect(capacityIn(facts({ service: any, started }))[0]?.limits).toEqual([
    { unit: "NUM_INSTANCES", limit: 4, used: 3 },
  ]);
  expect(capacityIn(facts({ service: { name: "se", record: undefined } }))).toMatchObject([
    { state: "gone", status: "gone" },
  ]);
});
