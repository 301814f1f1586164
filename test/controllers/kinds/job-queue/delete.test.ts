import { describe, expect, it } from "vitest";
import type { JobQueueSpec } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { JobsSeen } from "../../../../src/controllers/draining/drain.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import {
  choiceFor,
  directives,
  environment,
  identity,
  identityOf,
  job,
  now,
  object,
  queue,
  type SeenChange,
  seen,
  stepLine,
} from "./given.ts";

const deleting: SeenChange = { directives: { ...directives, deleting: true } };
const off = (status: "VALID" | "INVALID" = "VALID") => queue(["a1"], { state: "DISABLED", status });
const read = (ids: readonly string[], change: Partial<Extract<JobsSeen, { kind: "read" }>> = {}): JobsSeen => ({
  kind: "read",
  remaining: ids.map((id) => job(id)),
  zeroForMs: undefined,
  ...change,
});
const terminate: Partial<JobQueueSpec> = { drain: { policy: "Terminate", timeoutSeconds: 600 } };

/** The next step for an object that was deleted so many seconds ago. */
function line(spec: Partial<JobQueueSpec>, change: SeenChange, secondsAgo = 60): string {
  const deletedAt = `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
  const whole = object(spec);
  const { next } = choiceFor(
    { ...whole, metadata: { ...whole.metadata, deletionTimestamp: deletedAt } },
    seen({ ...deleting, ...change }),
    now,
  );
  const again = "checkInMs" in next && next.checkInMs !== undefined ? ` again in ${next.checkInMs / 1000} s` : "";
  if (next.kind !== "act") return `${next.kind} ${next.reason}${again}`;
  const ids = next.action.kind === "terminateJobs" ? ` ${next.action.jobIds.join(",")}` : "";
  return `${next.action.kind}${ids}`;
}

describe("the deletion of a queue", () => {
  it.each<[string, SeenChange, string]>([
    ["is over when it is gone", {}, "release Deleted"],
    ["is over only when its absence may be believed", { absent: false }, "wait Deleting again in 1 s"],
    ["disables first", { queue: queue(["a1"]) }, "disable"],
    ["disables what is INVALID too", { queue: queue(["a1"], { status: "INVALID" }) }, "disable"],
    ["waits while AWS makes it", { queue: queue(["a1"], { status: "CREATING" }) }, "wait Disabling"],
    [
      "waits while AWS disables it",
      { queue: queue(["a1"], { state: "DISABLED", status: "UPDATING" }) },
      "wait Disabling",
    ],
    ["then counts jobs", { queue: off() }, "wait Draining again in 5 s"],
    [
      "keeps it while jobs cannot be counted",
      { queue: off(), jobs: { kind: "unread", why: "no" } },
      "wait Draining again in 10 s",
    ],
    ["waits for every job", { queue: off(), jobs: read(["j1"]) }, "wait Draining again in 60 s"],
    [
      "counts once more 5 s after the last job",
      { queue: off(), jobs: read([], { zeroForMs: 4000 }) },
      "wait Draining again in 1 s",
    ],
    ["counts once more also at the first count", { queue: off(), jobs: read([]) }, "wait Draining again in 5 s"],
    ["then deletes", { queue: off(), jobs: read([], { zeroForMs: 5000 }) }, "delete"],
    ["deletes what is INVALID too", { queue: off("INVALID"), jobs: read([], { zeroForMs: 5000 }) }, "delete"],
    ["waits for AWS", { queue: queue(["a1"], { status: "DELETING" }) }, "wait Deleting"],
    [
      "leaves alone what belongs to another object",
      { queue: queue(["a1"], { tags: ownerTags(identityOf("else")) }) },
      "release Released",
    ],
    ["leaves alone what is nobody's", { queue: queue(["a1"], { tags: {} }) }, "release Released"],
    [
      "waits until that may be believed: an adoption whose answer was lost may have made it ours",
      { queue: queue(["a1"], { tags: {} }), isSettled: false },
      "wait Deleting again in 1 s",
    ],
    [
      "leaves alone what belongs to another cluster, and says so",
      { queue: queue(["a1"], { tags: { ...ownerTags(identity), "awsbatch.dev/cluster-uid": "c-0" } }) },
      "blocked OwnedByOtherCluster",
    ],
    [
      "only takes the tags off under Retain",
      { queue: queue(["a1"]), directives: { ...directives, deleting: true, retain: true } },
      "tag",
    ],
    [
      "is over once the tags are off under Retain",
      {
        queue: queue(["a1"], { tags: { "awsbatch.dev/retained-from": "default/team/q" } }),
        directives: { ...directives, deleting: true, retain: true },
      },
      "release Released",
    ],
  ])("%s", (_name, change, expected) => {
    expect(line({}, change)).toBe(expected);
  });

  it("resends the policy of a fair-share queue when it disables it", () => {
    const schedulingPolicyArn = "arn:aws:batch:eu-west-1:1:scheduling-policy/fair";
    const { next } = choiceFor(object(), seen({ ...deleting, queue: queue(["a1"], { schedulingPolicyArn }) }), now);
    expect(next).toMatchObject({
      action: { request: { jobQueue: "team_q", state: "DISABLED", schedulingPolicyArn } },
    });
    const { next: plain } = choiceFor(object(), seen({ ...deleting, queue: queue(["a1"]) }), now);
    expect(plain).toMatchObject({ action: { request: { jobQueue: "team_q", state: "DISABLED" } } });
  });

  it("leaves under Retain a mark from whom the queue was, and the user's tags", () => {
    const tags = { ...ownerTags(identity), team: "x" };
    const change = {
      ...deleting,
      queue: queue(["a1"], { tags }),
      directives: { ...directives, deleting: true, retain: true },
    };
    expect(choiceFor(object(), seen(change), now).next).toMatchObject({
      action: {
        purpose: "retain",
        change: { set: { "awsbatch.dev/retained-from": "default/team/q" }, remove: Object.keys(ownerTags(identity)) },
      },
    });
  });

  it("names the ways out where waiting jobs can never start", () => {
    const messageWith = (status: "VALID" | "INVALID"): string => {
      const environments = [environment("a1", "a", { status })];
      const change = { ...deleting, environments, queue: off(), jobs: read(["j1"]) };
      return choiceFor(object(), seen(change), now).next.message;
    };
    expect(messageWith("INVALID")).toContain(
      "None of a1 is ENABLED and VALID, so jobs that have not started never will",
    );
    expect(messageWith("VALID")).toBe("team_q waits for 1 job to end; no job is terminated (drain.policy: Wait)");
  });

  it.each([
    [1, "team_q waits for 1 job to end"],
    [2, "team_q waits for 2 jobs to end"],
  ])("names %i of the jobs it waits for", (count, expected) => {
    const jobs = read(Array.from({ length: count }, (_, index) => `j${index}`));
    expect(choiceFor(object(), seen({ ...deleting, queue: off(), jobs }), now).next.message).toContain(expected);
  });
});

describe("drain.policy Terminate", () => {
  it.each<[string, SeenChange, number, string]>([
    ["waits until its time", { jobs: read(["j1"]) }, 590, "wait Draining again in 10 s"],
    ["checks once a minute until its time", { jobs: read(["j1"]) }, 60, "wait Draining again in 60 s"],
    ["then ends every job, in the order of their ids", { jobs: read(["j2", "j1"]) }, 600, "terminateJobs j1,j2"],
    [
      "gives the jobs a minute to go",
      { jobs: read(["j1"], { terminatedAt: now - 15_000 }) },
      615,
      "wait Draining again in 45 s",
    ],
    [
      "ends once more what has not gone within a minute",
      { jobs: read(["j1"], { terminatedAt: now - 60_000 }) },
      660,
      "terminateJobs j1",
    ],
    [
      "ends nothing that cannot be counted",
      { jobs: { kind: "unread", why: "no" } },
      900,
      "wait Draining again in 90 s",
    ],
    ["deletes when nothing is left", { jobs: read([], { zeroForMs: 5000 }) }, 900, "delete"],
  ])("%s", (_name, change, secondsAgo, expected) => {
    expect(line(terminate, { queue: off(), ...change }, secondsAgo)).toBe(expected);
  });

  it("waits when the time of the deletion cannot be read", () => {
    expect(stepLine(terminate, { ...deleting, queue: off(), jobs: read(["j1"]) }, now)).toBe(
      "wait Draining again in 60 s",
    );
  });
});
