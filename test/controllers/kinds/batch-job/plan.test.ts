import { describe, expect, it } from "vitest";
import type { BatchJobSpec } from "../../../../src/api/v1alpha1/batch-job.ts";
import { plan } from "../../../../src/controllers/kinds/batch-job/plan.ts";
import type { DependencySeen, Seen } from "../../../../src/controllers/kinds/batch-job/seen.ts";
import { choose } from "../../../../src/controllers/pass/choose.ts";
import { intent, jobObject, known, record, seenOf } from "./seen.ts";

const now = Date.UTC(2026, 0, 1, 1);
const week = 7 * 24 * 3_600_000;

/** The next step in a few words, with the conditions that only jobs have. */
function next(spec: Partial<BatchJobSpec>, change: Partial<Seen>, at = now, deleting = false): string {
  const object = jobObject(spec, undefined, deleting);
  const { next: step, conditions } = choose(plan(object, seenOf(object, change), at), at);
  const action = step.kind === "act" ? ` ${step.action.kind}` : "";
  return [
    `${step.kind}${action} ${step.reason}`,
    ...conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
  ].join("; ");
}

const dependencies = (...all: readonly DependencySeen[]): Partial<Seen> => ({ dependencies: all });
const duplicate = (status: "RUNNABLE" | "RUNNING", isEnding = false) => ({
  jobId: "job-2",
  jobName: "n",
  status,
  statusReason: undefined,
  createdAt: 1,
  isEnding,
});

