import { describe, expect, it, test } from "vitest";
import type { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import { indicesIn, retryManifest, variableFor } from "../../../src/tools/jobs/retry-manifest.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";

const spec = {
  jobQueueRef: { name: "queue" },
  jobDefinitionRef: { name: "definition" },
  arrayProperties: { size: 50 },
  dependsOn: [{ jobRef: { name: "prepare" } }, { type: "SEQUENTIAL" as const }],
  containerOverrides: { command: ["run"], environment: [{ name: "ARRAY_INDICES", value: "" }] },
  suspend: false,
  cancel: true,
  tags: { team: "a" },
} satisfies Partial<BatchJobSpec>;
const { suspend: _suspend, cancel: _cancel, dependsOn: _dependsOn, arrayProperties: _array, ...same } = spec;
const failed = jobObject(spec);
const retried = (indices: readonly number[] | undefined, queue?: string) =>
  retryManifest(failed, {
    name: "again",
    queue,
    children: indices === undefined ? undefined : { indices, variable: "ARRAY_INDICES" },
  });

describe("a job that does the work of a failed one again", () => {
  it("has its spec, but for its dependencies and what stopped it", () => {
    expect(retried(undefined)).toEqual({
      apiVersion: "awsbatch.dev/v1alpha1",
      kind: "BatchJob",
      metadata: { namespace: failed.metadata.namespace, name: "again" },
      spec: { ...same, arrayProperties: { size: 50 }, dependsOn: [{ type: "SEQUENTIAL" }] },
    });
  });

  it("is an array of the children that failed, which find their indices in the environment", () => {
    const environment = [{ name: "ARRAY_INDICES", value: "3,17,40" }];
    expect(retried([3, 17, 40]).spec).toEqual({
      ...same,
      arrayProperties: { size: 3 },
      dependsOn: [{ type: "SEQUENTIAL" }],
      containerOverrides: { command: ["run"], environment },
    });
  });

  it("is a plain job if one child failed, because AWS takes none of one child", () => {
    const environment = [{ name: "ARRAY_INDICES", value: "17" }];
    expect(retried([17]).spec).toEqual({ ...same, containerOverrides: { command: ["run"], environment } });
  });

  it("may go to another queue", () => {
    expect(retried(undefined, "other").spec.jobQueueRef).toEqual({ name: "other" });
  });
});

describe("the variable of the indices", () => {
  const container = (names: readonly string[]) =>
    jobObject({ containerOverrides: { environment: names.map((name) => ({ name, value: "" })) } });

  it("is that of the command line, or the one that the job sets itself", () => {
    expect(variableFor(container([]), "MINE", [])).toBe("MINE");
    expect(variableFor(container(["A", "ARRAY_INDICES"]), undefined, [])).toBe("ARRAY_INDICES");
  });

  it("is not guessed: a container that reads none would do the work of other children", () => {
    expect(() => variableFor(container(["A"]), undefined, ["--kubeconfig", "my file"])).toThrow(
      /reads its index from elsewhere.*: retry --kubeconfig 'my file' -n \S+ \S+ --failed-only --indices-in ARRAY_INDICES$/,
    );
  });

  it("is refused where the environment is not that of one container", () => {
    expect(() => variableFor(jobObject({ ecsPropertiesOverride: {} }), "MINE", [])).toThrow(
      "several containers or nodes",
    );
  });
});

test.each<[string, readonly number[] | undefined]>([
  ["17", [17]],
  ["1,3-5,9", [1, 3, 4, 5, 9]],
  ["1,3-5,…", undefined],
  ["", undefined],
])("the ranges %j are the indices %j", (ranges, indices) => {
  expect(indicesIn(ranges)).toEqual(indices);
});
