import { describe, expect, it } from "vitest";
import type { JobQueue, JobQueueSpec } from "../../../../src/api/v1alpha1/job-queue.ts";
import { type Action, independentName } from "../../../../src/controllers/kinds/job-queue/action.ts";
import type { EntrySeen } from "../../../../src/controllers/kinds/job-queue/seen.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Act } from "../../../../src/controllers/pass/agenda.ts";
import { mayAdopt } from "../../region.ts";
import {
  choiceFor,
  directives,
  ec2,
  environment,
  foreignEnvironment,
  identity,
  identityOf,
  named,
  namesIn,
  now,
  object,
  queue,
  reference,
  resolved,
  type SeenChange,
  seen,
  settings,
  stepLine,
  unresolved,
  withResources,
} from "./given.ts";

type Case = [name: string, spec: Partial<JobQueueSpec>, change: SeenChange, expected: string];

const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const a = environment("a1", "a");
const aNext = environment("a2", "a", {}, other);
const b = environment("b1", "b");
const aInvalid = environment("a1", "a", { status: "INVALID", statusReason: "no role" });
const bInvalid = environment("b1", "b", { status: "INVALID", statusReason: "no role" });
const policy = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair";
const policyTwo = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fairer";

/** A queue that is as desired: it names `a1`, which is all that it shall name. */
const atRest: SeenChange = { entries: [reference("a", [a])], environments: [a], queue: queue(["a1"]) };
const two: SeenChange = {
  entries: [reference("a", [a]), reference("b", [b], { order: 2 })],
  environments: [a, b],
  queue: queue(["a1", "b1"]),
};

const message = (spec: Partial<JobQueueSpec>, change: SeenChange): string =>
  choiceFor(object(spec), seen(change), now).next.message;

const expectLines = (_name: string, spec: Partial<JobQueueSpec>, change: SeenChange, expected: string): void => {
  expect(stepLine(spec, change, now)).toBe(expected);
};

describe("a queue that is not there", () => {
  it.each<Case>([
    [
      "waits for its policy",
      { schedulingPolicyRef: { name: "fair" } },
      {
        ...two,
        queue: undefined,
        policy: { kind: "awaited", arn: policy, message: "AWS does not have team_fair yet" },
      },
      "wait WaitingForPolicy Stalled after 10 min",
    ],
    [
      "is not created with a policy that is not for its namespace",
      { schedulingPolicyArn: policy },
      {
        ...two,
        queue: undefined,
        policy: { kind: "unresolved", reason: "ReferenceNotAllowed", message: "not for this namespace" },
      },
      "blocked ReferenceNotAllowed again in 60 s",
    ],
    ["is created over its environments", {}, { ...two, queue: undefined }, "create a1,b1"],
    [
      "is created as soon as one environment is VALID",
      {},
      { ...two, queue: undefined, entries: [reference("b", [bInvalid]), reference("a", [a], { order: 2 })] },
      "create a1",
    ],
    [
      "is not created before its absence may be believed",
      {},
      { ...atRest, queue: undefined, absent: false },
      "wait Creating again in 1 s",
    ],
    [
      "waits for its first environment",
      {},
      { entries: [reference("a", [environment("a1", "a", { status: "CREATING" })])] },
      "wait WaitingForEnvironment",
    ],
    [
      "is Stalled when no environment is made within 10 minutes",
      {},
      { entries: [reference("a", [])] },
      "wait WaitingForEnvironment Stalled after 10 min",
    ],
    [
      "is Stalled when its reference stays missing for 10 minutes",
      {},
      { entries: [unresolved("a")] },
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    [
      "is Stalled at once when its reference is refused",
      {},
      { entries: [unresolved("a", "ReferenceNotAllowed")] },
      "blocked ReferenceNotAllowed again in 60 s",
    ],
    [
      "is Stalled at once when its reference is not watched",
      {},
      { entries: [unresolved("a", "NamespaceNotWatched")] },
      "blocked NamespaceNotWatched again in 60 s",
    ],
    [
      "is created over the rest although one reference is refused",
      {},
      { environments: [a], entries: [unresolved("b", "ReferenceNotAllowed"), reference("a", [a], { order: 2 })] },
      "create a1",
    ],
    [
      "waits while an earlier one of its name is being deleted",
      {},
      { ...atRest, queue: queue(["a1"], { status: "DELETING" }) },
      "wait Creating",
    ],
    [
      "leaves its name to an older object that claims it",
      {},
      { ...atRest, claimedBy: "team/older" },
      "blocked Conflict again in 60 s",
    ],
  ])("%s", expectLines);

  it("that has its name from another object reports the owner of the name, and the ways out", () => {
    const { next } = choiceFor(object(), seen({ ...atRest, claimedBy: "team/older" }), now);
    expect(next).toMatchObject({
      message:
        "team/older already owns the queue name team_q in this account and region, by the tags in AWS, by the namespace in the name, or because it is older; delete one of the two, or recreate this object with a different jobQueueName",
    });
  });

  it("is asked for whole, ENABLED unless the spec says otherwise, with the tags of its owner", () => {
    const spec = { tags: { team: "x" }, schedulingPolicyArn: policy, jobQueueType: "ECS" as const, priority: 7 };
    const { next, change } = choiceFor(
      object(spec),
      seen({ ...atRest, queue: undefined, policy: resolved(policy) }),
      now,
    );
    expect(next).toMatchObject({
      action: {
        kind: "create",
        request: {
          jobQueueName: "team_q",
          state: "ENABLED",
          priority: 7,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: "a1" }],
          schedulingPolicyArn: policy,
          jobQueueType: "ECS",
          tags: { team: "x", ...ownerTags(identity) },
        },
      },
    });
    expect(change).toMatchObject({ action: "Create", id: "plan" });
  });

  it("may be asked for DISABLED, and with time limits", () => {
    const limit = {
      reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY" as const,
      state: "RUNNABLE" as const,
      maxTimeSeconds: 600,
      action: "CANCEL" as const,
    };
    const spec = { state: "DISABLED" as const, jobStateTimeLimitActions: [limit] };
    expect(choiceFor(object(spec), seen({ ...atRest, queue: undefined }), now).next).toMatchObject({
      action: { request: { state: "DISABLED", jobStateTimeLimitActions: [limit] } },
    });
  });

  it.each([
    ["here", "x is being taken out of service"],
    [
      "elsewhere",
      "x is being taken out of service by team/x of cluster default, as its tag awsbatch.dev/retired-at says: if that object no longer exists, remove the tag",
    ],
  ] as const)(
    "checks again whether the object of a retiring environment was deleted, when that is %s",
    (owner, why) => {
      const x = environment("x", "x", { tags: { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } });
      const change: SeenChange = { environments: [x], entries: [named("x", 1, owner)] };
      expect(stepLine({}, change, now)).toBe("wait WaitingForEnvironment again in 60 s Stalled after 10 min");
      expect(message({}, change)).toBe(`x: ${why}`);
      const withOther = { ...change, entries: [reference("a", []), named("x", 2, owner)] };
      expect(stepLine({}, withOther, now)).toBe("wait WaitingForEnvironment again in 60 s Stalled after 10 min");
    },
  );

  it("says what is being deleted, by reference or by name, and what to do", () => {
    const x = environment("x", "x");
    const entries = [reference("a", [a], { deleting: true }), named("x", 2, "deleting")];
    const another = "put another environment into spec.computeEnvironmentOrder";
    expect(message({}, { environments: [a, x], entries })).toBe(
      `team/a: it is being deleted: ${another}; x: team/x, which has it, is being deleted: ${another}`,
    );
    expect(message({}, { entries: [reference("a", [], { deleting: true })] })).toBe(
      `team/a: it is being deleted: ${another}`,
    );
  });

  it("says what each missing environment is waiting for", () => {
    const entries = [reference("a", []), reference("b", [bInvalid])];
    expect(message({}, { entries })).toBe(
      "team/a: it has no compute environment in AWS yet; team/b: b1 is ENABLED and INVALID: no role",
    );
  });
});

