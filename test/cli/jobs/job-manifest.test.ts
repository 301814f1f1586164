import { expect, test } from "vitest";
import { jobManifest } from "../../../src/cli/jobs/job-manifest.ts";
import { seededRandom } from "../../../src/runtime/random.ts";

test("a command line makes a BatchJob with a new name, which refers to objects of its namespace", () => {
  const submission = { queue: "main", jobDefinition: "hello", name: undefined, command: ["echo", "a"] };
  const manifest = jobManifest(submission, "team", seededRandom(1));
  expect(manifest).toEqual({
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name: expect.stringMatching(/^hello-[0-9a-z]{5}$/), namespace: "team" },
    spec: {
      jobQueueRef: { name: "main" },
      jobDefinitionRef: { name: "hello" },
      containerOverrides: { command: ["echo", "a"] },
    },
  });
  const named = jobManifest({ ...submission, name: "mine", command: [] }, "team", seededRandom(1));
  expect([named.metadata.name, named.spec.containerOverrides]).toEqual(["mine", undefined]);
});

test.each([
  { queue: "arn:aws:batch:us-east-1:123456789012:job-queue/main", jobDefinition: "hello" },
  { queue: "main", jobDefinition: "hello:3" },
])("a name in AWS is refused: %j", (given) => {
  const submission = { ...given, name: undefined, command: [] };
  expect(() => jobManifest(submission, "team", seededRandom(1))).toThrow("is not the name of an object");
});
