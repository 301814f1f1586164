import { describe, expect, it } from "vitest";
import type { Condition } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { type Expiry, expiryOf } from "../../../../src/controllers/kinds/batch-job/expiry.ts";
import { jobObject } from "./seen.ts";

const finished = Date.UTC(2026, 0, 1, 12);
const long = Number.NEGATIVE_INFINITY;
const writes = { paused: false, dryRun: false };

function condition(type: Condition["type"], reason: string): Condition {
  const lastTransitionTime = "2026-01-01T12:00:00Z";
  return { type, status: "True", reason, message: "m", lastTransitionTime, observedGeneration: 1 };
}

function finishedJob(ttlSecondsAfterFinished: number | undefined, ...conditions: readonly Condition[]): BatchJob {
  const spec = ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished };
  return jobObject(spec, { conditions: [...conditions] });
}

const complete = condition("Complete", "Succeeded");

/** In a few words. */
function text(expiry: Expiry): string {
  if (expiry.kind === "later") return `later ${expiry.checkInMs / 1000} s`;
  return expiry.kind === "due" ? `due ${JSON.stringify(expiry.act.action)}` : expiry.kind;
}

describe("the object of a finished job", () => {
  const due = 'due {"kind":"expire","ttlSeconds":60}';
  it.each<[string, BatchJob, number, string]>([
    ["without a limit stays", finishedJob(undefined, complete), 1e9, "never"],
    ["stays until its time", finishedJob(60, complete), 59_000, "later 1 s"],
    ["goes then", finishedJob(60, complete), 60_000, due],
    ["goes when it has failed", finishedJob(60, condition("Failed", "JobFailed")), 60_000, due],
    ["goes when its result is unknown", finishedJob(60, condition("Stalled", "ResultUnknown")), 60_000, due],
    ["stays until its status has the result", finishedJob(0), 60_000, "later 0 s"],
    ["stays so long after that", finishedJob(60), 60_000, "later 60 s"],
    ["is Stalled for another reason, and stays", finishedJob(0, condition("Stalled", "NotAllowed")), 1000, "later 0 s"],
    ["is checked once a day", finishedJob(1e6, complete), 0, "later 86400 s"],
  ])("%s", (_what, object, afterMs, expected) => {
    expect(text(expiryOf(object, writes, long, finished + afterMs))).toBe(expected);
  });

  it("whose result could not be known before some time stays so long after that", () => {
    const object = finishedJob(60, condition("Stalled", "ResultUnknown"));
    expect(text(expiryOf(object, writes, finished + 30_000, finished + 61_000))).toBe("later 29 s");
  });

  it.each([
    ["is paused", { ...writes, paused: true }],
    ["is in dry-run", { ...writes, dryRun: true }],
  ])("stays while it %s", (_what, directives) => {
    expect(text(expiryOf(finishedJob(0, complete), directives, long, finished + 1000))).toBe("never");
  });

  it("stays while something has its manifest, and says what", () => {
    const object = finishedJob(0, complete);
    const labels = { "kustomize.toolkit.fluxcd.io/name": "apps" };
    const expiry = expiryOf({ ...object, metadata: { ...object.metadata, labels } }, writes, long, finished + 1000);
    expect(expiry).toMatchObject({ kind: "kept", condition: { type: "Kept", status: "True", reason: "Tracked" } });
    expect(expiry.kind === "kept" && expiry.condition.message).toContain(
      "Flux (label kustomize.toolkit.fluxcd.io/name)",
    );
  });
});
