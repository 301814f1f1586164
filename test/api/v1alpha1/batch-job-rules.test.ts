import { expect, test } from "vitest";
import { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import { celExamples } from "../cel-examples/index.ts";

/** All that a person may change of a job that was submitted. */
const changeable = ["suspend", "cancel", "ttlSecondsAfterFinished", "deletionPolicy", "tags"];

test("every other field of a job has an example of a change that is refused", () => {
  const refused = celExamples.flatMap(({ kind, message }) => {
    const [, field] = /^(\w+) cannot be changed/.exec(message) ?? [];
    return kind === "BatchJob" && field !== undefined ? [field] : [];
  });
  expect([...refused, ...changeable].toSorted()).toEqual(Object.keys(BatchJobSpec.shape).toSorted());
});