describe("the next step of a job", () => {
  it.each<[string, Partial<BatchJobSpec>, Partial<Seen>, string]>([
    ["that nothing is known of is the note", {}, {}, "act intend Submitting"],
    ["that is noted is the request", {}, { job: { kind: "none", intent } }, "act submit Submitting"],
    [
      "that is noted for another queue is another note",
      {},
      { job: { kind: "none", intent: { ...intent, queue: "other" } } },
      "act intend Submitting",
    ],
    [
      "that was noted an hour ago is another note",
      {},
      { job: { kind: "none", intent: { ...intent, at: now - 3_600_000 } } },
      "act intend Submitting",
    ],
    ["in doubt is a search", {}, { job: { kind: "unknown", searchInMs: 5000 } }, "wait CheckingSubmission"],
    [
      "in doubt, with nothing that says where to search, is a wait",
      {},
      { job: { kind: "unknown", hindrance: "there is no queue" } },
      "wait CheckingSubmission",
    ],
    [
      "in doubt is a search, also when it is to be cancelled",
      { cancel: true },
      { job: { kind: "unknown", searchInMs: 5000 } },
      "wait CheckingSubmission",
    ],
    ["that AWS does not have is another note", {}, { job: { kind: "notFound", attempts: 1 } }, "act intend Submitting"],
    [
      "that AWS may have forgotten is a person's",
      {},
      { job: { kind: "forgotten", since: 0 } },
      "blocked ResultUnknown",
    ],
    [
      "that is an array, of whose failed children AWS does not list all yet, is a wait",
      {},
      { job: known({ record: record({ status: "FAILED" }), listsMore: true }) },
      "wait JobRunning",
    ],
    [
      "of a queue that is gone is a person's",
      {},
      { job: { kind: "queueGone", since: 0, queue: "gone" } },
      "blocked ResultUnknown",
    ],
    [
      "that was cancelled in doubt is none",
      { cancel: true },
      { job: { kind: "notFound", attempts: 1 } },
      "blocked JobCancelled; Failed=True JobCancelled",
    ],
    [
      "that was cancelled in doubt, and is shown late, is its end",
      { cancel: true },
      { recorded: { kind: "failed", reason: "JobCancelled", message: "m" }, job: known({ isReported: false }) },
      "act end Ending; Failed=True JobCancelled",
    ],
    [
      "that was cancelled in doubt, and has ended, is none",
      { cancel: true },
      {
        recorded: { kind: "failed", reason: "JobCancelled", message: "m" },
        job: known({ isReported: false, record: record({ status: "FAILED" }) }),
      },
      "blocked JobCancelled; Failed=True JobCancelled",
    ],
    [
      "with a success in its status is none",
      {},
      { recorded: { kind: "complete", message: "m" } },
      "serves Succeeded; Complete=True Succeeded",
    ],
    [
      "with a failure in its status is a person's",
      {},
      { recorded: { kind: "failed", reason: "JobFailed", message: "m" } },
      "blocked JobFailed; Failed=True JobFailed",
    ],
    ["that is suspended is a wait", { suspend: true }, {}, "wait Suspended; Suspended=True Suspended"],
    ["cancelled before its request is none", { cancel: true }, {}, "blocked JobCancelled; Failed=True JobCancelled"],
    [
      "whose queue is not there is a wait",
      {},
      { queue: { kind: "waiting", reason: "WaitingForQueue", message: "m" } },
      "wait WaitingForQueue",
    ],
    [
      "whose definition may not be used is a person's",
      {},
      { definition: { kind: "refused", reason: "ReferenceNotAllowed", message: "m" } },
      "blocked ReferenceNotAllowed",
    ],
    [
      "whose consumable is not there yet is a wait",
      {},
      { consumables: { kind: "waiting", reason: "WaitingForConsumable", message: "m" } },
      "wait WaitingForConsumable",
    ],
    ["with a missing dependency is a wait", {}, dependencies({ kind: "missing", name: "a" }), "wait ReferenceNotFound"],
    [
      "with a dependency without an id is a wait",
      {},
      dependencies({ kind: "waiting", name: "a" }),
      "wait WaitingForJob",
    ],
    [
      "with a dependency of unknown result is a person's",
      {},
      dependencies({ kind: "unknown", name: "a" }),
      "blocked DependencyUnknown",
    ],
    [
      "with a dependency that AWS may have forgotten is a wait",
      {},
      dependencies({ kind: "notShown", name: "a", jobId: "job-2", type: undefined }),
      "wait JobNotShown",
    ],
    [
      "in a circle is a person's",
      {},
      dependencies({ kind: "cycle", circle: { names: ["a", "b", "a"], size: 2 } }),
      "blocked DependencyCycle",
    ],
    [
      "with a failed dependency is none, whatever the others wait for",
      {},
      dependencies({ kind: "waiting", name: "a" }, { kind: "failed", name: "b", why: "m" }),
      "blocked DependencyFailed; Failed=True DependencyFailed",
    ],
    ["with satisfied dependencies is the note", {}, dependencies({ kind: "satisfied" }), "act intend Submitting"],
    [
      "that depends on a job of another namespace is a person's",
      {},
      { namedJobHold: { kind: "notOurs", jobId: "job-9" } },
      "blocked ReferenceNotAllowed",
    ],
    [
      "that depends on a job that AWS does not show is a wait",
      {},
      { namedJobHold: { kind: "unseen", jobId: "job-9", checkInMs: 1000 } },
      "wait JobNotShown",
    ],
    ["that was just accepted is a wait", {}, { job: known({ record: undefined }) }, "wait JobSubmitted"],
    ["that AWS leaves out for a moment is a wait", {}, { job: known({ missingForMs: 1000 }) }, "wait JobRunning"],
    ["that AWS does not show for minutes is a wait", {}, { job: known({ missingForMs: 200_000 }) }, "wait JobNotShown"],
    ["that runs is a wait", {}, { job: known() }, "wait JobRunning"],
    ["that starts is a wait", {}, { job: known({ record: record({ status: "STARTING" }) }) }, "wait JobStarting"],
    [
      "that waits for others is a wait",
      {},
      { job: known({ record: record({ status: "PENDING" }) }) },
      "wait JobPending",
    ],
    ["that is to be cancelled is its end", { cancel: true }, { job: known() }, "act end Ending"],
    [
      "that is being ended is a wait",
      { cancel: true },
      { job: known({ record: record({ isEnding: true }) }) },
      "wait Ending",
    ],
    [
      "that was just asked to end is a wait",
      { cancel: true },
      { job: known({ endedMsAgo: { "job-1": 1000 } }) },
      "wait Ending",
    ],
    [
      "that AWS ignored when it was asked to end is its end again",
      { cancel: true },
      { job: known({ endedMsAgo: { "job-1": 100_000 } }) },
      "act end Ending",
    ],
    ["with other tags is a write of tags", { tags: { a: "b" } }, { job: known() }, "act tag Tagging"],
    [
      "whose tags were just written is a wait",
      { tags: { a: "b" } },
      { job: known({ taggedMsAgo: 1000 }) },
      "wait JobRunning",
    ],
    [
      "whose ARN is not known yet is a wait",
      { tags: { a: "b" } },
      { job: known({ record: record({ jobArn: undefined }) }) },
      "wait JobRunning",
    ],
    [
      "that succeeded is none",
      {},
      { job: known({ record: record({ status: "SUCCEEDED" }) }) },
      "serves Succeeded; Complete=True Succeeded",
    ],
    [
      "that succeeded and that AWS leaves out since is none",
      {},
      { job: known({ record: record({ status: "SUCCEEDED" }), missingForMs: 500_000 }) },
      "serves Succeeded; Complete=True Succeeded",
    ],
    [
      "that failed is a person's",
      {},
      { job: known({ record: record({ status: "FAILED" }) }) },
      "blocked JobFailed; Failed=True JobFailed",
    ],
    [
      "that was cancelled is a person's",
      { cancel: true },
      { job: known({ record: record({ status: "FAILED", isEnding: true }) }) },
      "blocked JobCancelled; Failed=True JobCancelled",
    ],
    [
      "that failed before it could be cancelled has failed",
      { cancel: true },
      { job: known({ record: record({ status: "FAILED" }) }) },
      "blocked JobFailed; Failed=True JobFailed",
    ],
    [
      "with a second one that waits is the end of that",
      {},
      { job: known({ duplicates: [duplicate("RUNNABLE")] }) },
      "act end Ending",
    ],
    [
      "with a second one that runs is a person's",
      {},
      { job: known({ duplicates: [duplicate("RUNNING")], mayHaveDuplicates: true }) },
      "wait JobRunning; SubmittedOnce=False DuplicateSubmission",
    ],
    [
      "with a second one that was just asked to end is a wait",
      {},
      { job: known({ duplicates: [duplicate("RUNNABLE")], endedMsAgo: { "job-2": 1000 } }) },
      "wait JobRunning",
    ],
    [
      "with other tags and a second one that waits is the end of that",
      { tags: { a: "b" } },
      { job: known({ duplicates: [duplicate("RUNNABLE")] }) },
      "act end Ending",
    ],
    [
      "with a result and a second one that runs is a person's",
      {},
      { recorded: { kind: "complete", message: "m" }, job: known({ duplicates: [duplicate("RUNNING")] }) },
      "serves Succeeded; Complete=True Succeeded; SubmittedOnce=False DuplicateSubmission",
    ],
    [
      "that was cancelled with a second one is the end of that",
      { cancel: true },
      {
        recorded: { kind: "failed", reason: "JobCancelled", message: "m" },
        job: known({ duplicates: [duplicate("RUNNING")] }),
      },
      "act end Ending; Failed=True JobCancelled; SubmittedOnce=False DuplicateSubmission",
    ],
    [
      "that was cancelled with a second one that is being ended is a person's",
      { cancel: true },
      {
        recorded: { kind: "failed", reason: "JobCancelled", message: "m" },
        job: known({ duplicates: [duplicate("RUNNING", true)] }),
      },
      "blocked JobCancelled; Failed=True JobCancelled; SubmittedOnce=False DuplicateSubmission",
    ],
  ])("%s", (_what, spec, change, expected) => {
    expect(next(spec, change)).toBe(expected);
  });

  it("that AWS does not show a week after it was submitted is a person's", () => {
    const change = { job: known({ missingForMs: 200_000 }) };
    expect(next({}, change, now + week)).toBe("blocked ResultUnknown");
    expect(next({}, { job: known({ missingForMs: 1000 }) }, now + week)).toBe("wait JobRunning");
  });

  it("of which the status says that its result is unknown stays so until AWS shows it", () => {
    const stalled = { type: "Stalled", status: "True", reason: "ResultUnknown" } as const;
    const conditions = [
      { ...stalled, message: "m", lastTransitionTime: "2026-01-07T00:00:00Z", observedGeneration: 1 },
    ];
    const object = jobObject({}, { jobId: "job-1", status: "RUNNING", conditions });
    const reason = (change: Partial<Seen>, at: number): string =>
      choose(plan(object, seenOf(object, change), at), at).next.reason;
    const notAsked = { job: known({ record: undefined }) };
    expect(reason(notAsked, now + week)).toBe("ResultUnknown");
    expect(reason(notAsked, now)).toBe("JobRunning");
    expect(reason({ job: known({ record: record({ status: "RUNNABLE" }) }) }, now + week)).toBe("JobRunning");
  });

  it.each<[string, Partial<BatchJobSpec>, Partial<Seen>, string]>([
    ["with Retain is the end of the object", { deletionPolicy: "Retain" }, { job: known() }, "release Retained"],
    [
      "with Retain is the end of the object, also in doubt",
      { deletionPolicy: "Retain" },
      { job: { kind: "unknown", searchInMs: 5000 } },
      "release Retained",
    ],
    [
      "with Retain is the end of the object, also with a result",
      { deletionPolicy: "Retain" },
      { recorded: { kind: "complete", message: "m" } },
      "release Retained",
    ],
    ["with a result is the end of the object", {}, { recorded: { kind: "complete", message: "m" } }, "release Deleted"],
    ["that was never submitted is the end of the object", {}, {}, "release Deleted"],
    [
      "that AWS does not have is the end of the object",
      {},
      { job: { kind: "notFound", attempts: 1 } },
      "release Deleted",
    ],
    [
      "that AWS may have forgotten is the end of the object",
      {},
      { job: { kind: "forgotten", since: 0 } },
      "release Deleted",
    ],
    ["in doubt is a search", {}, { job: { kind: "unknown", searchInMs: 5000 } }, "wait CheckingSubmission"],
    [
      "of a queue that is gone is the end of the object",
      {},
      { job: { kind: "queueGone", since: 0, queue: "gone" } },
      "release Deleted",
    ],
    [
      "that was cancelled in doubt, and is shown late, is its end",
      {},
      { recorded: { kind: "failed", reason: "JobCancelled", message: "m" }, job: known({ isReported: false }) },
      "act end Ending",
    ],
    ["that runs is its end", {}, { job: known() }, "act end Ending"],
    [
      "that runs, and that AWS does not show at this moment, is its end",
      {},
      { job: known({ missingForMs: 200_000 }) },
      "act end Ending",
    ],
    [
      "that AWS has not shown for a quarter of an hour is the end of the object",
      {},
      { job: known({ record: undefined, missingForMs: 900_000 }) },
      "release Deleted",
    ],
    [
      "with a result and a second one that runs is the end of that",
      {},
      { recorded: { kind: "complete", message: "m" }, job: known({ duplicates: [duplicate("RUNNING")] }) },
      "act end Ending",
    ],
    [
      "with a second one that is being ended is its own end first",
      {},
      { job: known({ duplicates: [duplicate("RUNNING", true)] }) },
      "act end Ending",
    ],
    [
      "with a result and a second one that is being ended is a wait",
      {},
      { recorded: { kind: "complete", message: "m" }, job: known({ duplicates: [duplicate("RUNNING", true)] }) },
      "wait Ending",
    ],
    [
      "that is being ended is a wait",
      {},
      { job: known({ record: record({ status: "PENDING", isEnding: true }) }) },
      "wait Ending",
    ],
    [
      "that has ended is the end of the object",
      {},
      { job: known({ record: record({ status: "FAILED" }) }) },
      "release Deleted",
    ],
    ["that AWS does not show is a wait", {}, { job: known({ record: undefined }) }, "wait JobNotShown"],
    [
      "that AWS has forgotten is the end of the object",
      {},
      { job: known({ missingForMs: 200_000 }), observedAt: now + week },
      "release Deleted",
    ],
  ])("that is deleted %s", (_what, spec, change, expected) => {
    expect(next(spec, change, now, true)).toBe(expected);
  });
});