describe("the owner of a queue of that name", () => {
  const tags = (change: Record<string, string>) => ({ ...ownerTags(identity), ...change });
  const adopting = (adoptionPolicy: "IfMatching" | "IfExists", change: SeenChange = {}): SeenChange => ({
    ...atRest,
    queue: queue(["a1"], { tags: {} }),
    directives: { ...directives, adoptionPolicy },
    nameSeen: mayAdopt(true),
    ...change,
  });

  it.each<Case>([
    ["ours", {}, atRest, "serves Available; serving"],
    [
      "ours of an object that was made again: tagged once",
      {},
      { ...atRest, queue: queue(["a1"], { tags: tags({ "awsbatch.dev/uid": "old" }) }) },
      "tag takeOver",
    ],
    [
      "of the same object of another cluster: not touched",
      {},
      { ...atRest, queue: queue(["a1"], { tags: tags({ "awsbatch.dev/cluster-uid": "c-0" }) }) },
      "blocked OwnedByOtherCluster",
    ],
    [
      "of a lost cluster that is taken over: first only tagged",
      { priority: 9 },
      {
        ...atRest,
        identity: { ...identity, cluster: { ...identity.cluster, takeOverUid: "c-0" } },
        queue: queue(["a1"], { tags: tags({ "awsbatch.dev/cluster-uid": "c-0" }) }),
      },
      "tag takeOver",
    ],
    [
      "of another object: not touched",
      {},
      { ...atRest, queue: queue(["a1"], { tags: ownerTags(identityOf("else")) }) },
      "blocked Conflict",
    ],
    [
      "left behind by this object: taken back",
      {},
      { ...atRest, queue: queue(["a1"], { tags: { "awsbatch.dev/retained-from": "default/team/q" } }) },
      "tag takeOver",
    ],
    [
      "left behind by another object: that one's",
      {},
      { ...atRest, queue: queue(["a1"], { tags: { "awsbatch.dev/retained-from": "default/team/x" } }) },
      "blocked Conflict",
    ],
    ["nobody's: not touched", {}, { ...atRest, queue: queue(["a1"], { tags: {} }) }, "blocked NotOwned"],
    ["nobody's and as desired: adopted", {}, adopting("IfMatching"), "tag adopt"],
    [
      "nobody's, of a name that may not be adopted",
      {},
      adopting("IfMatching", { nameSeen: mayAdopt(false) }),
      "blocked NotAdoptable",
    ],
    [
      "nobody's with another priority: not adopted if matching",
      { priority: 2 },
      adopting("IfMatching"),
      "blocked NotMatching",
    ],
    [
      "nobody's with what may have to go once an entry leads somewhere: not adopted if matching",
      {},
      adopting("IfMatching", {
        queue: queue(["a1", "x"], { tags: {} }),
        entries: [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      }),
      "blocked NotMatching",
    ],
    [
      "nobody's with another order: not adopted if matching",
      {},
      adopting("IfMatching", { queue: queue(["x"], { tags: {} }) }),
      "blocked NotMatching",
    ],
    [
      "nobody's with other tags: not adopted if matching",
      { tags: { team: "x" } },
      adopting("IfMatching"),
      "blocked NotMatching",
    ],
    [
      "nobody's without the desired policy: not adopted if matching",
      { schedulingPolicyArn: policy },
      adopting("IfMatching"),
      "blocked NotMatching",
    ],
    [
      "nobody's of another type: not adopted if matching",
      { jobQueueType: "EKS" },
      adopting("IfMatching"),
      "blocked NotMatching",
    ],
    ["nobody's with another priority: adopted if allowed", { priority: 2 }, adopting("IfExists"), "tag adopt"],
  ])("%s", expectLines);

  it("is reported with the name that another object should have", () => {
    const others = { ...atRest, queue: queue(["a1"], { tags: ownerTags(identityOf("else")) }) };
    expect(message({}, others)).toContain("recreate this object with a different jobQueueName;");
  });

  it("is reported with the flag that takes a lost cluster over", () => {
    const change = { ...atRest, queue: queue(["a1"], { tags: tags({ "awsbatch.dev/cluster-uid": "c-0" }) }) };
    expect(message({}, change)).toContain("--take-over-cluster-uid=c-0");
  });

  it("takes the mark of Retain off with the tags that it sets", () => {
    const change = { ...atRest, queue: queue(["a1"], { tags: { "awsbatch.dev/retained-from": "default/team/q" } }) };
    expect(choiceFor(object(), seen(change), now).next).toMatchObject({
      action: { change: { set: ownerTags(identity), remove: ["awsbatch.dev/retained-from"] } },
    });
  });

  it("names the fields in which an adoption differs", () => {
    const change = adopting("IfMatching", { queue: queue(["x"], { tags: {} }) });
    expect(message({ priority: 2, schedulingPolicyArn: policy, tags: { team: "x" } }, change)).toContain(
      'differs in spec.priority (AWS: 1, spec: 2), spec.computeEnvironmentOrder, spec.schedulingPolicyArn, spec.tags["team"];',
    );
  });
});

describe("a change in place", () => {
  it.each<Case>([
    ["sends only what changed", { priority: 5 }, atRest, 'update {"priority":5}'],
    [
      "changes tags last, for AWS may refuse them",
      { priority: 5, tags: { team: "x" } },
      atRest,
      'update {"priority":5}',
    ],
    [
      "changes tags also while the order has to wait",
      { tags: { team: "x" } },
      { ...atRest, entries: [named("x")], environments: [a, foreignEnvironment("x", { state: "DISABLED" })] },
      "tag userTags",
    ],
    [
      "removes a tag that the spec no longer has",
      {},
      { ...atRest, queue: queue(["a1"], { tags: { ...ownerTags(identity), team: "x" } }) },
      "tag userTags",
    ],
    [
      "leaves tags that others own",
      {},
      {
        ...atRest,
        settings: { ...settings, ignoreTagKeys: ["cost/*"] },
        queue: queue(["a1"], { tags: { ...ownerTags(identity), "cost/x": "1" } }),
      },
      "serves Available; serving",
    ],
    [
      "leaves a queue alone that was disabled by hand",
      {},
      { ...atRest, queue: queue(["a1"], { state: "DISABLED" }) },
      "serves Disabled; serving",
    ],
    ["disables", { state: "DISABLED" }, atRest, 'update {"state":"DISABLED"}'],
    [
      "disables first and alone, for AWS may refuse what else differs",
      { state: "DISABLED", priority: 5 },
      { ...atRest, entries: [reference("a", [a, aNext], { spec: other })], environments: [a, aNext] },
      'update {"state":"DISABLED"}',
    ],
    [
      "disables also next to what cannot be had",
      { state: "DISABLED", jobQueueType: "EKS" },
      atRest,
      'update {"state":"DISABLED"}',
    ],
    [
      "disables with the policy of a fair-share queue",
      { state: "DISABLED", schedulingPolicyArn: policy },
      { ...atRest, queue: queue(["a1"], { schedulingPolicyArn: policy }) },
      `update ${JSON.stringify({ schedulingPolicyArn: policy, state: "DISABLED" })}`,
    ],
    [
      "changes the rest of what is DISABLED",
      { state: "DISABLED", priority: 5 },
      { ...atRest, queue: queue(["a1"], { state: "DISABLED" }) },
      'update {"priority":5}',
    ],
    [
      "enables",
      { state: "ENABLED" },
      { ...atRest, queue: queue(["a1"], { state: "DISABLED" }) },
      'update {"state":"ENABLED"}',
    ],
    [
      "waits while AWS makes the queue",
      { priority: 5 },
      { ...atRest, queue: queue(["a1"], { status: "CREATING" }) },
      "wait Creating",
    ],
    [
      "waits while AWS updates the queue",
      { priority: 5 },
      { ...atRest, queue: queue(["a1"], { status: "UPDATING" }) },
      "wait Updating",
    ],
    [
      "sends the policy of a fair-share queue along",
      { priority: 5, schedulingPolicyArn: policy },
      { ...atRest, queue: queue(["a1"], { schedulingPolicyArn: policy }) },
      `update ${JSON.stringify({ schedulingPolicyArn: policy, priority: 5 })}`,
    ],
    [
      "exchanges the policy of a fair-share queue",
      { schedulingPolicyArn: policyTwo },
      { ...atRest, queue: queue(["a1"], { schedulingPolicyArn: policy }), policy: resolved(policyTwo) },
      `update ${JSON.stringify({ schedulingPolicyArn: policyTwo })}`,
    ],
    [
      "exchanges it by reference",
      { schedulingPolicyRef: { name: "fairer" } },
      { ...atRest, queue: queue(["a1"], { schedulingPolicyArn: policy }), policy: resolved(policyTwo) },
      `update ${JSON.stringify({ schedulingPolicyArn: policyTwo })}`,
    ],
    [
      "keeps it while AWS does not have the next one",
      { schedulingPolicyRef: { name: "fairer" } },
      {
        ...atRest,
        queue: queue(["a1"], { schedulingPolicyArn: policy }),
        policy: { kind: "awaited", arn: policyTwo, message: "AWS does not have team_fairer yet" },
      },
      "wait WaitingForPolicy Stalled after 10 min",
    ],
    [
      "is at rest with a policy whose object is being deleted",
      { schedulingPolicyRef: { name: "fair" } },
      {
        ...atRest,
        queue: queue(["a1"], { schedulingPolicyArn: policy }),
        policy: { kind: "awaited", arn: policy, message: "SchedulingPolicy team/fair is being deleted" },
      },
      "serves Available; serving",
    ],
    [
      "keeps it while the reference leads nowhere",
      { schedulingPolicyRef: { name: "fairer" } },
      {
        ...atRest,
        queue: queue(["a1"], { schedulingPolicyArn: policy }),
        policy: {
          kind: "unresolved",
          reason: "ReferenceNotFound",
          message: "there is no SchedulingPolicy team/fairer",
        },
      },
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    [
      "keeps it where the next one is not for this namespace, but changes what else differs",
      { schedulingPolicyArn: policyTwo, priority: 5 },
      {
        ...atRest,
        queue: queue(["a1"], { schedulingPolicyArn: policy }),
        policy: { kind: "unresolved", reason: "ReferenceNotAllowed", message: "not for this namespace" },
      },
      `update ${JSON.stringify({ schedulingPolicyArn: policy, priority: 5 })}`,
    ],
    [
      "gives no policy to a queue without one",
      { schedulingPolicyArn: policy },
      atRest,
      "blocked SchedulingPolicyFixed",
    ],
    [
      "takes no policy from a fair-share queue",
      {},
      { ...atRest, queue: queue(["a1"], { schedulingPolicyArn: policy }) },
      "blocked SchedulingPolicyFixed",
    ],
    ["changes no type", { jobQueueType: "EKS" }, atRest, "blocked JobQueueTypeFixed"],
    [
      "changes nothing next to what cannot be had",
      { jobQueueType: "EKS", priority: 5 },
      atRest,
      "blocked JobQueueTypeFixed",
    ],
    [
      "follows its environments all the same",
      { jobQueueType: "EKS", priority: 5 },
      { ...atRest, entries: [reference("a", [a, aNext], { spec: other })], environments: [a, aNext] },
      "update a2",
    ],
    [
      "reports a queue that AWS found INVALID",
      {},
      { ...atRest, queue: queue(["a1"], { status: "INVALID" }) },
      "blocked Invalid again in 300 s",
    ],
    [
      "fixes a queue that AWS found INVALID by an update that is due",
      { priority: 5 },
      { ...atRest, queue: queue(["a1"], { status: "INVALID" }) },
      'update {"priority":5}',
    ],
  ])("%s", expectLines);

  describe("that disables the queue", () => {
    const disabling = { state: "DISABLED", tags: { team: "x" } } as const;
    const stateAlone = { kind: "update", request: { state: "DISABLED" }, paths: ["spec.state"], moves: undefined };
    const effects = [{ path: "spec.state", cause: "spec" }];
    const follows = { ...atRest, entries: [reference("a", [a, aNext], { spec: other })], environments: [a, aNext] };
    const refusal = { failure: { kind: "denied", operation: "batch:UpdateJobQueue", message: "no", advice: "" } };
    const refusedAt = (at: number) => (action: Action) =>
      independentName(action) === "disabling" ? { ...refusal, at } : undefined;

    it("holds nothing, and the order that follows comes after it", () => {
      const { next, instead } = choiceFor(object(disabling), seen(follows), now);
      expect(next).toMatchObject({ action: stateAlone, holds: "nothing", effects });
      expect(instead?.next).toMatchObject({ action: { paths: ["spec.computeEnvironmentOrder"] } });
    });

    it("gives way only to the order where AWS refuses it, and holds everything from then on", () => {
      const refused = choiceFor(object(disabling), seen(follows), now, refusedAt(now));
      expect(refused.next).toMatchObject({ action: { paths: ["spec.computeEnvironmentOrder"] } });
      expect(refused.refused).toEqual([refusal.failure]);
      const { next, instead } = choiceFor(object(disabling), seen(atRest), now, refusedAt(now));
      expect(next).toMatchObject({ action: stateAlone, effects });
      expect(next).not.toHaveProperty("holds");
      expect(instead).toBeUndefined();
    });

    it("gives way to no field, which AWS may refuse as well, and to no order next to one", () => {
      const another = { ...two, queue: queue(["b1", "a1"]) };
      for (const change of [atRest, another]) {
        const { next } = choiceFor(object({ ...disabling, priority: 5 }), seen(change), now, refusedAt(now));
        expect(next).toMatchObject({ action: stateAlone });
      }
    });

    it("is tried before the order again ten minutes after it was refused", () => {
      const again = choiceFor(object(disabling), seen(follows), now, refusedAt(now - 600_000));
      expect(again.next).toMatchObject({ action: stateAlone });
      const still = choiceFor(object(disabling), seen(follows), now, refusedAt(now - 599_999));
      expect(still.next).toMatchObject({ action: { paths: ["spec.computeEnvironmentOrder"] } });
    });
  });

  it("says why AWS found a queue INVALID, without request ids", () => {
    const reason = "CLIENT_ERROR - no (Request ID: 0a1b2c3d-4e5f)";
    const result = message({}, { ...atRest, queue: queue(["a1"], { status: "INVALID", statusReason: reason }) });
    expect(result).toMatch(/^AWS found team_q INVALID: CLIENT_ERROR - no/);
    expect(result).not.toContain("0a1b2c3d");
    expect(message({}, { ...atRest, queue: queue(["a1"], { status: "INVALID", statusReason: undefined }) })).toBe(
      "AWS found team_q INVALID: AWS gives no reason",
    );
  });
});

describe("the order of a queue", () => {
  const follows: SeenChange = {
    entries: [reference("a", [a, aNext], { spec: other }), reference("b", [b], { order: 2 })],
    environments: [a, aNext, b],
    queue: queue(["a1", "b1"]),
  };
  const invalidB: SeenChange = {
    ...two,
    entries: [reference("a", [a]), reference("b", [bInvalid], { order: 2 })],
    environments: [a, bInvalid],
  };

  it.each<Case>([
    ["is written whole, swapped in place", {}, follows, "update a2,b1"],
    [
      "causes no write by its numbers",
      {},
      { ...atRest, queue: queue([], { computeEnvironmentOrder: [{ order: 9, computeEnvironment: "a1" }] }) },
      "serves Available; serving",
    ],
    ["is rewritten when the sequence differs", {}, { ...two, queue: queue(["b1", "a1"]) }, "update a1,b1"],
    [
      "is written in one update with what else differs",
      { priority: 5 },
      { ...two, entries: [reference("b", [b]), reference("a", [a], { order: 2 })] },
      'update b1,a1 {"priority":5}',
    ],
    [
      "is written alone where it follows a replacement, for AWS may refuse what else differs",
      { priority: 5 },
      follows,
      "update a2,b1",
    ],
    [
      "is written alone where no job can start, for AWS may refuse what else differs",
      { priority: 5 },
      { entries: [reference("b", [b])], environments: [aInvalid, b], queue: queue(["a1"]) },
      "update b1",
    ],
    [
      "is written with the policy of a fair-share queue",
      { schedulingPolicyArn: policy },
      { ...follows, queue: queue(["a1", "b1"], { schedulingPolicyArn: policy }) },
      `update a2,b1 ${JSON.stringify({ schedulingPolicyArn: policy })}`,
    ],
    ["is not written because an entry is INVALID", {}, invalidB, "serves Available; serving"],
    [
      "is written without an INVALID entry when it is written anyway",
      {},
      {
        ...invalidB,
        entries: [reference("a", [a, aNext], { spec: other }), reference("b", [bInvalid], { order: 2 })],
        environments: [a, aNext, bInvalid],
      },
      "update a2",
    ],
    [
      "waits for an entry that it would lose",
      {},
      {
        ...follows,
        entries: [
          reference("a", [a, aNext], { spec: other }),
          reference("b", [environment("b1", "b", { status: "UPDATING" })], { order: 2 }),
        ],
      },
      "wait WaitingForEnvironment",
    ],
    [
      "that waits does not hold up what else differs",
      { priority: 5 },
      {
        ...follows,
        entries: [
          reference("a", [a, aNext], { spec: other }),
          reference("b", [environment("b1", "b", { status: "UPDATING" })], { order: 2 }),
        ],
      },
      'update {"priority":5}',
    ],
    [
      "is not written while nothing in it is VALID",
      {},
      { ...atRest, entries: [named("x")] },
      "wait WaitingForEnvironment Stalled after 10 min",
    ],
    [
      "never gives up the last usable environment",
      {},
      { ...atRest, entries: [named("x")], environments: [a, foreignEnvironment("x", { state: "DISABLED" })] },
      "wait WouldLeaveNoEnvironment Stalled after 10 min",
    ],
    [
      "never gives up the last environment while AWS updates it",
      {},
      {
        ...atRest,
        entries: [named("x")],
        environments: [environment("a1", "a", { status: "UPDATING" }), foreignEnvironment("x", { state: "DISABLED" })],
      },
      "wait WouldLeaveNoEnvironment Stalled after 10 min",
    ],
    [
      "may go to a DISABLED environment from one that was DISABLED",
      {},
      {
        ...atRest,
        entries: [named("x")],
        environments: [environment("a1", "a", { state: "DISABLED" }), foreignEnvironment("x", { state: "DISABLED" })],
      },
      "update x",
    ],
    ["drops what is gone", {}, { ...atRest, queue: queue(["a1", "gone"]) }, "update a1"],
    [
      "is not written while the handover is held",
      {},
      { ...atRest, entries: [reference("a", [a, aNext], { spec: other, handover: false })] },
      "serves Available; serving",
    ],
    [
      "goes back when the target has become INVALID",
      {},
      {
        entries: [reference("a", [a, environment("a2", "a", { status: "INVALID" }, other)], { spec: other })],
        environments: [a, environment("a2", "a", { status: "INVALID" }, other)],
        queue: queue(["a2"]),
      },
      "update a1",
    ],
  ])("%s", expectLines);

  it("says which environments it comes to name that are not on their way out of service", () => {
    const x = foreignEnvironment("x", { tags: { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } });
    const change: SeenChange = {
      environments: [a, b, x],
      entries: [reference("a", [a]), reference("b", [b], { order: 2 }), named("x", 3)],
    };
    const joining = (names: readonly string[]) => {
      const { next } = choiceFor(object(), seen({ ...change, queue: queue(names) }), now);
      return next.kind === "act" && next.action.kind === "update" ? next.action.moves?.joining : undefined;
    };
    expect(joining(["a1"])).toEqual(["b1"]);
    expect(joining(["b1"])).toEqual(["a1"]);
    const made = choiceFor(object(), seen({ ...change, queue: undefined }), now).next;
    expect(made).toMatchObject({ action: { kind: "create", moves: { joining: ["a1", "b1"] } } });
  });

  it("is numbered from 1", () => {
    const { next } = choiceFor(object(), seen(follows), now);
    if (next.kind !== "act" || next.action.kind !== "update") throw new Error("expected an update");
    expect(next.action.request.computeEnvironmentOrder).toEqual([
      { order: 1, computeEnvironment: "a2" },
      { order: 2, computeEnvironment: "b1" },
    ]);
    expect(namesIn(next.action.request)).toEqual(["a2", "b1"]);
  });

  it("is reported with what it was and will be", () => {
    expect(choiceFor(object(), seen(follows), now).change).toEqual({
      action: "Update",
      id: "plan",
      reason: "FieldsDiffer",
      changes: [
        {
          path: "spec.computeEnvironmentOrder",
          kind: "update",
          why: "the whole order is written once",
          from: '["a1","b1"]',
          to: '["a2","b1"]',
          isReference: true,
        },
      ],
    });
  });

  it("that follows a reference does not count as drift, and one that somebody has changed does", () => {
    const path = "spec.computeEnvironmentOrder";
    const changed = choiceFor(object(), seen({ ...two, queue: queue(["b1", "a1"]) }), now).change.changes;
    expect(choiceFor(object(), seen(follows), now).change.changes).toMatchObject([{ path, isReference: true }]);
    expect(changed).toMatchObject([{ path }]);
    expect(changed[0]).not.toHaveProperty("isReference");
  });

  it.each<[string, Partial<JobQueueSpec>, SeenChange, string]>([
    [
      "follows a reference, also next to a field",
      { priority: 5 },
      { entries: [reference("a", [a, aNext], { spec: other })], environments: [a, aNext], queue: queue(["a1"]) },
      "spec.computeEnvironmentOrder reference",
    ],
    ["is put back as it was", {}, { ...two, queue: queue(["b1", "a1"]) }, "spec.computeEnvironmentOrder spec"],
    [
      "is put back next to a field",
      { priority: 5 },
      { ...two, queue: queue(["b1", "a1"]) },
      "spec.priority spec, spec.computeEnvironmentOrder spec",
    ],
    ["is as desired next to a field that is not", { priority: 5 }, two, "spec.priority spec"],
    [
      "follows, but has to wait while a field is put back",
      { priority: 5 },
      { ...atRest, entries: [named("x")], environments: [a, foreignEnvironment("x", { state: "DISABLED" })] },
      "spec.priority spec",
    ],
  ])("that %s is expected to be shown, with the cause of each field", (_name, spec, change, expected) => {
    const { next } = choiceFor(object(spec), seen(change), now);
    const { effects = [] } = next as Act<Action>;
    expect(effects.map(({ path, cause }) => `${path} ${cause}`).join(", ")).toBe(expected);
    expect(effects.some(({ mayEndJobs }) => mayEndJobs)).toBe(false);
  });

  it("changes nothing while nothing in it is VALID", () => {
    const { change } = choiceFor(object(), seen({ ...atRest, entries: [named("x")] }), now);
    expect(change.action).toBe("None");
  });

  it("says which environments would starve it", () => {
    const environments = [a, foreignEnvironment("x", { state: "DISABLED" })];
    expect(message({}, { ...atRest, entries: [named("x")], environments })).toBe(
      "team_q keeps a1: none of x is ENABLED and VALID",
    );
  });
});

describe("a queue with less than it should have", () => {
  it.each<Case>([
    [
      "is PartlyServing without an environment that is not VALID, and Stalled after 10 minutes",
      {},
      { ...atRest, entries: [reference("a", [a]), reference("b", [bInvalid], { order: 2 })] },
      "wait PartlyServing Stalled after 10 min",
    ],
    [
      "is PartlyServing without an environment that is on its way",
      {},
      {
        ...atRest,
        entries: [reference("a", [a]), reference("b", [environment("b1", "b", { status: "CREATING" })], { order: 2 })],
      },
      "wait PartlyServing",
    ],
    [
      "serves while it names an INVALID environment next to a usable one",
      {},
      { ...two, entries: [reference("a", [a]), reference("b", [bInvalid], { order: 2 })], environments: [a, bInvalid] },
      "serves Available; serving",
    ],
    [
      "waits for a reference that leads nowhere, also while it names its environment",
      {},
      { ...two, entries: [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)] },
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    [
      "is Stalled by a refused reference, also while it names its environment",
      {},
      { ...two, entries: [reference("a", [a]), unresolved("b", "ReferenceNotAllowed", 2)] },
      "blocked ReferenceNotAllowed again in 60 s",
    ],
    [
      "is Stalled by a reference into another region",
      {},
      { ...atRest, entries: [reference("a", [a]), unresolved("b", "RegionMismatch", 2)] },
      "blocked RegionMismatch again in 60 s",
    ],
    [
      "without any usable environment is not Ready, and Stalled after 10 minutes",
      {},
      {
        ...atRest,
        entries: [reference("a", [environment("a1", "a", { status: "INVALID" })])],
        environments: [environment("a1", "a", { status: "INVALID" })],
      },
      "wait NoUsableEnvironment Stalled after 10 min",
    ],
    [
      "that is DISABLED needs no usable environment",
      {},
      {
        entries: [reference("a", [environment("a1", "a", { status: "INVALID" })])],
        environments: [environment("a1", "a", { status: "INVALID" })],
        queue: queue(["a1"], { state: "DISABLED" }),
      },
      "serves Disabled; serving",
    ],
  ])("%s", expectLines);

  it.each<[string, readonly EntrySeen[], readonly string[], string]>([
    [
      "next to what serves",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      ["a1", "x"],
      "ReferenceNotFound: team/b: ReferenceNotFound b; until then the order keeps x, for which there is no entry",
    ],
    [
      "also where a person has to repair the reference",
      [reference("a", [a]), unresolved("b", "ReferenceNotAllowed", 2)],
      ["a1", "x"],
      "ReferenceNotAllowed: ReferenceNotAllowed b; until then the order keeps x, for which there is no entry",
    ],
    [
      "in place of all that is desired",
      [reference("b", [environment("b1", "b", { status: "CREATING" })])],
      ["x"],
      "WaitingForEnvironment: team/b: b1 is CREATING; until then the order keeps x, for which there is no entry",
    ],
    [
      "one next to the other",
      [unresolved("b", "ReferenceNotFound")],
      ["x", "y"],
      "ReferenceNotFound: team/b: ReferenceNotFound b; until then the order keeps x, y, for which there is no entry",
    ],
  ])("says what stays in the order for want of an entry %s", (_name, entries, names, expected) => {
    const environments = [a, foreignEnvironment("x"), foreignEnvironment("y")];
    const { next } = choiceFor(object(), seen({ ...atRest, entries, environments, queue: queue(names) }), now);
    expect(`${next.reason}: ${next.message}`).toBe(expected);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["was not said to lack one", { Ready: "Available" }, "serves Available"],
    ["was said to lack one", { Ready: "NoUsableEnvironment", Synced: "Synced" }, "wait NoUsableEnvironment"],
    ["is only said so elsewhere", { Ready: "Available", Stalled: "NoUsableEnvironment" }, "serves Available"],
  ])("takes an environment that is UPDATING for usable where the queue %s", (_name, reasons, expected) => {
    const updating = environment("a1", "a", { status: "UPDATING" });
    const conditions = Object.entries(reasons).map(([type, reason]) => ({ type, reason }));
    const result = { ...object(), status: { conditions } } as unknown as JobQueue;
    const change = { ...atRest, entries: [reference("a", [updating])], environments: [updating] };
    const { next } = choiceFor(result, seen(change), now);
    expect(`${next.kind} ${next.reason}`).toBe(expected);
  });

  it("names the missing entry", () => {
    const entries = [reference("a", [a]), reference("b", [bInvalid], { order: 2 })];
    expect(message({}, { ...atRest, entries })).toBe("team/b: b1 is ENABLED and INVALID: no role");
  });

  it("says the state of each environment on which no job can start", () => {
    const entries = [named("x"), named("gone", 2)];
    const environments = [foreignEnvironment("x", { status: "INVALID" })];
    expect(message({}, { entries, environments, queue: queue(["x", "gone"]) })).toBe(
      "no job can start: x is ENABLED and INVALID; gone is gone and gone",
    );
  });
});

describe("what is reported next to the next step", () => {
  it.each<[string, SeenChange, string]>([
    ["references that lead somewhere", atRest, "ReferencesResolved=True Resolved"],
    ["a missing reference", { entries: [unresolved("a")] }, "ReferencesResolved=False ReferenceNotFound"],
    [
      "a refused reference",
      { entries: [unresolved("a", "ReferenceNotAllowed")] },
      "ReferencesResolved=False ReferenceNotAllowed",
    ],
    [
      "a missing reference behind one that leads somewhere",
      { ...two, entries: [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)] },
      "ReferencesResolved=False ReferenceNotFound",
    ],
    ["nothing while it is deleted", { ...atRest, directives: { ...directives, deleting: true } }, ""],
  ])("%s", (_name, change, expected) => {
    const { conditions } = choiceFor(object(), seen(change), now);
    expect(conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join()).toBe(expected);
  });

  it.each<[string, Partial<JobQueueSpec>, SeenChange, string]>([
    ["nothing", {}, atRest, "None"],
    ["its creation", {}, { ...atRest, queue: undefined }, "Create"],
    ["its creation again", {}, { ...atRest, queue: queue(["a1"], { status: "DELETING" }) }, "Create"],
    ["an update", { priority: 2 }, atRest, "Update spec.priority"],
    [
      "tags",
      { tags: { team: "x" } },
      { ...atRest, queue: queue(["a1"], { tags: { ...ownerTags(identity), old: "1" } }) },
      'UpdateTags spec.tags["team"] spec.tags["old"]',
    ],
    [
      "nothing to a queue of another object",
      { priority: 2 },
      { ...atRest, queue: queue(["a1"], { tags: ownerTags({ ...identity, name: "other" }) }) },
      "None",
    ],
    ["nothing while an older object claims its name", { priority: 2 }, { ...atRest, claimedBy: "team/other" }, "None"],
    ["its deletion", {}, { ...atRest, directives: { ...directives, deleting: true } }, "Delete"],
  ])("the plan: %s", (_name, spec, change, expected) => {
    const { change: plan } = choiceFor(object(spec), seen(change), now);
    expect([plan.action, ...plan.changes.map(({ path }) => path)].join(" ")).toBe(expected);
    expect(plan.id).toBe("plan");
  });
});

describe("the reason of a step, and its words", () => {
  const step = (spec: Partial<JobQueueSpec>, change: SeenChange) => choiceFor(object(spec), seen(change), now).next;

  it.each<[string, Partial<JobQueueSpec>, SeenChange, string, string]>([
    [
      "of a claim",
      {},
      { ...atRest, queue: queue(["a1"], { tags: { "awsbatch.dev/retained-from": "default/team/q" } }) },
      "UpdatingOwnership",
      "team_q, retained earlier, gets its owner again",
    ],
    ["of a creation", {}, { ...atRest, queue: undefined }, "Creating", "team_q is being created"],
    [
      "of a wait for an earlier queue, whoever owns it",
      {},
      { ...atRest, queue: queue(["a1"], { status: "DELETING", tags: {} }) },
      "Creating",
      "an earlier team_q is still being deleted",
    ],
    ["of tags", { tags: { team: "x" } }, atRest, "UpdatingTags", "the tags of team_q are being changed"],
    [
      "of an update, with each field",
      { priority: 5, state: "ENABLED" },
      { ...two, queue: queue(["b1", "a1"], { state: "DISABLED" }) },
      "Updating",
      "team_q is being updated: spec.priority, spec.state, spec.computeEnvironmentOrder",
    ],
    [
      "of a queue that is to start no further job",
      { priority: 5, state: "DISABLED" },
      atRest,
      "Updating",
      "team_q is being DISABLED, as the spec says",
    ],
    [
      "of a wait for an environment that settles",
      {},
      {
        entries: [
          reference("a", [a, aNext], { spec: other }),
          reference("b", [environment("b1", "b", { status: "UPDATING" })], { order: 2 }),
        ],
        environments: [a, aNext, b],
        queue: queue(["a1", "b1"]),
      },
      "WaitingForEnvironment",
      "team/b: b1 is UPDATING",
    ],
    [
      "of an order that would starve it",
      {},
      {
        ...two,
        entries: [named("x"), named("y", 2)],
        environments: [
          a,
          b,
          foreignEnvironment("x", { state: "DISABLED" }),
          foreignEnvironment("y", { state: "DISABLED" }),
        ],
      },
      "WouldLeaveNoEnvironment",
      "team_q keeps a1, b1: none of x, y is ENABLED and VALID",
    ],
    ["of rest", {}, two, "Available", "team_q is VALID and runs jobs on a1, b1"],
  ])("%s", (_name, spec, change, reason, words) => {
    expect(step(spec, change)).toMatchObject({ reason, message: words });
  });

  it("says which fields an update writes", () => {
    expect(step({ priority: 5 }, { ...two, queue: queue(["b1", "a1"]) })).toMatchObject({
      action: { paths: ["spec.priority", "spec.computeEnvironmentOrder"] },
    });
  });

  it("is Stalled in the end when one of several entries is not on its way", () => {
    const entries = [
      reference("a", [environment("a1", "a", { status: "CREATING" })]),
      reference("b", [bInvalid], { order: 2 }),
    ];
    expect(step({}, { entries })).toMatchObject({ kind: "wait", stallsAfterMs: 600_000 });
  });

  it("asks for the absence to be confirmed before a creation", () => {
    expect(step({}, { ...atRest, queue: undefined, absent: false })).toMatchObject({ until: { kind: "listing" } });
  });

  it("asks AWS for nothing that the spec does not name", () => {
    const next = step({}, { ...atRest, queue: undefined });
    if (next.kind !== "act" || next.action.kind !== "create") throw new Error("expected a creation");
    expect(Object.keys(next.action.request).toSorted()).toEqual([
      "computeEnvironmentOrder",
      "jobQueueName",
      "priority",
      "state",
      "tags",
    ]);
  });

  it.each<[string, Partial<JobQueueSpec>, SeenChange, string]>([
    ["rest", {}, atRest, "None InSync"],
    ["a creation", {}, { ...atRest, queue: undefined }, "Create NotInAWS"],
    ["tags", { tags: { team: "x" } }, atRest, "UpdateTags TagsDiffer"],
    ["a deletion", {}, { ...atRest, directives: { ...directives, deleting: true } }, "Delete ObjectDeleted"],
    [
      "a queue of another cluster",
      { priority: 5 },
      { ...atRest, queue: queue(["a1"], { tags: { ...ownerTags(identity), "awsbatch.dev/cluster-uid": "c-0" } }) },
      "None NotOwned",
    ],
  ])("the plan of %s", (_name, spec, change, expected) => {
    const { action, reason } = choiceFor(object(spec), seen(change), now).change;
    expect(`${action} ${reason}`).toBe(expected);
  });
});

describe("an order that stays for want of another", () => {
  const off = foreignEnvironment("x", { state: "DISABLED" });
  const replaced = reference("a", [a, aNext], { spec: other });
  const starving: SeenChange = {
    entries: [named("x")],
    leaving: [replaced],
    environments: [a, aNext, off],
    queue: queue(["a1"]),
  };
  const waits = "wait WouldLeaveNoEnvironment again in 60 s Stalled after 10 min";

  it.each<Case>([
    ["goes over to a successor", {}, starving, "update a2"],
    ["goes over alone", { priority: 5 }, starving, "update a2"],
    [
      "goes over where there is nothing VALID to write either",
      {},
      { ...starving, environments: [a, aNext] },
      "update a2",
    ],
    [
      "goes over place by place",
      {},
      { ...starving, environments: [a, aNext, b, off], queue: queue(["b1", "a1", "x"]) },
      "update b1,a2,x",
    ],
    ["waits, once it has gone over", {}, { ...starving, queue: queue(["a2"]) }, waits],
    [
      "is checked again also next to a field that cannot be changed",
      { schedulingPolicyArn: "arn:fair" },
      { ...starving, queue: queue(["a2"]) },
      "blocked SchedulingPolicyFixed again in 60 s",
    ],
    [
      "waits for an approval",
      {},
      { ...starving, leaving: [reference("a", [a, aNext], { spec: other, handover: false })] },
      waits,
    ],
    [
      "does not go over to what is DISABLED",
      {},
      {
        ...starving,
        leaving: [
          reference("a", [a, environment("a2", "a", { state: "DISABLED" }, other)], {
            spec: { ...other, state: "DISABLED" },
          }),
        ],
        environments: [a, environment("a2", "a", { state: "DISABLED" }, other), off],
      },
      waits,
    ],
    [
      "keeps what its spec names by its AWS name",
      {},
      {
        entries: [named("x"), named("a1", 2)],
        leaving: [replaced, reference("b", [b], { order: 2 })],
        environments: [environment("a1", "a", { state: "DISABLED" }), aNext, b, off],
        queue: queue(["a1", "b1"]),
      },
      waits,
    ],
    [
      "keeps an environment of nobody",
      {},
      { ...starving, environments: [a, aNext, off, foreignEnvironment("y")], queue: queue(["y", "a1"]) },
      "update y,a2",
    ],
    [
      "is none where the spec names all by AWS names",
      {},
      { ...starving, entries: [named("a1")] },
      "serves Available; serving",
    ],
    [
      "is left as soon as the other one can serve",
      {},
      { ...starving, environments: [a, aNext, foreignEnvironment("x")] },
      "update x",
    ],
  ])("%s", expectLines);

  it("says what it keeps", () => {
    expect(message({}, { ...starving, queue: queue(["a2"]) })).toBe("team_q keeps a2: none of x is ENABLED and VALID");
  });
});
