import { expect, test } from "vitest";
import { BatchJobKind, JobDefinitionKind } from "../../../src/api/v1alpha1/kinds.ts";
import { sizeFindings } from "../../../src/tools/validation/size.ts";

const { request } = JobDefinitionKind;
/** `{"type":"container","parameters":{"a":""}}` */
const frame = 42;
const definition = (text: string, more: object = {}) => ({ type: "container", parameters: { a: text }, ...more });

test.each([
  ["what AWS just takes", definition("x".repeat(24_576 - frame)), undefined],
  ["a byte more", definition("x".repeat(24_577 - frame)), 24_577],
  ["characters of two bytes", definition("é".repeat(12_288)), 24_576 + frame],
  ["characters of four bytes", definition("😀".repeat(6144)), 24_576 + frame],
  ["what JSON escapes", definition("\n".repeat(12_288)), 24_576 + frame],
  ["tags, which are stored apart", definition("x".repeat(24_000), { tags: { team: "x".repeat(1000) } }), undefined],
  [
    "roles, which are created apart",
    definition("x".repeat(24_000), { iam: { jobRole: { name: "x".repeat(60) } } }),
    undefined,
  ],
  ["something else than a map", "x".repeat(30_000), undefined],
])("a job definition with %s", (_, spec, bytes) => {
  const found = sizeFindings(request, spec).map(({ message }) => message);
  expect(found).toEqual(
    bytes === undefined
      ? []
      : [
          `has ${bytes} bytes as JSON: AWS takes at most 24576 bytes in RegisterJobDefinition: shorten commands, environment variables and parameters, or let the job read them from Amazon S3`,
        ],
  );
});

test("the tags of a job are part of its request", () => {
  const spec = { jobDefinition: "d", jobQueue: "q", parameters: { a: "x".repeat(30_000) } };
  expect(sizeFindings(BatchJobKind.request, spec)).toEqual([]);
  expect(sizeFindings(BatchJobKind.request, { ...spec, tags: { team: "x".repeat(800) } })).toHaveLength(1);
});
