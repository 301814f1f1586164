import { expect, test } from "vitest";
import { BatchJobSpec } from "../../../../src/api/v1alpha1/batch-job.ts";
import { requestOf } from "../../../../src/controllers/kinds/batch-job/request.ts";
import { jobObject, seenOf } from "./seen.ts";

/** Sent under another name or in another form, as the tests of the plan show. */
const translated = ["jobQueue", "jobQueueRef", "jobDefinition", "jobDefinitionRef", "dependsOn", "tags"];
/** The operator's own. */
const own = ["region", "suspend", "cancel", "ttlSecondsAfterFinished", "deletionPolicy"];

test("every other field of the spec is sent to AWS as it is, and none of the operator's own", () => {
  const fields = Object.keys(BatchJobSpec.shape);
  const given = Object.fromEntries(fields.map((field) => [field, `value of ${field}`]));
  const object = { ...jobObject(), spec: { ...given, tags: {} } as BatchJobSpec };
  const sent = Object.entries(requestOf(object, seenOf(object), "arn:queue", "definition:1"));
  const expected = fields.filter((field) => ![...translated, ...own].includes(field));
  expect(Object.fromEntries(sent.filter(([, value]) => `${value}`.startsWith("value of ")))).toEqual(
    Object.fromEntries(expected.map((field) => [field, `value of ${field}`])),
  );
  const named = ["jobName", "jobQueue", "jobDefinition", "tags"];
  expect(sent.map(([field]) => field).toSorted()).toEqual([...expected, ...named].toSorted());
});
