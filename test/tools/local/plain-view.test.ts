import { describe, expect, test } from "vitest";
import type { Condition } from "../../../src/api/object.ts";
import { plainView } from "../../../src/tools/local/plain-view.ts";
import { type ObjectRow, rowOf } from "../../../src/tools/local/rows.ts";
import { KeptOutput } from "../streams.ts";

function view() {
  const output = new KeptOutput();
  const heading = { directory: "m", cloud: "simulated AWS", region: "us-east-1", clusterName: "local", speed: 1 };
  const plain = plainView(output, new KeptOutput(), () => 0, heading);
  return { plain, lines: () => output.text.trimEnd().split("\n").slice(1) };
}

function row(
  ...conditions: readonly (readonly [type: string, status: Condition["status"], message: string, reason?: string])[]
): ObjectRow {
  const metadata = {
    namespace: "default",
    name: "ce",
    uid: "1",
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const reported = [["Ready", "True", "it is VALID"] as const, ...conditions].map(
    ([type, status, message, reason = "Because"]) => ({
      type,
      status,
      reason,
      message,
      lastTransitionTime: "2026-01-01T00:00:00Z",
      observedGeneration: 1,
    }),
  );
  const object = {
    apiVersion: "v1",
    kind: "BatchComputeEnvironment",
    metadata,
    spec: {},
    status: { conditions: reported },
  };
  return rowOf(object, "present");
}

describe("the plain view", () => {
  test("prints one line per change, whatever is in a message", () => {
    const { plain, lines } = view();
    plain.objects([row(["NetworkReady", "False", "\u001b[2Jno route\n00:00:00 JobQueue team/q Available"])]);
    plain.notice("\u009b2J");
    expect(lines()).toEqual([
      expect.stringMatching(/it is VALID$/),
      expect.stringMatching(/ \\u001b\[2Jno route\\n00:00:00 JobQueue team\/q Available$/),
      "00:00:00 \\u009b2J",
    ]);
  });

  test("reports what is wrong once, and how it ended", () => {
    const { plain, lines } = view();
    plain.objects([row(["NetworkReady", "False", "no route"], ["JobsProgressing", "False", "stuck"])]);
    plain.objects([row(["NetworkReady", "False", "no route"], ["JobsProgressing", "False", "stuck"])]);
    plain.objects([row(["NetworkReady", "True", "all is reached"])]);
    plain.objects([row(["NetworkReady", "True", "all is reached"])]);
    expect(lines()).toEqual([
      "00:00:00 BatchComputeEnvironment/ce Because: it is VALID",
      "00:00:00 BatchComputeEnvironment/ce NetworkReady=False Because: no route",
      "00:00:00 BatchComputeEnvironment/ce JobsProgressing=False Because: stuck",
      "00:00:00 BatchComputeEnvironment/ce NetworkReady=True Because: all is reached",
      "00:00:00 BatchComputeEnvironment/ce JobsProgressing is no longer False",
    ]);
  });

  test("a removal that waits for a person is said once, with the annotation that approves it and where to set it", () => {
    const { plain, lines } = view();
    const message = 'team_ce-1 is out of use; its removal waits for approval. To approve it, set a: "b"';
    const held = (): ObjectRow => row(["Retiring", "True", message, "AwaitingApproval"]);
    plain.objects([held()]);
    plain.objects([held()]);
    plain.objects([row(["Retiring", "True", "team_ce-1 is DISABLED"])]);
    plain.objects([held()]);
    const said = `00:00:00 BatchComputeEnvironment/ce Retiring AwaitingApproval: ${message} in metadata.annotations of its manifest`;
    expect(lines()).toEqual(["00:00:00 BatchComputeEnvironment/ce Because: it is VALID", said, said]);
  });

  test("reports what becomes of a job, and why it failed, but not of each child of an array", () => {
    const { plain, lines } = view();
    const change = { at: 0, kind: "job", name: "1", arn: "arn", job: { name: "hello", queue: "q" } } as const;
    for (const status of ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING"]) plain.awsChange({ ...change, status });
    plain.awsChange({ ...change, status: "FAILED", statusReason: "Task failed to start" });
    plain.awsChange({ ...change, job: undefined, status: "RUNNING" });
    expect(lines()).toEqual([
      "00:00:00 job hello in q is RUNNABLE",
      "00:00:00 job hello in q is RUNNING",
      "00:00:00 job hello in q is FAILED: Task failed to start",
    ]);
  });
});
