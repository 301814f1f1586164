import { describe, expect, test } from "vitest";
import { type KubeObject, keyText } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind, QuotaShareKind } from "../../../src/api/v1alpha1/kinds.ts";
import { jobFindings } from "../../../src/tools/diagnose/job-findings.ts";
import { chainFix, chainFrom, needsPerson } from "../../../src/tools/jobs/chain.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";
import { condition, jobFacts } from "../diagnose/given-job.ts";

const job = jobObject(
  { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "hello" } },
  { conditions: [{ ...condition("Ready", "WaitingForQueue", "JobQueue main is not in AWS yet"), status: "False" }] },
);
const { namespace } = job.metadata;

function object(kind: string, name: string, spec: object, reason?: string): [string, KubeObject] {
  const ready = { ...condition("Ready", reason ?? "Available", `${name} is ${reason ?? "ready"}`) };
  const conditions = [{ ...ready, status: reason === undefined ? "True" : "False" }];
  const metadata = { ...job.metadata, namespace, name };
  return [`${kind} ${namespace}/${name}`, { ...job, kind, metadata, spec, status: { conditions } } as KubeObject];
}

const environments = (name: string) => ({ computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name } }] });

async function found(...objects: readonly [string, KubeObject][]): Promise<readonly string[]> {
  return await foundOf(job, objects);
}

/** Stalled for its present spec, or for an earlier one. */
function stalled([key, one]: [string, KubeObject], { before = false } = {}): [string, KubeObject] {
  const { conditions } = one.status as { conditions: ReturnType<typeof condition>[] };
  const [ready] = conditions;
  const generation = (one.metadata.generation ?? 1) - (before ? 1 : 0);
  const also = { ...condition("Stalled", ready?.reason ?? "", ""), status: "True", observedGeneration: generation };
  return [key, { ...one, status: { conditions: [...conditions, also] } } as KubeObject];
}

async function waitsForPerson(...objects: readonly [string, KubeObject][]): Promise<boolean> {
  const there = new Map(objects);
  return needsPerson(await chainFrom(job, BatchJobKind, async ({ kind }, key) => there.get(`${kind} ${keyText(key)}`)));
}

async function foundOf(of: BatchJob, objects: readonly [string, KubeObject][]): Promise<readonly string[]> {
  const there = new Map(objects);
  const chain = await chainFrom(of, BatchJobKind, async ({ kind }, key) => there.get(`${kind} ${keyText(key)}`));
  return jobFindings(jobFacts({ object: of, chain })).map(({ code, sentence, fix }) => `${code}: ${sentence}. ${fix}`);
}

test("what a job waits for is followed from object to object, to the one that has to be changed", async () => {
  const queue = object("JobQueue", "main", environments("nothere"), "ReferenceNotFound");
  expect(await found(queue)).toEqual([
    `ReferenceNotFound: the job needs JobQueue ${namespace}/main, and that one needs BatchComputeEnvironment ${namespace}/nothere, which does not exist. BatchComputeEnvironment team/nothere: create it, or correct the reference in JobQueue ${namespace}/main`,
  ]);
});

test("an object that is there has its own reason and its own remedy", async () => {
  const queue = object("JobQueue", "main", environments("ce"), "WaitingForEnvironment");
  const environment = object("BatchComputeEnvironment", "ce", {}, "Conflict");
  const [finding = ""] = await found(queue, environment);
  expect(finding).toContain(
    `Conflict: the job needs JobQueue ${namespace}/main, and that one needs BatchComputeEnvironment ${namespace}/ce, which is not Ready: ce is Conflict. BatchComputeEnvironment team/ce: create one of the two again with another`,
  );
});

test("an object that is not Ready is not the cause where the reason says that another one is waited for", async () => {
  const definition = object("JobDefinition", "hello", {}, "WaitingForRole");
  const queue = object("JobQueue", "main", {}, "InvalidRequest");
  const waits = { ...job, status: { conditions: [condition("Ready", "WaitingForDefinition", "")] } } as BatchJob;
  const [finding] = await foundOf(waits, [queue, definition]);
  expect(finding).toContain("the job needs JobDefinition team/hello, which is not Ready: hello is WaitingForRole");
});

describe("a job goes on only when a person acts", () => {
  const two = {
    computeEnvironmentOrder: ["a", "b"].map((name, order) => ({ order, computeEnvironmentRef: { name } })),
  };
  const waits = object("JobQueue", "main", two, "WaitingForEnvironment");
  const environment = (name: string, reason?: string) => object("BatchComputeEnvironment", name, {}, reason);

  test("where its queue is Stalled", async () => {
    const queue = object("JobQueue", "main", {}, "NotOwned");
    expect([await waitsForPerson(queue), await waitsForPerson(stalled(queue))]).toEqual([false, true]);
  });

  test("and not where the queue was Stalled for an earlier spec", async () => {
    expect(await waitsForPerson(stalled(object("JobQueue", "main", {}, "NotOwned"), { before: true }))).toBe(false);
  });

  test("where all environments of its queue are Stalled, and not where one may still come", async () => {
    const [a, b] = [stalled(environment("a", "NotOwned")), environment("b", "Creating")];
    expect([await waitsForPerson(waits, a, b), await waitsForPerson(waits, a, stalled(b))]).toEqual([false, true]);
  });

  test("and not where an object is missing, which may be applied next", async () => {
    expect(await waitsForPerson()).toBe(false);
  });
});

