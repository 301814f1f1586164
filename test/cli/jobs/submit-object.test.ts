import { describe, expect, test } from "vitest";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { jobManifest, submittedObject } from "../../../src/cli/jobs/submit-object.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
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

describe("a command waits for the job of its object", () => {
  const seen = (status: object): BatchJob =>
    ({ metadata: { name: "hello", namespace: "team" }, spec: {}, status }) as unknown as BatchJob;
  const conditions = (type: string, reason: string) => [{ type, status: "True", reason, message: "why" }];

  async function waited(...statuses: readonly object[]) {
    const clock = new VirtualClock();
    const rest = [...statuses];
    const reasons: string[] = [];
    const get = async () => seen(rest.length > 1 ? (rest.shift() ?? {}) : (rest[0] ?? {}));
    const following = { clock, signal: new AbortController().signal };
    const key = { name: "hello", namespace: "team" };
    const result = submittedObject({ get }, key, following, (reason) => reasons.push(reason)).then(
      (object) => object.status?.jobId,
      (error: unknown) => String(error),
    );
    await clock.advance(60_000);
    return { result: await result, reasons };
  }

  test("until it has an ID, and shows each reason why it has none once", async () => {
    const waiting = { conditions: conditions("Ready", "WaitingForQueue") };
    expect(await waited({}, waiting, waiting, { jobId: "id" })).toEqual({
      result: "id",
      reasons: ["WaitingForQueue: why"],
    });
  });

  test.each(["Failed", "Stalled"])("until it is %s without one", async (type) => {
    const { result } = await waited({ conditions: conditions(type, "DependencyFailed") });
    expect(result).toBe("CommandError: team/hello: DependencyFailed: why");
  });
});
