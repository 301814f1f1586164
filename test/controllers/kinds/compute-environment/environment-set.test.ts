import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import {
  environmentSetOf,
  inTransition,
  isTriedAgain,
  isUsable,
  resolve,
  tryAgainApproval,
  withBegun,
} from "../../../../src/controllers/kinds/compute-environment/environment-set.ts";
import type { EffectiveSpec } from "../../../../src/controllers/kinds/compute-environment/image-updates.ts";
import { planId } from "../../../../src/controllers/kinds/compute-environment/request.ts";
import { ec2, environment, identity, withResources } from "./given.ts";

const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const inPlace: BatchComputeEnvironmentSpec = { ...other, updatePolicy: { terminateJobsOnUpdate: false } };
const id = planId(other, identity);

type Change = Partial<Environment>;
const at = (day: number): Change["tags"] => ({ "awsbatch.dev/created-at": `2026-01-0${day}T00:00:00Z` });
const old = (change: Change = {}): Environment =>
  environment("old", ec2, { ...change, tags: { ...at(1), ...change.tags } });
const fresh = (change: Change = {}): Environment =>
  environment("new", other, { ...change, tags: { ...at(2), ...change.tags } });
const newest = (change: Change = {}): Environment =>
  environment("newest", other, { ...change, tags: { ...at(3), ...change.tags } });
const retired: Change = { state: "DISABLED", tags: { "awsbatch.dev/retired-at": "2026-01-03T00:00:00Z" } };
const returned: Change = { tags: { "awsbatch.dev/returned-at": `2026-01-03T00:00:00Z/${id}` } };

/** The environments in one line: the target, what can be taken back, what is left. */
function summary(spec: BatchComputeEnvironmentSpec, ours: readonly Environment[]): string {
  const { target, revivable, predecessors, differences } = environmentSetOf(spec, ours, planId(spec, identity));
  return [
    target === undefined ? "no target" : target.computeEnvironmentName,
    ...(differences.length === 0 ? [] : [`with ${differences.map(({ kind }) => kind).join(",")}`]),
    ...(revivable === undefined ? [] : [`revives ${revivable.computeEnvironmentName}`]),
    ...(predecessors.length === 0 ? [] : [`after ${predecessors.map((one) => one.computeEnvironmentName).join(",")}`]),
  ].join(" ");
}

