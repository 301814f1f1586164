import { describe, expect, it, test } from "vitest";
import { type KubeObject, keyText } from "../../src/api/object.ts";
import { nameAnnotations, roleAnnotations } from "../../src/api/v1alpha1/annotations.ts";
import type { BatchJob } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind, kinds } from "../../src/api/v1alpha1/kinds.ts";
import type { RegionChange } from "../../src/aws/region-cache.ts";
import type { Objects } from "../../src/controllers/ports.ts";
import { relatedTo, type Woken, wokenByAws, wokenByNamespace, wokenByObject } from "../../src/controllers/wakes.ts";
import { jobObject } from "./kinds/batch-job/seen.ts";
import { object as environmentObject } from "./kinds/compute-environment/given.ts";
import { definition, ours } from "./kinds/job-definition/seen.ts";
import { environment, foreignEnvironment, queue, object as queueObject } from "./kinds/job-queue/given.ts";
import { object as policyObject } from "./kinds/scheduling-policy/given.ts";
import { fakeRegion, objectsOf } from "./region.ts";

const named = (whole: KubeObject, name: string, namespace = "team"): KubeObject => ({
  ...whole,
  metadata: { ...whole.metadata, name, namespace, uid: `uid-${name}` },
});
const refersTo = (name: string, namespace?: string) =>
  queueObject({
    computeEnvironmentOrder: [
      { order: 1, computeEnvironmentRef: { name, ...(namespace === undefined ? {} : { namespace }) } },
    ],
  });
const literal = queueObject({
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: "arn:x:compute-environment/x" }],
});

const objects = objectsOf([
  named(environmentObject(), "a"),
  named(environmentObject(), "b"),
  named(refersTo("a"), "qa"),
  named(refersTo("b"), "qb"),
  named(refersTo("a", "team"), "far", "other"),
  named(literal, "qx"),
  named(definition(), "job"),
]);

const nothing: RegionChange = {
  computeEnvironments: [],
  jobQueues: [],
  schedulingPolicies: [],
  serviceEnvironments: [],
  consumableResources: [],
  quotaShares: [],
  jobDefinitions: [],
  jobs: [],
  followed: [],
  asked: false,
  everything: false,
};
const text = (woken: readonly Woken[]): string =>
  woken.map(({ kind, key }) => `${kind.shortNames[0]} ${key.namespace}/${key.name}`).join(", ");
const snapshot = (change: Parameters<typeof fakeRegion>[0] = {}) => fakeRegion(change).snapshot();
const a1 = { computeEnvironments: [environment("a1", "a")] };