describe("what is sent", () => {
  it("has the spec's fields, the dependencies by id, and the owner's tags", () => {
    const object = jobObject({
      arrayProperties: { size: 2 },
      containerOverrides: { command: ["run"] },
      tags: { team: "a", "awsbatch.dev/name": "forged" },
      suspend: false,
    });
    const seen = seenOf(object, {
      job: { kind: "none", intent },
      consumables: {
        kind: "resolved",
        overrides: {
          consumableResourcePropertiesOverride: { consumableResourceList: [{ consumableResource: "team_seats" }] },
        },
      },
      ...dependencies(
        { kind: "satisfied" },
        { kind: "id", jobId: "job-0", type: "N_TO_N" },
        { kind: "id", jobId: undefined, type: "SEQUENTIAL" },
        { kind: "id", jobId: "job-9", type: undefined },
      ),
    });
    const [step] = plan(object, seen, now).agenda;
    expect(step).toMatchObject({ action: { kind: "submit", attempt: 1 } });
    expect((step as { readonly action: { readonly request: object } }).action.request).toEqual({
      jobName: "team_hello_0c9d2b1a",
      jobQueue: "arn:queue",
      jobDefinition: "team_definition:1",
      consumableResourcePropertiesOverride: { consumableResourceList: [{ consumableResource: "team_seats" }] },
      arrayProperties: { size: 2 },
      containerOverrides: { command: ["run"] },
      dependsOn: [{ jobId: "job-0", type: "N_TO_N" }, { type: "SEQUENTIAL" }, { jobId: "job-9" }],
      tags: {
        team: "a",
        "awsbatch.dev/cluster": "default",
        "awsbatch.dev/cluster-uid": "cluster-1",
        "awsbatch.dev/namespace": "team",
        "awsbatch.dev/name": "hello",
        "awsbatch.dev/uid": "0c9d2b1a",
      },
    });
  });

  it("is under a note with the number of the request", () => {
    const object = jobObject();
    const action = (job: Seen["job"]) => plan(object, seenOf(object, { job }), now).agenda[0];
    expect(action({ kind: "none", intent: undefined })).toMatchObject({ action: { kind: "intend", attempt: 1 } });
    expect(action({ kind: "notFound", attempts: 1 })).toMatchObject({ action: { kind: "intend", attempt: 2 } });
    expect(action({ kind: "none", intent: { ...intent, attempt: 2 } })).toMatchObject({
      action: { kind: "submit", attempt: 2 },
    });
  });
});