describe("the target of an object's environments", () => {
  it.each<[string, BatchComputeEnvironmentSpec, readonly Environment[], string]>([
    ["is nothing when there is nothing", ec2, [], "no target"],
    ["is what differs in nothing", ec2, [old()], "old"],
    ["is what differs only in what changes in place", withResources(ec2, { maxvCpus: 9 }), [old()], "old with scaling"],
    ["is nothing that needs a replacement", other, [old()], "no target after old"],
    ["is what fits, whatever its name and age", other, [old(), fresh()], "new after old"],
    ["is the older one when the spec has gone back", ec2, [old(), fresh()], "old after new"],
    ["is nothing that is retired", ec2, [old(retired)], "no target revives old"],
    ["is nothing that is being deleted", ec2, [old({ status: "DELETING" })], "no target after old"],
    ["is the newest of those that fit", other, [fresh(), newest()], "newest after new"],
    [
      "is rather a VALID one than a newer INVALID one",
      other,
      [fresh(), newest({ status: "INVALID" })],
      "new after newest",
    ],
    ["is rather a VALID one than one on its way", other, [fresh(), newest({ status: "CREATING" })], "new after newest"],
    [
      "is rather one on its way than an INVALID one",
      other,
      [fresh({ status: "INVALID" }), newest({ status: "CREATING" })],
      "newest after new",
    ],
    ["is still the same while AWS updates it", other, [fresh(), newest({ status: "UPDATING" })], "newest after new"],
    [
      "is still the older one while AWS updates that",
      other,
      [fresh({ status: "UPDATING" }), newest({ status: "INVALID" })],
      "new after newest",
    ],
    ["is rather one from which no queue went back", other, [fresh(), newest(returned)], "new after newest"],
    [
      "is rather what fits than what needs fresh instances",
      inPlace,
      [fresh({ updatePolicy: { terminateJobsOnUpdate: false } }), environment("newest", ec2, { tags: at(3) ?? {} })],
      "new after newest",
    ],
    ["may be what needs fresh instances, where the policy allows them", inPlace, [old()], "old with infrastructure"],
    [
      "is the later in the alphabet of two that are equally old",
      other,
      [fresh({ tags: at(3) ?? {} }), newest()],
      "newest after new",
    ],
  ])("%s", (_name, spec, ours, expected) => {
    expect(summary(spec, ours)).toBe(expected);
    expect(summary(spec, [...ours].reverse())).toBe(expected);
  });

  it("counts as returned only under the plan from which the queues went back", () => {
    expect(environmentSetOf(other, [fresh(returned)], id).returned).toBe(true);
    expect(environmentSetOf(other, [fresh(returned)], "another").returned).toBe(false);
    expect(environmentSetOf(other, [fresh()], id).returned).toBe(false);
    expect(environmentSetOf(other, [], id).returned).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ["had served before", "2026-01-02T00:00:00Z", true],
    ["was noted to serve in the same second", "2026-01-03T00:00:00Z", true],
    ["has served all queues since", "2026-01-03T00:00:01Z", false],
  ])("from which the queues went back, and that %s, counts as returned: as listed", (_name, since, expected) => {
    const target = fresh({ tags: { ...returned.tags, "awsbatch.dev/serving-since": since } });
    expect(environmentSetOf(other, [target], id).returned).toBe(expected);
  });

  it("is tried again by an approval of that plan, from after the queues went back last", () => {
    const value = tryAgainApproval(id, fresh(returned));
    expect(value).toBe(`${id}/Repoint@2026-01-03T00:00:00Z`);
    expect(isTriedAgain(value, id, fresh(returned))).toBe(true);
    expect(isTriedAgain(value, "another", fresh(returned))).toBe(false);
    expect(isTriedAgain(`${id}/Repoint`, id, fresh(returned))).toBe(false);
    expect(isTriedAgain(undefined, id, fresh(returned))).toBe(false);
    expect(isTriedAgain(value, id, undefined)).toBe(false);
    const later = fresh({ tags: { "awsbatch.dev/returned-at": `2026-01-04T00:00:00Z/${id}` } });
    expect(isTriedAgain(value, id, later)).toBe(false);
  });
});

describe("what was being retired", () => {
  it.each<[string, BatchComputeEnvironmentSpec, readonly Environment[], string]>([
    ["is taken back when it fits again", ec2, [old(retired), fresh()], "no target revives old after new"],
    [
      "is taken back when it also needs scaling",
      withResources(ec2, { maxvCpus: 9 }),
      [old(retired)],
      "no target revives old",
    ],
    [
      "is not taken back when another one fits",
      ec2,
      [old(retired), environment("new", ec2, { tags: at(2) ?? {} })],
      "new after old",
    ],
    ["is not taken back when it is INVALID", ec2, [old({ ...retired, status: "INVALID" })], "no target after old"],
    [
      "is not taken back when it is being deleted",
      ec2,
      [old({ ...retired, status: "DELETING" })],
      "no target after old",
    ],
    [
      "is not taken back when it would need fresh instances",
      { ...ec2, rolloutToken: "v2", updatePolicy: { terminateJobsOnUpdate: false } },
      [old(retired)],
      "no target after old",
    ],
  ])("%s", (_name, spec, ours, expected) => {
    expect(summary(spec, ours)).toBe(expected);
  });
});

