import { expect, test } from "vitest";
import { seededRandom } from "../../../src/runtime/random.ts";
import { jobManifest } from "../../../src/tools/jobs/job-manifest.ts";

test("a command line makes a BatchJob with a new name, which refers to objects of its namespace", () => {
  const submission = { queue: "main", jobDefinition: "hello", name: undefined, command: ["echo", "a"], settings: {} };
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
  const submission = { ...given, name: undefined, command: [], settings: {} };
  expect(() => jobManifest(submission, "team", seededRandom(1))).toThrow("is not the name of an object");
});

test("what a command line changes of a job is in the fields of its spec", () => {
  const settings = {
    env: [{ name: "EPOCHS", value: "a=b" }],
    vcpus: 0.5,
    memory: 4096,
    arraySize: 50,
    timeout: 90_500,
    retries: 2,
    share: "batch",
    sharePriority: 0,
    after: ["prepare", "1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e"],
  };
  const { spec } = jobManifest(
    { queue: "q", jobDefinition: "jd", name: "n", command: [], settings },
    "team",
    seededRandom(1),
  );
  expect(spec).toEqual({
    jobQueueRef: { name: "q" },
    jobDefinitionRef: { name: "jd" },
    arrayProperties: { size: 50 },
    timeout: { attemptDurationSeconds: 91 },
    retryStrategy: { attempts: 3 },
    shareIdentifier: "batch",
    schedulingPriorityOverride: 0,
    dependsOn: [{ jobRef: { name: "prepare" } }, { jobId: "1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e" }],
    containerOverrides: {
      environment: [{ name: "EPOCHS", value: "a=b" }],
      resourceRequirements: [
        { type: "VCPU", value: "0.5" },
        { type: "MEMORY", value: "4096" },
      ],
    },
  });
});