describe("the object of a finished job", () => {
  const complete = {
    type: "Complete",
    status: "True",
    reason: "Succeeded",
    message: "m",
    lastTransitionTime: "2026-01-01T00:59:00Z",
    observedGeneration: 1,
  } as const;

  it.each([
    [59, { action: { kind: "expire", ttlSeconds: 59 } }, undefined],
    [60, { action: { kind: "expire", ttlSeconds: 60 } }, undefined],
    [61, { kind: "serves" }, 1000],
  ])("goes after its %i seconds, and is checked again then", (ttlSecondsAfterFinished, first, checkInMs) => {
    const object = jobObject({ ttlSecondsAfterFinished }, { conditions: [complete] });
    const { agenda, checkInMs: next } = plan(
      object,
      seenOf(object, { recorded: { kind: "complete", message: "m" } }),
      now,
    );
    expect(agenda[0]).toMatchObject(first);
    expect(next).toBe(checkInMs);
  });

  it("stays where something has its manifest, and says so", () => {
    const object = jobObject({ ttlSecondsAfterFinished: 0 }, { conditions: [complete] });
    const metadata = { ...object.metadata, labels: { "argocd.argoproj.io/instance": "app" } };
    const seen = seenOf(object, { recorded: { kind: "complete", message: "m" } });
    const { agenda, conditions } = plan({ ...object, metadata }, seen, now);
    expect(agenda).toMatchObject([{ kind: "serves" }]);
    expect(conditions.map(({ type }) => type)).toEqual(["Complete", "Kept"]);
  });

  it("stays while a second job of it runs", () => {
    const object = jobObject({ ttlSecondsAfterFinished: 0 }, { conditions: [complete] });
    const job = known({ duplicates: [duplicate("RUNNING")] });
    const seen = seenOf(object, { recorded: { kind: "complete", message: "m" }, job });
    expect(plan(object, seen, now).agenda).toMatchObject([{ kind: "serves" }]);
  });
});