describe("what a queue should name for a reference", () => {
  interface Given {
    readonly spec?: BatchComputeEnvironmentSpec;
    readonly ours: readonly Environment[];
    /** The names in the queue now. */
    readonly named?: readonly string[];
    /** Whether queues may leave a VALID predecessor. */
    readonly handover?: boolean;
    readonly is: string;
  }

  const cases: Readonly<Record<string, Given>> = {
    "is the target": { ours: [fresh()], is: "new" },
    "is the target once it is VALID": { ours: [old(), fresh()], named: ["old"], is: "new" },
    "is the target also when the queue names something INVALID of ours": {
      ours: [old({ status: "INVALID" }), fresh()],
      named: ["old"],
      is: "new",
    },
    "stays while the target is being created": {
      ours: [old(), fresh({ status: "CREATING" })],
      named: ["old"],
      is: "old",
    },
    "stays while the target is updated": { ours: [old(), fresh({ status: "UPDATING" })], named: ["old"], is: "old" },
    "stays while the target is INVALID": { ours: [old(), fresh({ status: "INVALID" })], named: ["old"], is: "old" },
    "waits for the target when that is what the queue names": {
      ours: [old(), fresh({ status: "UPDATING" })],
      named: ["new"],
      is: "waits for new",
    },
    "goes back when the target has become INVALID": {
      ours: [old(), fresh({ status: "INVALID" })],
      named: ["new"],
      is: "old",
    },
    "goes back to an ENABLED one rather than to a newer DISABLED one": {
      ours: [old(), environment("mid", ec2, { state: "DISABLED", tags: at(2) ?? {} }), newest({ status: "INVALID" })],
      named: ["newest"],
      is: "old",
    },
    "goes back to the newest VALID one": {
      ours: [old(), environment("mid", ec2, { tags: at(2) ?? {} }), newest({ status: "INVALID" })],
      named: ["newest"],
      is: "mid",
    },
    "never goes back to what is retired": {
      ours: [old(retired), fresh({ status: "INVALID" })],
      named: ["new"],
      is: "nothing",
    },
    "is not the target from which queues went back": { ours: [old(), fresh(returned)], named: ["old"], is: "old" },
    "of a new queue is not the target from which queues went back": { ours: [old(), fresh(returned)], is: "old" },
    "goes back from a target from which queues went back, although it is VALID": {
      ours: [old(), fresh(returned)],
      named: ["new"],
      is: "old",
    },
    "stays on a target from which queues went back when the other is DISABLED": {
      ours: [old({ state: "DISABLED" }), fresh(returned)],
      named: ["new"],
      is: "new",
    },
    "is the target from which queues went back when there is no other": { ours: [fresh(returned)], is: "new" },
    "is one of two, and not that from which queues went back": {
      ours: [old(), fresh(returned)],
      named: ["new", "old"],
      is: "old",
    },
    "stays while the handover is held": { ours: [old(), fresh()], named: ["old"], handover: false, is: "old" },
    "stays while the handover is held, also while AWS carries out an update": {
      ours: [old({ status: "UPDATING" }), fresh()],
      named: ["old"],
      handover: false,
      is: "waits for old",
    },
    "is the target for a new queue while the handover is held": { ours: [old(), fresh()], handover: false, is: "new" },
    "is the target while the handover is held, when what the queue names is INVALID": {
      ours: [old({ status: "INVALID" }), fresh()],
      named: ["old"],
      handover: false,
      is: "new",
    },
    "stays with a target that somebody has disabled": {
      ours: [fresh({ state: "DISABLED" })],
      named: ["new"],
      is: "new",
    },
    "does not move to a target that somebody has disabled": {
      ours: [old(), fresh({ state: "DISABLED" })],
      named: ["old"],
      is: "old",
    },
    "is a DISABLED target when the spec says so": {
      spec: { ...other, state: "DISABLED" },
      ours: [old({ state: "DISABLED" }), fresh({ state: "DISABLED" })],
      named: ["old"],
      is: "new",
    },
    "is not a target that is still to be disabled: jobs would start on it": {
      spec: { ...other, state: "DISABLED" },
      ours: [old({ state: "DISABLED" }), fresh()],
      named: ["old"],
      is: "old",
    },
    "waits for the first environment": { ours: [fresh({ status: "CREATING" })], is: "waits for new" },
    "stays with what is taken back into service": {
      spec: ec2,
      ours: [old(retired)],
      named: ["old"],
      is: "old",
    },
    "does not wait for what is being deleted": { ours: [old({ status: "DELETING" })], named: ["old"], is: "nothing" },
    "is nothing when there is nothing": { ours: [], is: "nothing" },
    "is nothing when all is INVALID": { ours: [fresh({ status: "INVALID" })], named: ["new"], is: "nothing" },
  };

  it.each(Object.entries(cases))("%s", (_name, { spec = other, ours, named = [], handover = true, is }) => {
    for (const listed of [ours, [...ours].reverse()]) {
      const found = resolve(spec, environmentSetOf(spec, listed, planId(spec, identity)), new Set(named), handover);
      const name = "environment" in found ? found.environment.computeEnvironmentName : "nothing";
      expect(found.kind === "inTransition" ? `waits for ${name}` : name).toBe(is);
    }
  });
});

