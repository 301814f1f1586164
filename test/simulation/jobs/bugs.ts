import type { Bug } from "../bugs/bugs.ts";

/** Deliberate bugs about jobs, as `../bugs/bugs.ts` has them, and a world of jobs in which each is seen. */
export interface JobBug extends Pick<Bug, "name" | "changes"> {
  readonly seed: number;
}

const one = (name: string, seed: number, file: string, was: string, becomes: string): JobBug => ({
  name,
  seed,
  changes: [{ file: `controllers/kinds/batch-job/${file}`, was, becomes }],
});

export const jobBugs: readonly JobBug[] = [
  one(
    "submit again after a lost answer as if nothing had been sent",
    8,
    "act.ts",
    "const sent = neverHappened(error) ? undefined : { attempt, endedAt: ports.clock.monotonic() };",
    "const sent = undefined;",
  ),
  one(
    "search for a job by the beginning of its name",
    1,
    "search.ts",
    'named(queue, name, "exactly", signal)',
    'named(queue, namePrefix(object), "prefix", signal)',
  ),
  one(
    "send a request under the note of another process",
    2,
    "observe.ts",
    "intent.by === around.ports.processId() &&",
    "",
  ),
  one(
    "believe at once that AWS has no job",
    8,
    "observe.ts",
    'if (!isCertain && !isReported) return { kind: "unknown", searchInMs };',
    "",
  ),
  one(
    "submit without a search what a lost cluster has submitted",
    14,
    "observe.ts",
    "return takeOverUid === undefined ?",
    "return takeOverUid !== null ?",
  ),
  one(
    "submit a job before AWS has the consumable that it references",
    107,
    "consumables.ts",
    "if (awaited !== undefined) return",
    "if (awaited === null) return",
  ),
  one("end a job that is to run on", 9, "removal.ts", "if (directives.retain) {", "if (directives.abandon) {"),
  one(
    "let an object go before its job has ended",
    3,
    "removal.ts",
    "if (record !== undefined && hasEnded(record)) {",
    "if (record !== undefined) {",
  ),
  one(
    "let an object go while a job of it may exist",
    41,
    "removal.ts",
    'case "unknown":\n      return searching(job,',
    'case "unknown":\n      return hasEndedAlready ?? searching(job,',
  ),
  one("take a failure for a success", 1, "result.ts", 'if (job.status === "SUCCEEDED")', "if (hasEnded(job))"),
  one(
    "end a job that somebody holds back no more",
    10,
    "plan.ts",
    "if (object.spec.cancel === true) return withDuplicates(",
    "if (object.spec.suspend === false) return withDuplicates(",
  ),
  one(
    "submit again after a week what AWS has forgotten",
    12,
    "observe.ts",
    'if (isForgotten) return { kind: "forgotten", since: at };',
    "",
  ),
  {
    name: "submit what depends on a job that AWS may have forgotten",
    seed: 111,
    changes: [
      {
        file: "controllers/kinds/batch-job/dependencies.ts",
        was: "return mayBeForgotten(submittedAfter(other), now)",
        becomes: "return mayBeForgotten(now, now)",
      },
      // AWS is asked about what this process has not submitted by itself, which would show it too.
      {
        file: "controllers/kinds/batch-job/named-jobs.ts",
        was: "if (ids.length === 0) return undefined;",
        becomes: "if (ids.length >= 0) return undefined;",
      },
    ],
  },
  one(
    "forget a result that was seen",
    1,
    "observe.ts",
    "const recorded = recordedResult(object);",
    "const recorded = undefined;",
  ),
  one("delete an object that Argo CD tracks", 2, "expiry.ts", "if (tracker !== undefined) {", 'if (tracker === "") {'),
  one(
    "delete an object before its status has the result",
    3,
    "expiry.ts",
    "if (leftMs > 0 || reportedAt(object) === undefined) {",
    "if (leftMs > 0) {",
  ),
  one(
    "submit jobs as they come",
    19,
    "controller.ts",
    'if (turn === "now") return undefined;',
    "if (turn !== null) return undefined;",
  ),
];
