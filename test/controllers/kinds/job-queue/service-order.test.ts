import { describe, expect, it } from "vitest";
import type { JobQueueSpec } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Queue, ServiceEnvironmentRecord } from "../../../../src/aws/batch.ts";
import type { ServiceSeen } from "../../../../src/controllers/kinds/job-queue/seen.ts";
import { record } from "../service-environment/given.ts";
import { choiceFor, directives, now, object, queue, type SeenChange, seen, stepLine } from "./given.ts";

const arnOf = (name: string) => `arn:aws:batch:eu-west-1:123456789012:service-environment/${name}`;

function environment(name: string, change: Partial<ServiceEnvironmentRecord> = {}): ServiceEnvironmentRecord {
  return record({ serviceEnvironmentName: name, serviceEnvironmentArn: arnOf(name), ...change });
}

const spec: Partial<JobQueueSpec> = {
  computeEnvironmentOrder: undefined,
  jobQueueType: "SAGEMAKER_TRAINING",
  serviceEnvironmentOrder: [{ order: 1, serviceEnvironmentRef: { name: "a" } }],
};

function service(
  reference: ServiceSeen["reference"],
  ...environments: readonly ServiceEnvironmentRecord[]
): Pick<SeenChange, "service"> {
  const byName = new Map(environments.map((one) => [one.serviceEnvironmentName, one]));
  return { service: { order: 1, reference, retiring: false, environments: byName, unread: undefined } };
}

const resolved = (name: string): ServiceSeen["reference"] => ({ kind: "resolved", arn: arnOf(name) });

/** The queue in AWS with this service environment. */
function served(name: string, change: Partial<Queue> = {}): Queue {
  const serviceEnvironmentOrder = [{ order: 1, serviceEnvironment: arnOf(name) }];
  return queue([], { jobQueueType: "SAGEMAKER_TRAINING", serviceEnvironmentOrder, ...change });
}

const [a, b] = [environment("a"), environment("b")];
const update = (name: string) =>
  `update ${JSON.stringify({ serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: arnOf(name) }] })}`;
const atFirst: ServiceSeen = {
  order: 1,
  reference: resolved("a"),
  retiring: false,
  environments: new Map(),
  unread: undefined,
};
const bothThere = new Map([a, b].map((one) => [one.serviceEnvironmentName, one]));
const off = { state: "DISABLED" } as const;
const unusable = {
  type: "Ready",
  status: "False" as const,
  observedGeneration: 1,
  reason: "NoUsableEnvironment",
  message: "no job can start: a is DISABLED and VALID",
  lastTransitionTime: "2026-01-01T00:00:00Z",
};