it.each<[string, BatchComputeEnvironmentSpec["state"], Change, boolean]>([
  ["ENABLED and VALID", undefined, {}, true],
  ["DISABLED outside the spec", undefined, { state: "DISABLED" }, false],
  ["DISABLED as desired", "DISABLED", { state: "DISABLED" }, true],
  ["still ENABLED", "DISABLED", {}, false],
  ["INVALID", undefined, { status: "INVALID" }, false],
  ["UPDATING", undefined, { status: "UPDATING" }, false],
])("an environment that is %s (spec.state %s) is usable: as listed", (_name, state, change, usable) => {
  expect(isUsable(state === undefined ? ec2 : { ...ec2, state }, old(change))).toBe(usable);
});

it.each([
  ["CREATING", true],
  ["UPDATING", true],
  ["DELETING", true],
  ["VALID", false],
  ["INVALID", false],
])("%s is in transition: %s", (status, expected) => {
  expect(inTransition({ status })).toBe(expected);
});

describe("the version of the launch template that instances must have", () => {
  const templated = withResources(ec2, { launchTemplate: { launchTemplateName: "batch" } });
  const follows: EffectiveSpec = { ...templated, imageUpdates: { launchTemplateVersions: "Follow" } };
  const made = (day: number, version: string | undefined, change: Change = {}): Environment =>
    environment(`day-${day}`, templated, {
      ...change,
      tags: {
        ...at(day),
        ...(version === undefined ? {} : { "awsbatch.dev/rollout-token": `template:${version}@` }),
        ...change.tags,
      },
    });

  it.each<[string, EffectiveSpec, readonly Environment[], string | undefined]>([
    ["is what is due for the first environment", { ...follows, templateVersion: "8" }, [], "8"],
    ["is that of the youngest one while none is due", follows, [made(1, "7"), made(2, "8")], "8"],
    ["is what is due", { ...follows, templateVersion: "8" }, [made(1, "7")], "8"],
    ["is what is due where none is noted", { ...follows, templateVersion: "8" }, [made(1, undefined)], "8"],
    [
      "is not an older one than that of the youngest",
      { ...follows, templateVersion: "7" },
      [made(1, "7"), made(2, "8")],
      "8",
    ],
    [
      "is that of the youngest one until it has taken over",
      { ...follows, templateVersion: "9" },
      [made(1, "7"), made(2, "8", { status: "CREATING" })],
      "8",
    ],
    [
      "is what is due once the others are retired, or are being deleted",
      { ...follows, templateVersion: "9" },
      [made(1, "7", retired), made(2, "7", { status: "DELETING" }), made(3, "8")],
      "9",
    ],
    [
      "is what is due when the youngest one is INVALID",
      { ...follows, templateVersion: "9" },
      [made(1, "7"), made(2, "8", { status: "INVALID" })],
      "9",
    ],
    [
      "is what is due when queues went back from the youngest one",
      { ...follows, templateVersion: "9" },
      [made(1, "7"), made(2, "8", returned)],
      "9",
    ],
    ["is none under Report", templated, [made(1, "7"), made(2, "8")], undefined],
    ["is not that of an environment of another spec", { ...follows, templateVersion: "9" }, [old()], "9"],
  ])("%s", (_name, spec, ours, expected) => {
    expect(withBegun(spec, ours).templateVersion).toBe(expected);
  });
});
