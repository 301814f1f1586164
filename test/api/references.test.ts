import { describe, expect, it } from "vitest";
import type { BatchKind } from "../../src/api/batch-kind.ts";
import { awsNamesIn, referencesOf, targetsFirst } from "../../src/api/references.ts";
import { JobQueueKind, kinds } from "../../src/api/v1alpha1/kinds.ts";

/** A kind that is in no registry: one object of it refers to a queue, and to any number of others of `others`. */
const toy: BatchKind = {
  ...JobQueueKind,
  kind: "Toy",
  references: [
    { to: "JobQueue", path: "queueRef", awsPath: "queue" },
    { to: "Other", path: "others[].inner.ref" },
  ],
};
const kind = (name: string, ...targets: readonly string[]): BatchKind => ({
  ...toy,
  kind: name,
  references: targets.map((to) => ({ to, path: "ref" })),
});

describe("references of an object", () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ["lead into its own namespace", { queueRef: { name: "q" } }, ["JobQueue team/q at spec.queueRef"]],
    [
      "lead into the namespace that they name",
      { queueRef: { name: "q", namespace: "x" } },
      ["JobQueue x/q at spec.queueRef"],
    ],
    [
      "are found in each item of a list",
      { others: [{ inner: { ref: { name: "a" } } }, {}, { inner: { ref: { name: "b" } } }] },
      ["Other team/a at spec.others.0.inner.ref", "Other team/b at spec.others.2.inner.ref"],
    ],
    ["are none where the spec is none", null, []],
    ["are none where a list is something else", { others: { inner: { ref: { name: "a" } } } }, []],
    ["are none if the name is not a string", { queueRef: { name: 1 } }, []],
    ["are none where the reference is a text", { queueRef: "q" }, []],
  ])("%s", (_name, spec, expected) => {
    const found = referencesOf(toy, { namespace: "team", spec });
    expect(found.map(({ to, key, path }) => `${to} ${key.namespace}/${key.name} at ${path.join(".")}`)).toEqual(
      expected,
    );
  });
});

describe("names in AWS", () => {
  const [byName, byObject] = toy.references;
  const [order] = JobQueueKind.references;

  it("are read from names and ARNs alike", () => {
    expect(awsNamesIn(byName ?? order, { queue: "q" })).toEqual(["q"]);
    expect(awsNamesIn(byName ?? order, { queue: "arn:aws:batch:eu-west-1:1:job-queue/q" })).toEqual(["q"]);
  });

  it("are none where a reference leads to objects alone, or nothing is given", () => {
    expect(awsNamesIn(byObject ?? order, { queue: "q" })).toEqual([]);
    expect(awsNamesIn(byName ?? order, { queue: undefined })).toEqual([]);
    expect(awsNamesIn(byName ?? order, undefined)).toEqual([]);
  });

  it("are read from AWS's own record by the same path", () => {
    const record = {
      jobQueueName: "q",
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: "arn:aws:batch:eu-west-1:1:compute-environment/a" }],
    };
    expect(awsNamesIn(order, record)).toEqual(["a"]);
  });
});

describe("the order of apply", () => {
  const named = (ordered: readonly BatchKind[]): readonly string[] => ordered.map((one) => one.kind);

  it("has each kind after those that it references, and otherwise in the given order", () => {
    const given = [kind("A", "C"), kind("B"), kind("C", "D"), kind("D")];
    expect(named(targetsFirst(given))).toEqual(["D", "C", "A", "B"]);
  });

  it("has a new kind after those of the registry that it references", () => {
    expect(named(targetsFirst([toy, ...kinds]))).toEqual([
      "BatchRole",
      "BatchNetwork",
      "BatchComputeEnvironment",
      "SchedulingPolicy",
      "ServiceEnvironment",
      "JobQueue",
      "Toy",
      "QuotaShare",
      "ConsumableResource",
      "JobDefinition",
      "BatchJob",
    ]);
  });

  it("has a kind before one that it needs only later", () => {
    const later = { ...kind("A"), references: [{ to: "B", path: "b", later: true }] } as const satisfies BatchKind;
    expect(named(targetsFirst([later, kind("B")]))).toEqual(["A", "B"]);
  });

  it("minds no kind that refers to its own objects", () => {
    expect(named(targetsFirst([kind("A", "A", "B"), kind("B")]))).toEqual(["B", "A"]);
  });

  it("is an error when kinds reference each other in a cycle", () => {
    expect(() => targetsFirst([kind("A", "B"), kind("B", "C"), kind("C", "A")])).toThrow(
      "kinds reference each other in a cycle: A, B, C, A",
    );
  });
});