describe("a queue of SageMaker", () => {
  it.each<[string, SeenChange, string]>([
    ["is created with its service environment", service(resolved("a"), a), "create "],
    ["is created on one that is DISABLED", service(resolved("a"), environment("a", off)), "create "],
    [
      "waits until that is VALID",
      service(resolved("a"), environment("a", { status: "INVALID" })),
      "wait WaitingForEnvironment Stalled after 10 min",
    ],
    ["waits until that is there", service(resolved("a")), "wait WaitingForEnvironment Stalled after 10 min"],
    [
      "waits for the object that it refers to",
      service({ kind: "unresolved", reason: "ReferenceNotFound", message: "there is none" }),
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    [
      "waits while AWS has nothing of that object",
      service({ kind: "awaited", arn: arnOf("a"), message: "AWS does not have a yet" }),
      "wait WaitingForEnvironment Stalled after 10 min",
    ],
    [
      "is left to a person where it may not use it",
      service({ kind: "unresolved", reason: "ReferenceNotAllowed", message: "no" }, a),
      "blocked ReferenceNotAllowed again in 60 s",
    ],
    ["is at rest", { queue: served("a"), ...service(resolved("a"), a) }, "serves Available; serving"],
    [
      "keeps what it has while that is being deleted",
      { queue: served("a"), ...service({ kind: "awaited", arn: arnOf("a"), message: "going" }, a) },
      "serves Available; serving",
    ],
    ["goes over in place", { queue: served("a"), ...service(resolved("b"), a, b) }, update("b")],
    [
      "does not go over to one that takes no jobs",
      { queue: served("a"), ...service(resolved("b"), a, environment("b", off)) },
      "wait WouldLeaveNoEnvironment Stalled after 10 min",
    ],
    [
      "nor where nobody knows the one that it has",
      { queue: served("a"), ...service(resolved("b"), environment("b", off)) },
      "wait WouldLeaveNoEnvironment Stalled after 10 min",
    ],
    [
      "goes over where the one that it has takes none either",
      { queue: served("a"), ...service(resolved("b"), environment("a", off), environment("b", off)) },
      update("b"),
    ],
    [
      "does not go over to one that takes none where the object of the one that it has enables that again",
      {
        queue: served("a"),
        enabling: new Set(["a"]),
        ...service(resolved("b"), environment("a", off), environment("b", off)),
      },
      "wait WouldLeaveNoEnvironment Stalled after 10 min",
    ],
    [
      "does not go over to one that somebody takes out of service",
      {
        queue: served("a"),
        service: { ...atFirst, reference: resolved("b"), retiring: true, environments: bothThere },
      },
      "wait WaitingForEnvironment Stalled after 10 min",
    ],
    [
      "reports that no job starts",
      { queue: served("a"), ...service(resolved("a"), environment("a", off)) },
      "wait NoUsableEnvironment Stalled after 10 min",
    ],
    [
      "does not report it while nobody is to start jobs",
      { queue: served("a", off), ...service(resolved("a"), environment("a", off)) },
      "serves Disabled; serving",
    ],
    [
      "is not called usable before AWS has said so",
      { queue: served("a"), service: { ...atFirst, unread: { name: "a", isRefused: false } } },
      "wait WaitingForEnvironment again in 1 s",
    ],
    [
      "is called usable where AWS refuses to say",
      { queue: served("a"), service: { ...atFirst, unread: { name: "a", isRefused: true } } },
      "serves Available; serving",
    ],
    [
      "stays what it is where AWS has a queue in containers",
      { queue: queue(["ce"]), ...service(resolved("a"), a) },
      "blocked JobQueueTypeFixed",
    ],
  ])("%s", (_name, change, expected) => {
    expect(stepLine(spec, change, now)).toBe(expected);
  });

  it.each([true, false])("stays without a usable environment until AWS answers (refused: %s)", (isRefused) => {
    const service = { ...atFirst, unread: { name: "a", isRefused } };
    const before = { ...object(spec), status: { conditions: [unusable] } };
    expect(choiceFor(before, seen({ queue: served("a"), service }), now).next).toMatchObject({
      kind: "wait",
      reason: "NoUsableEnvironment",
    });
  });

  it("says what to do where its service environment is not VALID for long", () => {
    const updating = service(resolved("a"), environment("a", { status: "UPDATING" }));
    expect(choiceFor(object(spec), seen(updating), now).next.message).toBe(
      "a is UPDATING: the queue can have it once it is VALID. If it stays so, check its conditions, or refer to another one",
    );
  });

  it("stays one when the spec asks for containers", () => {
    expect(stepLine({}, { queue: served("a") }, now)).toBe("blocked JobQueueTypeFixed");
  });

  it("is asked for with its type, and without compute environments", () => {
    const { next } = choiceFor(object(spec), seen(service(resolved("a"), a)), now);
    expect(next.kind === "act" && next.action).toMatchObject({
      request: {
        jobQueueType: "SAGEMAKER_TRAINING",
        serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: arnOf("a") }],
      },
    });
    expect(JSON.stringify(next)).not.toContain("computeEnvironmentOrder");
  });

  it("says what it runs jobs on, and whether its reference leads somewhere", () => {
    const { next, conditions } = choiceFor(
      object(spec),
      seen({ queue: served("a"), ...service(resolved("a"), a) }),
      now,
    );
    expect([next.message, conditions.find(({ type }) => type === "ReferencesResolved")]).toEqual([
      "team_q is VALID and runs jobs on a",
      expect.objectContaining({ status: "True", message: "the service environment of default/team/q exists" }),
    ]);
  });

  it("in deletion waits for its jobs, and says that those will not start which have nowhere to", () => {
    const jobs = { kind: "read", remaining: [{ jobId: "j" }], zeroForMs: undefined } as never;
    const deleting = { jobs, directives: { ...directives, deleting: true }, queue: served("a", off) };
    const messageWith = (...given: readonly ServiceEnvironmentRecord[]) =>
      choiceFor(object(spec), seen({ ...deleting, ...service(resolved("a"), ...given) }), now).next.message;
    expect(messageWith(a)).toBe("team_q waits for 1 job to end; no job is terminated (drain.policy: Wait)");
    expect(messageWith(environment("a", off))).toContain(
      ". a is DISABLED and VALID, so jobs that have not started never will",
    );
  });
});
