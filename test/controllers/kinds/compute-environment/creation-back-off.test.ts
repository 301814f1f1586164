import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import {
  approvalFor,
  chosen,
  directives,
  ec2,
  environment,
  fargate,
  now,
  object,
  queue,
  seen,
  withResources,
} from "./given.ts";
import { iso } from "./replaced.ts";

const next = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>, at = now) =>
  chosen(object(spec), seen(spec, change), at).next;
const summary = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string => {
  const step = next(spec, change);
  return step.kind === "act" ? `act ${step.reason}` : `${step.kind} ${step.reason}`;
};

/** A spec for Fargate that AWS reports as Spot capacity, which it never changes in place. */
const name = `team_ce-${seen(fargate).planId}`;
const spot = withResources(fargate, { type: "FARGATE_SPOT" });
const made = (suffix: string, secondsAgo: number, change: Partial<Environment> = {}): Environment =>
  environment(`${name}${suffix}`, spot, {
    ...change,
    tags: { "awsbatch.dev/created-at": iso(secondsAgo), ...change.tags },
  });
const old = environment("old", spot);

/** A spec with instances that AWS would change in place, if there were an update policy. */
const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const otherName = `team_ce-${seen(other).planId}`;
const madeOther = (suffix: string, secondsAgo: number): Environment =>
  environment(`${otherName}${suffix}`, ec2, { tags: { "awsbatch.dev/created-at": iso(secondsAgo) } });

describe("what was just created for the current plan and is reported with different values", () => {
  it("is followed by none for an hour, and a person sees what differs", () => {
    expect(next(fargate, { environments: [made("", 60)] })).toEqual({
      kind: "blocked",
      reason: "SpecNotApplied",
      message: `${name} was created from this spec, but AWS reports different values: spec.computeResources.type (in AWS: "FARGATE_SPOT"). Change the spec to what AWS reports, or report a bug; the operator tries again one hour after this attempt`,
      checkInMs: 59 * 60_000,
    });
  });

  it("is not reported with a value that is long", () => {
    const managed: BatchComputeEnvironmentSpec = {
      type: "MANAGED",
      eksConfiguration: {
        eksClusterArn: "arn:aws:eks:eu-west-1:123456789012:cluster/one",
        kubernetesNamespace: "jobs",
      },
    };
    const described = environment(`team_ce-${seen(managed).planId}`, managed, {
      eksConfiguration: {
        eksClusterArn: "arn:aws:eks:eu-west-1:123456789012:cluster/two",
        kubernetesNamespace: "jobs",
      },
      tags: { "awsbatch.dev/created-at": iso(60) },
    });
    const { message } = next(managed, { environments: [described] });
    expect(message).toContain("AWS reports different values: spec.eksConfiguration. Change");
  });

  it.each<[string, Partial<Seen>, string]>([
    [
      "is waited for while AWS makes it",
      { environments: [made("", 5, { status: "CREATING" })] },
      "wait SpecNotApplied",
    ],
    [
      "is followed by none while AWS updates it",
      { environments: [made("", 60, { status: "UPDATING" })] },
      "blocked SpecNotApplied",
    ],
    [
      "is followed by none whatever its number is",
      { environments: [made("-7", 60)], queues: [queue("q1", [`${name}-7`])] },
      "blocked SpecNotApplied",
    ],
    [
      "stays next to what serves, or the next one would be made as soon as it has gone",
      { environments: [old, made("", 60)], queues: [queue("q1", ["old"])] },
      "blocked SpecNotApplied",
    ],
    [
      "is reported before anything that would have to be cleared for a further one",
      { environments: [made("", 60)], queues: [queue("q1", [name], { foreign: true })] },
      "blocked SpecNotApplied",
    ],
    [
      "is reported before a lack of room",
      { environments: [made("", 60), ...Array.from({ length: 49 }, (_, index) => environment(`x${index}`, spot))] },
      "blocked SpecNotApplied",
    ],
    [
      "is followed by none, whatever is approved",
      {
        environments: [made("", 60)],
        directives: { ...directives, approved: approvalFor(seen(fargate).planId, "Create", made("", 60)) },
      },
      "blocked SpecNotApplied",
    ],
    ["is followed by another one after an hour", { environments: [made("", 3600)] }, "act Creating"],
    [
      "leaves an earlier one of it to go its way after an hour",
      { environments: [old, made("", 3700), made("-2", 60)], queues: [queue("q1", ["old"])] },
      "act Disabling",
    ],
    [
      "does not hinder what follows when it is being deleted",
      { environments: [made("", 60, { status: "DELETING" })] },
      "act Creating",
    ],
    [
      "does not hinder what follows when it is retired",
      { environments: [made("", 60, { state: "DISABLED", tags: { "awsbatch.dev/retired-at": iso(5) } })] },
      "act Creating",
    ],
    [
      "does not hinder what follows without a date",
      { environments: [made("", 60, { tags: { "awsbatch.dev/created-at": "" } })] },
      "act Creating",
    ],
  ])("%s", (_name, change, expected) => {
    expect(summary(fargate, change)).toBe(expected);
  });

  it("makes one environment an hour, where each listing made one", () => {
    let environments: readonly Environment[] = [];
    const names: string[] = [];
    for (let at = now; at < now + 3 * 3_600_000; at += 2000) {
      const free = `${name}${names.length === 0 ? "" : `-${names.length + 1}`}`;
      const step = next(fargate, { environments, freeName: { name: free, absent: true, attempt: 1 } }, at);
      if (step.kind !== "act") continue;
      const { action } = step;
      if (action.kind === "create") {
        names.push(free);
        environments = [...environments, environment(free, spot, { tags: { ...action.request.tags } })];
      } else if (action.kind === "tag") {
        const leaving = action.items.map((item) => item.name);
        environments = environments.filter((one) => !leaving.includes(one.computeEnvironmentName));
      }
    }
    expect(names).toEqual([name, `${name}-2`, `${name}-3`]);
  });
});

