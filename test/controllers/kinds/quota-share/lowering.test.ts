import { describe, expect, it } from "vitest";
import type { QuotaShareSpec } from "../../../../src/api/v1alpha1/quota-share.ts";
import type { Seen } from "../../../../src/controllers/kinds/quota-share/lowering.ts";
import { choiceFor, directives, jobsLeft, noJobs, record, stepLine } from "./given.ts";

const lower: Partial<QuotaShareSpec> = {
  capacityLimits: [
    { capacityUnit: "ml.m5.large", maxCapacity: 2 },
    { capacityUnit: "ml.g5.xlarge", maxCapacity: 1 },
  ],
};
const terminate = { drain: { policy: "Terminate" as const, timeoutSeconds: 60 } };
const waiting = choiceFor(lower, jobsLeft("j")).next;
const value = waiting.kind === "wait" && waiting.until?.kind === "approval" ? waiting.until.value : "none";
const approved = (text: string): Pick<Seen, "directives"> => ({ directives: { ...directives, approved: text } });
const written = "update spec.capacityLimits";

describe("less capacity for a share", () => {
  it.each<[string, Partial<QuotaShareSpec>, Partial<Seen>, string]>([
    ["waits until its jobs are counted", lower, {}, "wait Updating again in 5 s"],
    ["waits for a second count without jobs", lower, noJobs(4000), "wait Updating again in 6 s"],
    ["is written when both counts show none", lower, noJobs(10_000), written],
    [
      "waits where jobs cannot be counted",
      lower,
      { jobs: { kind: "unread", why: "batch:ListServiceJobs: no" } },
      "wait Updating again in 10 s",
    ],
    ["waits for jobs, or for a person", lower, jobsLeft("j"), "wait AwaitingApproval again in 60 s"],
    ["is written at once where the spec lets jobs be ended", { ...lower, ...terminate }, {}, written],
    ["is written where a person lets jobs be ended", lower, approved(value), written],
    [
      "is not written by an approval of something else",
      lower,
      { ...approved("plan/Delete"), ...jobsLeft("j") },
      "wait AwaitingApproval again in 60 s",
    ],
    ["does not hold back other fields", { ...lower, state: "DISABLED" }, jobsLeft("j"), "update spec.state"],
    ["does not hold back tags", { ...lower, tags: { team: "x" } }, jobsLeft("j"), "tag userTags"],
    [
      "comes with other fields where it may",
      { ...lower, state: "DISABLED" },
      noJobs(10_000),
      "update spec.state,spec.capacityLimits",
    ],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine(change, given)).toBe(expected);
  });

  it("is asked for again once AWS has other limits", () => {
    const raised = record({ capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 9 }] });
    expect(stepLine(lower, { ...approved(value), record: raised, ...jobsLeft("j") })).toContain("AwaitingApproval");
  });

  it("says what would be taken, what runs, and both ways forward", () => {
    expect(waiting.message).toBe(
      `team_q/team_research has less: ml.m5.large 2 instead of 4, for which AWS may end its jobs: team_q/team_research waits for 1 job to end; no job is terminated (drain.policy: Wait). drain.policy: Terminate in the spec lets it happen at once. To approve it, set awsbatch.dev/approve: "${value}"`,
    );
    expect(value).toMatch(/^plan\/Lower@[0-9a-f]{8}$/);
  });

  it("is not sent again without a person where AWS takes no effect of it", () => {
    const { next } = choiceFor(lower, noJobs(10_000));
    expect(next).toMatchObject({ effects: [{ path: "spec.capacityLimits", cause: "spec", mayEndJobs: true }] });
    const more = {
      capacityLimits: [
        { capacityUnit: "ml.m5.large", maxCapacity: 9 },
        { capacityUnit: "ml.g5.xlarge", maxCapacity: 1 },
      ],
    };
    expect(choiceFor(more, {}).next).toMatchObject({ effects: [{ path: "spec.capacityLimits", cause: "spec" }] });
  });
});