describe("a change in AWS wakes", () => {
  it.each<[string, Partial<RegionChange>, Parameters<typeof fakeRegion>[0], Parameters<typeof fakeRegion>[0], string]>([
    ["nobody, when nothing changed", {}, {}, {}, ""],
    [
      "the owner of an environment and the queues that refer to it",
      { computeEnvironments: ["a1"] },
      a1,
      a1,
      "bce team/a, bjq team/qa, bjq other/far",
    ],
    [
      "the owner of an environment that is gone",
      { computeEnvironments: ["a1"] },
      a1,
      {},
      "bce team/a, bjq team/qa, bjq other/far",
    ],
    [
      "the owner of an environment that is new",
      { computeEnvironments: ["a1"] },
      {},
      a1,
      "bce team/a, bjq team/qa, bjq other/far",
    ],
    [
      "the object whose base name a foreign environment bears",
      { computeEnvironments: ["team_b"] },
      {},
      { computeEnvironments: [foreignEnvironment("team_b")] },
      "bce team/b",
    ],
    [
      "a queue object that names an environment literally",
      { computeEnvironments: ["x"] },
      {},
      { computeEnvironments: [foreignEnvironment("x")] },
      "bjq team/qx",
    ],
    [
      "the object of a queue",
      { jobQueues: ["team_qb"] },
      {},
      { jobQueues: [queue([], { jobQueueName: "team_qb" })] },
      "bjq team/qb",
    ],
    [
      "the owner of an environment that a foreign queue no longer names",
      { jobQueues: ["theirs"] },
      { ...a1, jobQueues: [queue(["a1"], { jobQueueName: "theirs" })] },
      { ...a1, jobQueues: [queue([], { jobQueueName: "theirs" })] },
      "bce team/a, bjq team/qa, bjq other/far",
    ],
    [
      "the objects of queues that name the environment in AWS, and of all that those queues name",
      { computeEnvironments: ["x"] },
      {},
      {
        computeEnvironments: [foreignEnvironment("x"), environment("a1", "a"), environment("b1", "b")],
        jobQueues: [queue(["x", "a1"], { jobQueueName: "theirs" }), queue(["x", "b1"], { jobQueueName: "team_qb" })],
      },
      "bce team/a, bce team/b, bjq team/qb, bjq team/qa, bjq other/far, bjq team/qx",
    ],
    [
      "the object of a queue that names a predecessor of the environment in AWS alone",
      { computeEnvironments: ["a2"] },
      {},
      {
        computeEnvironments: [environment("a1", "a"), environment("a2", "a"), environment("b1", "b")],
        jobQueues: [queue(["a1"], { jobQueueName: "team_qb" })],
      },
      "bce team/a, bjq team/qb, bjq team/qa, bjq other/far",
    ],
    [
      "nobody for what other queues name",
      { computeEnvironments: ["y"] },
      {},
      {
        computeEnvironments: [foreignEnvironment("y"), foreignEnvironment("x"), environment("b1", "b")],
        jobQueues: [queue(["x", "b1"], { jobQueueName: "team_qb" }), queue(["y"], { jobQueueName: "theirs" })],
      },
      "",
    ],
    [
      "the owner of the environment that a refused queue was to name, and neither its own object nor others that name it",
      { jobQueues: ["team_qa"], asked: true },
      { ...a1, jobQueues: [queue(["a1"], { jobQueueName: "team_qa" })] },
      a1,
      "bce team/a",
    ],
    [
      "nobody for a refused environment, which no queue of AWS names yet",
      { computeEnvironments: ["a1"], asked: true },
      a1,
      {},
      "",
    ],
    ["the object of a job definition", { jobDefinitions: ["team_job"] }, {}, {}, "bjd team/job"],
    [
      "everybody, when everything may be different",
      { everything: true },
      {},
      {},
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq other/far, bjq team/qx, bjd team/job",
    ],
  ])("%s", (_name, change, before, now, expected) => {
    expect(text([...wokenByAws({ ...nothing, ...change }, snapshot(before), snapshot(now), objects)])).toBe(expected);
  });

  it("of a refused queue's scheduling policy only one that is in deletion: nothing else waits for the answer", () => {
    const policy = policyObject();
    const schedulingPolicyArn = `arn:aws:batch:eu-west-1:111122223333:scheduling-policy/team_fair`;
    const refused = { jobQueues: [queue([], { jobQueueName: "team_qa", schedulingPolicyArn })] };
    const change = { ...nothing, jobQueues: ["team_qa"], asked: true };
    const wokenWith = (deletionTimestamp: string | undefined): string => {
      const metadata = { ...policy.metadata, name: "fair", namespace: "team", deletionTimestamp };
      const all = objectsOf([{ ...policy, metadata } as KubeObject]);
      return text([...wokenByAws(change, snapshot(refused), snapshot({}), all)]);
    };
    expect(wokenWith(undefined)).toBe("");
    expect(wokenWith("2026-01-01T00:00:00Z")).toBe("bsp team/fair");
  });

  it("the jobs of an object whose revision was read, also when the object itself stays as it is", () => {
    const job = jobObject({ jobDefinitionRef: { name: "job" } });
    const waiting = objectsOf([named(definition(), "job"), named(job, "runs-it"), named(jobObject(), "runs-another")]);
    const change = { ...nothing, jobDefinitions: ["team_job"] };
    const now = snapshot({ jobDefinitions: new Map([["team_job", [ours(1)]]]) });
    expect(text([...wokenByAws(change, snapshot({}), now, waiting)])).toBe("bjd team/job, bj team/runs-it");
  });

  it("the owner also at the first listing", () => {
    expect(
      text([...wokenByAws({ ...nothing, computeEnvironments: ["a1"] }, undefined, snapshot(a1), objects)]),
    ).toContain("bce team/a");
  });
});

