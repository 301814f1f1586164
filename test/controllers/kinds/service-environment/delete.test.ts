import { describe, expect, it } from "vitest";
import type { Seen } from "../../../../src/controllers/kinds/service-environment/delete.ts";
import { usedBy } from "../../draining/users.ts";
import { choiceFor, directives, now, record, serviceJob, stepLine } from "./given.ts";

const deleting = { directives: { ...directives, deleting: true } };
const iso = (secondsAgo: number): string => new Date(now - secondsAgo * 1000).toISOString().replace(".000Z", "Z");
const marked = (secondsAgo: number, change: object = {}) => {
  const { tags } = record();
  return record({ tags: { ...tags, "awsbatch.dev/retired-at": iso(secondsAgo) }, ...change });
};
const disabled = { record: record({ state: "DISABLED" }) };
const jobs = (change: Partial<Extract<Seen["jobs"], { kind: "read" }>> = {}): Pick<Seen, "jobs"> => ({
  jobs: { kind: "read", remaining: [], zeroForMs: 10_000, ...change },
});

describe("the deletion of a service environment", () => {
  it.each<[string, Partial<Seen>, string]>([
    [
      "waits while queues name it, which keep it in service",
      { users: usedBy("team_q") },
      "wait InUse Stalled after 30 min",
    ],
    [
      "waits until a listing is sure to show the queues that name it",
      { mayBeNamed: true },
      "wait Disabling again in 1 s",
    ],
    ["waits until AWS has created it", { record: record({ status: "CREATING" }) }, "wait Disabling"],
    ["marks it once no queue names it", {}, `retire ${iso(0)}`],
    ["waits until the mark has settled", { record: marked(1) }, "wait Disabling again in 20 s"],
    ["does so from when it saw the mark", { record: marked(60), markShownForMs: 1000 }, "wait Disabling again in 20 s"],
    ["disables it then", { record: marked(21) }, "disable"],
    ["marks it again where the mark is old", { record: marked(301) }, `retire ${iso(0)}`],
    ["disables at once one that is INVALID", { record: marked(0, { status: "INVALID" }) }, "disable"],
    [
      "takes the mark off where a queue names it since",
      { record: marked(30), users: usedBy("team_q") },
      "retire no more",
    ],
    [
      "says so where it is DISABLED already",
      { record: marked(30, { state: "DISABLED" }), users: usedBy("team_q") },
      "wait InUse Stalled after 30 min",
    ],
    ["waits for AWS to disable it", { record: record({ state: "DISABLED", status: "UPDATING" }) }, "wait Disabling"],
    ["counts the jobs that may run in it", disabled, "wait Draining again in 5 s"],
    ["waits for these", { ...disabled, ...jobs({ remaining: [serviceJob("j")] }) }, "wait Draining again in 60 s"],
    ["counts twice that there are none", { ...disabled, ...jobs({ zeroForMs: 4000 }) }, "wait Draining again in 6 s"],
    [
      "waits while they cannot be counted",
      { ...disabled, jobs: { kind: "unread", why: "batch:ListServiceJobs: no" } },
      "wait Draining again in 10 s",
    ],
    ["deletes it when none is left", { ...disabled, ...jobs() }, "delete"],
    ["waits for AWS", { record: record({ status: "DELETING" }), users: usedBy("team_q") }, "wait Deleting"],
    ["is over when it is gone", { record: undefined, absent: true }, "release Deleted"],
    ["leaves alone what is nobody's", { record: record({ tags: {} }) }, "release Released"],
    [
      "leaves it in AWS by Retain, also while queues name it",
      { users: usedBy("team_q"), directives: { ...deleting.directives, retain: true } },
      "tag retain",
    ],
  ])("%s", (_name, change, expected) => {
    expect(stepLine({}, { ...deleting, ...change })).toBe(expected);
  });

  it("names the queues, and what to do", () => {
    expect(choiceFor({}, { ...deleting, users: usedBy("a", "b") }).next.message).toBe(
      "team_sm stays in service while it is the service environment of a, b: give a, b another one, or delete them",
    );
  });

  it("says why it waits for jobs that may run elsewhere", () => {
    expect(choiceFor({}, { ...deleting, ...disabled, ...jobs({ remaining: [serviceJob("j")] }) }).next.message).toBe(
      "team_sm waits for 1 job to end; no job is terminated (drain.policy: Wait). AWS does not say in which service environment a job runs",
    );
  });
});