describe("environments that were created for the current plan and lost their tags", () => {
  const untagged = (suffix: string, change: Partial<Environment> = {}): Environment => ({
    ...environment(`${name}${suffix}`, fargate, change),
    tags: change.tags ?? { team: "theirs" },
  });

  it("are followed by none, and a person reads how to return them", () => {
    expect(next(fargate, { environments: [untagged(""), untagged("-2")] })).toMatchObject({
      kind: "blocked",
      reason: "OwnershipTagsLost",
      message: `${name}, ${name}-2 were created for this object but lost their awsbatch.dev/* tags; no more are created until that is resolved. Find out what removes the tags, then return each environment with the tag awsbatch.dev/retained-from: "default/team/ce", or delete it`,
      checkInMs: 60_000,
    });
  });

  it.each<[string, readonly Environment[], string]>([
    ["are followed by another one when it is only one", [untagged("")], "act Creating"],
    [
      "do not count when they are being deleted",
      [untagged(""), untagged("-2", { status: "DELETING" })],
      "act Creating",
    ],
    [
      "count in whatever order AWS has left them",
      [untagged("", { status: "INVALID" }), untagged("-9", { state: "DISABLED" })],
      "blocked OwnershipTagsLost",
    ],
    [
      "are followed by none either where an earlier plan still serves",
      [old, untagged(""), untagged("-2")],
      "blocked OwnershipTagsLost",
    ],
    [
      "hinder nothing where one of them is left to the object",
      [made("", 60, { computeResources: fargate.computeResources }), untagged("-2"), untagged("-3")],
      "serves Available",
    ],
    [
      "are taken back where they were given back",
      [untagged(""), untagged("-2", { tags: { "awsbatch.dev/retained-from": "default/team/ce" } })],
      "act UpdatingOwnership",
    ],
    [
      "are not those of another object",
      [untagged(""), environment(`${name}-2`, fargate, { tags: { "awsbatch.dev/name": "other" } })],
      "act Creating",
    ],
    [
      "are not those that were created for another plan, nor what somebody else gave the name of the object",
      [
        untagged(""),
        { ...untagged(""), computeEnvironmentName: otherName },
        { ...untagged(""), computeEnvironmentName: "team_ce" },
      ],
      "act Creating",
    ],
  ])("%s", (_name, environments, expected) => {
    expect(summary(fargate, { environments })).toBe(expected);
  });
});

describe("another environment is created at once", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>]>([
    ["for another spec", withResources(fargate, { maxvCpus: 32 }), { environments: [made("", 60)] }],
    ["for a rollout token", { ...fargate, rolloutToken: "again" }, { environments: [made("", 60)] }],
    ["when the environment was not made for an object", fargate, { environments: [environment("team_ce", spot)] }],
    ["when it was changed by hand after more than an hour", fargate, { environments: [made("", 4000)] }],
    [
      "when the spec goes back to what AWS changed in place, for which there was an update policy",
      other,
      { environments: [madeOther("", 600)] },
    ],
  ])("%s", (_name, spec, change) => {
    const approved = approvalFor(seen(spec).planId, "Create", environment("team_ce"));
    expect(summary(spec, { directives: { ...directives, approved }, ...change })).toBe("act Creating");
  });

  it("but no third one, when the second is described as the first", () => {
    const environments = [madeOther("", 600), madeOther("-2", 590)];
    expect(next(other, { environments })).toMatchObject({
      kind: "blocked",
      reason: "SpecNotApplied",
      message: expect.stringMatching(
        /^\S+-2 was created .* spec\.computeResources\.instanceTypes \(in AWS: \["c5\.large"\]\)/,
      ),
      checkInMs: 3_000_000,
    });
    expect(summary(other, { environments: [old, ...environments], queues: [queue("q1", ["old"])] })).toBe(
      "blocked SpecNotApplied",
    );
  });

  it("is not what policy Never allows, after an hour either", () => {
    const spec: BatchComputeEnvironmentSpec = { ...fargate, replacement: { policy: "Never" } };
    expect(summary(spec, { environments: [made("", 60)] })).toBe("blocked ReplacementNeeded");
  });
});

describe("what has served for the plan before it was described otherwise", () => {
  it("is followed as ever: what it follows goes", () => {
    const since = { "awsbatch.dev/serving-since": iso(1200) };
    const environments = [environment("older", ec2), madeOther("", 1800)].map((one) =>
      one.computeEnvironmentName === "older" ? one : { ...one, tags: { ...one.tags, ...since } },
    );
    expect(summary(other, { environments, queues: [queue("q1", [otherName])] })).toBe("act Disabling");
  });
});
