import { describe, expect, it } from "vitest";
import type { QuotaShareSpec } from "../../../../src/api/v1alpha1/quota-share.ts";
import type { Seen } from "../../../../src/controllers/kinds/quota-share/lowering.ts";
import { choiceFor, directives, jobsLeft, noJobs, now, record, stepLine } from "./given.ts";

const deleting = { directives: { ...directives, deleting: true } };
const disabled = { record: record({ state: "DISABLED" }) };
const approved = { directives: { ...deleting.directives, approved: "plan/Delete" } };
const terminate: Partial<QuotaShareSpec> = { drain: { policy: "Terminate", timeoutSeconds: 60 } };
const since = (agoMs: number) => ({ deletionTimestamp: new Date(now - agoMs).toISOString() });

describe("the deletion of a quota share", () => {
  it.each<[string, Partial<Seen>, string]>([
    ["waits until AWS has created it", { record: record({ status: "CREATING" }) }, "wait Disabling"],
    ["disables it", {}, "disable"],
    ["disables one that is INVALID too", { record: record({ status: "INVALID" }) }, "disable"],
    ["waits for AWS to disable it", { record: record({ state: "DISABLED", status: "UPDATING" }) }, "wait Disabling"],
    ["counts its jobs", disabled, "wait Draining again in 5 s"],
    ["waits for these, or for a person", { ...disabled, ...jobsLeft("j") }, "wait AwaitingApproval again in 60 s"],
    ["counts twice that there are none", { ...disabled, ...noJobs(4000) }, "wait Draining again in 1 s"],
    [
      "waits while they cannot be counted",
      { ...disabled, jobs: { kind: "unread", why: "batch:ListServiceJobs: no" } },
      "wait Draining again in 10 s",
    ],
    ["deletes it when none is left", { ...disabled, ...noJobs(5000) }, "delete"],
    [
      "deletes it with its jobs where a person lets it",
      { ...disabled, ...approved, ...jobsLeft("j") },
      "delete with j",
    ],
    ["disables it first also then", { ...approved, ...jobsLeft("j") }, "disable"],
    ["waits for AWS", { record: record({ status: "DELETING" }) }, "wait Deleting"],
    ["is over when it is gone", { record: undefined, absent: true }, "release Deleted"],
    [
      "is not over while nothing says where it is",
      { record: undefined, lostIn: "JobQueue" },
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    ["leaves alone what is nobody's", { record: record({ tags: {} }) }, "release Released"],
    ["leaves it in AWS by Retain", { directives: { ...deleting.directives, retain: true } }, "tag retain"],
  ])("%s", (_name, change, expected) => {
    expect(stepLine({}, { ...deleting, queue: undefined, ...change })).toBe(expected);
  });

  it.each<[string, number, Pick<Seen, "jobs">, string]>([
    ["lets jobs go on until the time is over", 20_000, jobsLeft("j"), "wait Draining again in 40 s"],
    ["takes the jobs with it then", 60_000, jobsLeft("b", "a"), "delete with a,b"],
    ["goes on earlier when there is none", 20_000, noJobs(5000), "delete"],
  ])("with Terminate %s", (_name, agoMs, jobs, expected) => {
    expect(stepLine(terminate, { ...deleting, ...disabled, ...jobs }, since(agoMs))).toBe(expected);
  });

  it("says what runs, and both ways forward", () => {
    const { next } = choiceFor({}, { ...deleting, ...disabled, ...jobsLeft("a", "b") });
    expect(next).toMatchObject({
      until: { kind: "approval", value: "plan/Delete" },
      message:
        'team_q/team_research waits for 2 jobs to end; no job is terminated (drain.policy: Wait). AWS would end them with the share: drain.policy: Terminate in the spec lets it. To approve it, set awsbatch.dev/approve: "plan/Delete"',
    });
  });
});