test("a reference that cannot be changed is corrected in another object", async () => {
  const share = object("QuotaShare", "share", { jobQueueRef: { name: "gone" } }, "ReferenceNotFound");
  const chain = await chainFrom(share[1], QuotaShareKind, async () => undefined);
  expect([chainFix(chain), await found()]).toEqual([
    "JobQueue team/gone: create it, or create another QuotaShare in place of QuotaShare team/share, whose reference cannot be changed",
    [
      `ReferenceNotFound: the job needs JobQueue team/main, which does not exist. JobQueue team/main: create it, or create another BatchJob in place of BatchJob team/${job.metadata.name}, whose reference cannot be changed`,
    ],
  ]);
});

test("a job that AWS refuses for its spec is not to be corrected, but created again", async () => {
  const refused = {
    ...job,
    status: { conditions: [condition("Ready", "InvalidRequest", "AWS rejected the request")] },
  } as BatchJob;
  const there = [object("JobQueue", "main", {}), object("JobDefinition", "hello", {})];
  expect(await foundOf(refused, there)).toEqual([
    "InvalidRequest: AWS rejected the request. create another object, under a new name, with the right value: the spec of this one cannot be changed; correct what it refers to, if the message names a field of that",
  ]);
});

test("without one that is not Ready the job's own reason stays", async () => {
  const [queue, definition] = [object("JobQueue", "main", {}), object("JobDefinition", "hello", {})];
  expect(await found(queue, definition)).toEqual([expect.stringMatching(/^WaitingForQueue: JobQueue main is not in/)]);
});

describe("a job that waits until another one is submitted", () => {
  const dependingOn = (name: string) => ({ ...job.spec, dependsOn: [{ jobRef: { name } }] });
  const last = {
    ...job,
    spec: dependingOn("second"),
    status: { conditions: [condition("Ready", "WaitingForJob", "waiting until BatchJob second is submitted")] },
  } as BatchJob;
  const second = object("BatchJob", "second", dependingOn("first"), "WaitingForJob");

  test("is followed from job to job, and on to what the first of them waits for", async () => {
    const first = object("BatchJob", "first", job.spec, "WaitingForQueue");
    const queue = object("JobQueue", "main", environments("nothere"), "ReferenceNotFound");
    expect(await foundOf(last, [second, first, queue])).toEqual([
      "ReferenceNotFound: the job needs BatchJob team/second, and that one needs BatchJob team/first, and that one needs JobQueue team/main, and that one needs BatchComputeEnvironment team/nothere, which does not exist. BatchComputeEnvironment team/nothere: create it, or correct the reference in JobQueue team/main",
    ]);
  });

  test("has as its reason what keeps the first of them back", async () => {
    const first = object("BatchJob", "first", job.spec, "Suspended");
    expect(await foundOf(last, [second, first])).toEqual([
      "Suspended: the job needs BatchJob team/second, and that one needs BatchJob team/first, which is not Ready: first is Suspended. BatchJob team/first: set suspend: false",
    ]);
  });

  test("has its own reason where that one is on its way, or in AWS", async () => {
    const own = ["WaitingForJob: waiting until BatchJob second is submitted. "];
    expect(await foundOf(last, [object("BatchJob", "second", job.spec, "Submitting")])).toEqual(own);
    const [key, submitted] = second;
    const status = { ...(submitted.status as object), jobId: "job-2" };
    expect(await foundOf(last, [[key, { ...submitted, status }]])).toEqual(own);
  });

  test("says once that others wait for each other in a circle, and whose dependency to remove", async () => {
    const first = object("BatchJob", "first", dependingOn("second"), "WaitingForJob");
    expect(await foundOf(last, [second, first])).toEqual([
      "DependencyCycle: the job needs BatchJob team/second, and that one needs BatchJob team/first, and that one needs BatchJob team/second, which is not Ready: these jobs wait for each other in a circle, so none of them is submitted. BatchJob team/first: delete it, and create it again without its dependency on BatchJob team/second",
    ]);
  });

  test("says that it is on a circle itself, or needs itself", async () => {
    const other = object("BatchJob", "second", dependingOn(job.metadata.name), "WaitingForJob");
    const self = `BatchJob team/${job.metadata.name}`;
    const own = object("BatchJob", job.metadata.name, last.spec, "WaitingForJob");
    expect(await foundOf(last, [other, own])).toEqual([
      expect.stringMatching(/^DependencyCycle: .*\. BatchJob team\/second: delete it, and create it again without its/),
    ]);
    const [key, alone] = object("BatchJob", job.metadata.name, dependingOn(job.metadata.name), "WaitingForJob");
    expect(await foundOf(alone as BatchJob, [[key, alone]])).toEqual([
      expect.stringContaining(`the job needs ${self}, which is not Ready: these jobs wait for each other in a circle`),
    ]);
  });
});