describe("a change of a namespace wakes", () => {
  const namespace = (labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}) => ({
    ...named(queueObject(), "team", "team"),
    kind: "Namespace",
    metadata: { ...named(queueObject(), "team", "team").metadata, labels, annotations },
  });
  const limited = { [roleAnnotations.policies]: "[]" };

  it.each<[string, KubeObject | undefined, KubeObject | undefined, string]>([
    [
      "what refers to other objects, by its labels",
      namespace({}),
      namespace({ a: "b" }),
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
    [
      "what uses roles, and what refers to it, by the annotations that limit them",
      namespace({}),
      namespace({}, limited),
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
    [
      "the same, by the annotations that limit networks",
      namespace({}),
      namespace({}, { "awsbatch.dev/allowed-resources": "" }),
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
    [
      "all that is in it, by the annotations that limit names",
      namespace({}),
      namespace({}, { [nameAnnotations.adoptable]: "*" }),
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
    ["nobody, by other annotations", namespace({}), namespace({}, { "team/contact": "x" }), ""],
    [
      "all that is in it, when it is new",
      undefined,
      namespace({}),
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
    [
      "all that is in it, when it is gone",
      namespace({}),
      undefined,
      "bce team/a, bce team/b, bjq team/qa, bjq team/qb, bjq team/qx, bjd team/job",
    ],
  ])("%s", (_name, before, after, expected) => {
    expect(text([...wokenByNamespace(before, after, objects)])).toBe(expected);
  });

  it("by its labels every kind that refers to others, and no other kind", () => {
    const each = kinds.map(({ kind }) => ({ ...named(literal, "one"), kind }));
    const found = [...wokenByNamespace(namespace({}), namespace({ a: "b" }), objectsOf(each))];
    expect(text(found)).toBe("bce team/one, bjq team/one, bqs team/one, bjd team/one, bj team/one");
  });
});

/** Of all kinds. */
const woken = (change: Parameters<typeof wokenByObject>[1], around: Objects): string =>
  text(kinds.flatMap((kind) => wokenByObject(kind, change, around).map((key) => ({ kind, key }))));

test("an object is also reconciled when one of a related kind changes", () => {
  const related = Object.fromEntries(kinds.map((kind) => [kind.kind, relatedTo(kind).map((one) => one.kind)]));
  expect(related).toEqual({
    BatchRole: ["BatchComputeEnvironment", "JobDefinition"],
    BatchNetwork: ["BatchComputeEnvironment"],
    BatchComputeEnvironment: ["BatchRole", "BatchNetwork", "JobQueue", "JobDefinition"],
    JobQueue: ["BatchComputeEnvironment", "SchedulingPolicy", "ServiceEnvironment", "QuotaShare"],
    QuotaShare: ["JobQueue"],
    JobDefinition: ["BatchRole", "BatchComputeEnvironment", "ConsumableResource"],
    ConsumableResource: ["JobDefinition"],
    BatchJob: ["JobQueue", "ConsumableResource", "JobDefinition", "BatchJob"],
    SchedulingPolicy: ["JobQueue"],
    ServiceEnvironment: ["JobQueue"],
  });
});

describe("a change of an object wakes", () => {
  it.each<[string, KubeObject, string]>([
    ["the queues that refer to an environment", named(environmentObject(), "a"), "bjq team/qa, bjq other/far"],
    ["the environment that a queue refers to", named(refersTo("b"), "qb"), "bce team/b"],
    ["the environment of another namespace", named(refersTo("b", "x"), "qb"), "bce x/b"],
    ["nobody, for a queue that refers to none", named(literal, "qx"), ""],
    ["nobody, for a job definition", definition(), ""],
  ])("%s", (_name, object, expected) => {
    expect(woken({ before: undefined, after: object }, objects)).toBe(expected);
  });
});

describe("a change of a job that 5,000 others depend on wakes", () => {
  const before = jobObject({ jobQueueRef: { name: "qa" } });
  const others = Array.from({ length: 5000 }, (_, index) =>
    named(jobObject({ dependsOn: [{ jobRef: { name: "hello" } }] }), `j${index}`),
  );
  const around = objectsOf([before, ...others]);
  const condition = (type: string, reason: string) => ({ type, status: "True", reason, message: "" }) as never;

  it.each<[string, BatchJob, number]>([
    ["nobody by an annotation", { ...before, metadata: { ...before.metadata, annotations: { a: "b" } } }, 0],
    ["nobody by a label", { ...before, metadata: { ...before.metadata, labels: { a: "b" } } }, 0],
    ["nobody by its spec", { ...before, spec: { ...before.spec, suspend: true } }, 0],
    ["nobody by a condition", { ...before, status: { conditions: [condition("Reconciling", "WaitingForQueue")] } }, 0],
    ["all of them by its submission", { ...before, status: { jobId: "job-1" } }, 5000],
    ["all of them by its result", { ...before, status: { conditions: [condition("Failed", "JobFailed")] } }, 5000],
    [
      "all of them when its result is unknown",
      { ...before, status: { conditions: [condition("Stalled", "ResultUnknown")] } },
      5000,
    ],
  ])("%s", (_what, after, expected) => {
    expect(new Set(wokenByObject(BatchJobKind, { before, after }, around).map(keyText)).size).toBe(expected);
  });

  it("all of them when it comes or goes, and not its queue", () => {
    expect(wokenByObject(BatchJobKind, { before: undefined, after: before }, around)).toHaveLength(5000);
    expect(wokenByObject(BatchJobKind, { before, after: undefined }, around)).toHaveLength(5000);
    expect(woken({ before: undefined, after: before }, objectsOf([before]))).toBe("");
  });
});
