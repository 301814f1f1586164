import { describe, expect, it } from "vitest";
import type { Seen } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { usedBy } from "../../draining/users.ts";
import { choiceFor, directives, identity, policy, stepLine } from "./given.ts";

const deleting = { directives: { ...directives, deleting: true } };
const cluster = { ...identity, cluster: { name: "default", uid: "cluster-0" } };

describe("the deletion of a policy", () => {
  it.each<[string, Partial<Seen>, string]>([
    ["deletes it", {}, "delete"],
    ["waits while queues have it", { users: usedBy("team_q") }, "wait InUse Stalled after 30 min"],
    ["waits until AWS shows it", { record: policy({ status: "CREATING" }) }, "wait Deleting"],
    ["waits for AWS", { record: policy({ status: "DELETING" }), users: usedBy("team_q") }, "wait Deleting"],
    ["is over when it is gone", { record: undefined, absent: true }, "release Deleted"],
    ["is over only when its absence may be believed", { record: undefined }, "wait Deleting again in 1 s"],
    ["leaves alone what is nobody's", { record: policy({ tags: {} }) }, "release Released"],
    [
      "waits until that may be believed: an adoption whose answer was lost may have made it ours",
      { record: policy({ tags: {} }), isSettled: false },
      "wait Deleting again in 1 s",
    ],
    [
      "keeps what another cluster owns",
      { record: policy({ tags: ownerTags(cluster) }) },
      "blocked OwnedByOtherCluster",
    ],
    [
      "leaves it in AWS by Retain, also while queues have it",
      { users: usedBy("team_q"), directives: { ...deleting.directives, retain: true } },
      "tag retain",
    ],
  ])("%s", (_name, change, expected) => {
    expect(stepLine({}, { ...deleting, ...change })).toBe(expected);
  });

  it.each([false, true])(
    "does not say that it goes where only the tags are confirmed to be off (Retain: %s)",
    (retain) => {
      const untagged = { record: policy({ tags: {} }), isSettled: false };
      expect(choiceFor({}, { directives: { ...deleting.directives, retain }, ...untagged }).next.message).toBe(
        "confirming that team_fair is not managed by this object",
      );
    },
  );

  it("names the queues, and what to do", () => {
    expect(choiceFor({}, { ...deleting, users: usedBy("a", "b") }).next.message).toBe(
      "team_fair is the policy of a, b: give a, b another policy, or delete them",
    );
  });
});
