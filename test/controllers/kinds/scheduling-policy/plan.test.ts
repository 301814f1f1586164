import { describe, expect, it } from "vitest";
import type { SchedulingPolicySpec } from "../../../../src/api/v1alpha1/scheduling-policy.ts";
import type { Seen } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { mayAdopt } from "../../region.ts";
import { arn, choiceFor, directives, identity, policy, seen, spec, stepLine } from "./given.ts";

const cluster = { ...identity, cluster: { name: "default", uid: "cluster-0" } };
const other = { ...identity, name: "else" };
const adopts = (adoptionPolicy: "IfMatching" | "IfExists") => ({ directives: { ...directives, adoptionPolicy } });
const foreign = policy({ tags: { team: "x" } });

describe("a policy", () => {
  it.each<[string, Partial<SchedulingPolicySpec>, Partial<Seen>, string]>([
    ["is created", {}, { record: undefined, absent: true }, "create"],
    ["waits for a listing that shows whether it is there", {}, { record: undefined }, "wait Creating again in 1 s"],
    ["waits for an earlier one of the name", {}, { record: policy({ status: "DELETING" }) }, "wait Creating"],
    [
      "waits for AWS to show one that was created without an answer",
      {},
      { record: policy({ status: "CREATING" }) },
      "wait Creating",
    ],
    ["is at rest when AWS has it, in any order of shares", {}, {}, "serves Available; serving"],
    [
      "is updated in place",
      { fairsharePolicy: { ...spec.fairsharePolicy, shareDecaySeconds: 60 } },
      {},
      "update spec.fairsharePolicy.shareDecaySeconds",
    ],
    [
      "gets AWS's defaults where the spec says nothing",
      { fairsharePolicy: {} },
      {},
      "update spec.fairsharePolicy.shareDecaySeconds,spec.fairsharePolicy.shareDistribution",
    ],
    ["gets the tags of the spec", { tags: { team: "x" } }, {}, "tag userTags"],
    [
      "never becomes a policy of the other kind",
      { fairsharePolicy: undefined, quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } },
      {},
      "blocked PolicyKindFixed",
    ],
    ["of somebody else stays as it is", {}, { record: foreign }, "blocked NotOwned"],
    ["of another object stays as it is", {}, { record: policy({ tags: ownerTags(other) }) }, "blocked Conflict"],
    [
      "of another cluster stays as it is",
      {},
      { record: policy({ tags: ownerTags(cluster) }) },
      "blocked OwnedByOtherCluster",
    ],
    ["whose name another object has is left to that", {}, { claimedBy: "a/b" }, "blocked Conflict again in 60 s"],
    [
      "is taken over from an earlier object of the name",
      {},
      { record: policy({ tags: ownerTags({ ...identity, uid: "0" }) }) },
      "tag takeOver",
    ],
    [
      "that Retain has left is taken back",
      {},
      { record: policy({ tags: { "awsbatch.dev/retained-from": "default/team/fair" } }) },
      "tag takeOver",
    ],
    ["that matches is adopted", { tags: { team: "x" } }, { record: foreign, ...adopts("IfMatching") }, "tag adopt"],
    [
      "that differs is not adopted if it has to match",
      {},
      { record: foreign, ...adopts("IfMatching") },
      "blocked NotMatching",
    ],
    [
      "of the other kind does not match",
      { tags: { team: "x" } },
      {
        record: policy({
          tags: { team: "x" },
          fairsharePolicy: undefined,
          quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
        }),
        ...adopts("IfMatching"),
      },
      "blocked NotMatching",
    ],
    ["that differs is adopted if it exists", {}, { record: foreign, ...adopts("IfExists") }, "tag adopt"],
    [
      "is not adopted where the namespace may not adopt its name",
      {},
      { record: foreign, nameSeen: mayAdopt(false), ...adopts("IfExists") },
      "blocked NotAdoptable",
    ],
    [
      "with a name of another namespace is not touched",
      {},
      { record: undefined, absent: true, nameSeen: { kind: "refused", message: "no" } },
      "blocked NotAllowed again in 60 s",
    ],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine(change, given)).toBe(expected);
  });

  it("is asked for whole, with the tags of its owner", () => {
    const { next, change } = choiceFor({ tags: { team: "x" } }, { record: undefined, absent: true });
    expect(next).toMatchObject({
      action: {
        request: {
          name: "team_fair",
          fairsharePolicy: { shareDecaySeconds: 3600, computeReservation: 0 },
          tags: { team: "x", ...ownerTags(identity) },
        },
      },
    });
    expect(change).toMatchObject({ action: "Create", id: "plan", reason: "NotInAWS" });
  });

  it("is always updated as a whole: AWS may keep or reset what an update leaves out", () => {
    const { next, change } = choiceFor({ fairsharePolicy: { computeReservation: 5 } }, {});
    expect(next).toMatchObject({
      action: {
        request: { arn, fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 5, shareDistribution: [] } },
      },
      effects: [
        { path: "spec.fairsharePolicy.shareDecaySeconds", cause: "spec" },
        { path: "spec.fairsharePolicy.computeReservation", cause: "spec" },
        { path: "spec.fairsharePolicy.shareDistribution", cause: "spec" },
      ],
    });
    expect(change).toMatchObject({ action: "Update", reason: "FieldsDiffer" });
  });

  it("of quota shares is asked for as such", () => {
    const { next } = choiceFor(
      { fairsharePolicy: undefined, quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } },
      { record: undefined, absent: true },
    );
    expect(next).toMatchObject({
      action: { request: { quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } } },
    });
  });

  it("of others has no plan", () => {
    expect(choiceFor({}, { record: policy({ tags: ownerTags(other) }) }).change).toMatchObject({
      action: "None",
      reason: "NotOwned",
    });
  });

  it("with other tags plans only these", () => {
    expect(choiceFor({ tags: { team: "x" } }, {}).change).toMatchObject({ action: "UpdateTags", reason: "TagsDiffer" });
    expect(choiceFor({}, {}).change).toMatchObject({ action: "None", reason: "InSync" });
  });

  it("that another cluster owns is explained by what to do", () => {
    expect(choiceFor({}, { record: policy({ tags: ownerTags(cluster) }) }).next.message).toContain(
      "start the operator with --take-over-cluster-uid=cluster-0",
    );
    expect(seen().arn).toBe(arn);
  });
});
