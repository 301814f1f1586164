import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { selectedPaths, selectionsOf, withSelected } from "../../../../src/controllers/parts/selection/fill.ts";
import { selectionPlan } from "../../../../src/controllers/parts/selection/plan.ts";
import { withSelectionStatus } from "../../../../src/controllers/parts/selection/report.ts";
import type { SelectorAnswer } from "../../../../src/controllers/parts/selection/seen.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import { nothingToDo } from "../../../../src/controllers/pass/part-plan.ts";
import { selectorText } from "../../../../src/network/selection.ts";
import { around } from "../security-group/given.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const tags = { team: "batch" };

type Network = NonNullable<BatchComputeEnvironment["status"]>["network"];

function object(network?: Network, type: "EC2" | "FARGATE" = "EC2"): BatchComputeEnvironment {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchComputeEnvironment",
    metadata: {
      namespace: "team",
      name: "ce",
      uid: "1",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: {
      type: "MANAGED",
      computeResources: {
        type,
        maxvCpus: 4,
        instanceTypes: ["m7i"],
        subnetSelector: { tags },
        securityGroupIds: ["sg-1"],
      },
    },
    status: {
      ...(network === undefined ? {} : { network }),
      conditions: [
        {
          type: "SelectionReady",
          status: "True",
          reason: "Selected",
          message: "as it was",
          lastTransitionTime: "2026-01-01T00:00:00Z",
          observedGeneration: 1,
        },
      ],
    },
  };
}

const resolvedSubnets = { selector: selectorText({ tags }), ids: ["subnet-a"], since: "2026-01-01T00:00:00Z" };
const inEffect = object({ resolvedSubnets });
const creates: Step<string> = { kind: "act", action: "create", reason: "Creating", message: "" };
const goes: Step<string> = { kind: "wait", reason: "SwitchingQueues", message: "it goes on" };
const settled: Step<string> = { kind: "serves", reason: "Available", message: "it is VALID" };

function answersOf(one: BatchComputeEnvironment, found: SelectorAnswer["found"]): readonly SelectorAnswer[] {
  return selectionsOf(one).map((asked) => ({ asked, found }));
}

const selects = (...ids: readonly string[]): SelectorAnswer["found"] => ({
  kind: "read",
  value: ids.map((id) => ({ id, vpcId: "vpc-1" })),
});

const planOf = (one: BatchComputeEnvironment, found: SelectorAnswer["found"]) =>
  selectionPlan({ answers: answersOf(one, found) }, one, now);

function planned(one: BatchComputeEnvironment, found: SelectorAnswer["found"], own: Step<string>) {
  return around(planOf(one, found), own);
}

describe("an environment that selects", () => {
  it("does nothing before status has the selection, and reports no change that it cannot know", () => {
    const choice = planned(object(), selects("subnet-a"), creates);
    expect(choice.next).toMatchObject({ kind: "wait", reason: "ResolvingSelection", checkInMs: 1000 });
    expect(choice.serving).toBe(false);
    expect(planOf(object(), selects("subnet-a")).isUnknown).toBe(true);
  });

  it("waits while EC2 has not answered at all, and keeps its condition", () => {
    const choice = planned(object(), { kind: "pending" }, creates);
    expect(choice.next).toMatchObject({ kind: "wait", message: "waiting for EC2's answer to what team=batch selects" });
    expect(choice.conditions).toEqual([
      { type: "SelectionReady", status: "True", reason: "Selected", message: "as it was" },
    ]);
  });

  it("waits for a permission that it lacks from the beginning, and is Stalled when nobody gives it", () => {
    const found = { kind: "unread", permission: "ec2:DescribeSubnets", message: "denied" } as const;
    expect(planned(object(), found, creates).next).toMatchObject({
      kind: "wait",
      reason: "AccessDenied",
      stallsAfterMs: 300_000,
    });
  });

  it("keeps the selection in effect while EC2 has not answered, and checks again soon", () => {
    const choice = planned(inEffect, { kind: "pending" }, settled);
    expect(choice).toMatchObject({ next: { ...settled, checkInMs: 1000 }, serving: true });
  });

  it("acts on what is in effect", () => {
    expect(planned(inEffect, selects("subnet-a"), creates).next).toEqual(creates);
  });

  const due = object({
    resolvedSubnets: { ...resolvedSubnets, candidate: { ids: ["subnet-b"], since: "2026-01-01T11:55:00Z" } },
  });

  it("writes nothing for the old selection when another is about to take effect", () => {
    for (const own of [creates, goes]) {
      expect(planned(due, selects("subnet-b"), own).next).toMatchObject({
        kind: "wait",
        reason: "ResolvingSelection",
        message: "a new selection takes effect in the next pass: subnet-b",
        checkInMs: 1000,
      });
    }
    expect(planOf(due, selects("subnet-b")).isUnknown).toBe(false);
  });

  it("is not Ready with what another selection has put out of effect", () => {
    expect(planned(due, selects("subnet-b"), settled)).toMatchObject({
      next: { kind: "wait", message: "a new selection takes effect in the next pass: subnet-b" },
      serving: false,
    });
  });

  it("reports when another selection takes effect, and checks each minute until then", () => {
    const choice = planned(inEffect, selects("subnet-a", "subnet-b"), settled);
    expect(choice.next).toEqual({ ...settled, checkInMs: 60_000 });
    expect(choice.conditions).toEqual([
      {
        type: "SelectionReady",
        status: "True",
        reason: "SelectionPending",
        message:
          "team=batch: subnet-a; then subnet-a, subnet-b from 2026-01-01T12:05:00Z on, unless the selection changes",
      },
    ]);
  });

  it("is as it was for everything else when it selects nothing", () => {
    const { spec, ...rest } = object();
    const named = { ...rest, spec: { ...spec, computeResources: { type: "EC2", maxvCpus: 4 } } } as const;
    expect(selectionPlan({ answers: [] }, named, now)).toEqual(nothingToDo);
    expect(withSelected(named)).toBe(named);
    expect(selectionsOf(named)).toEqual([]);
    expect(selectedPaths(named)).toEqual([]);
  });
});

describe("the status of an environment that selects", () => {
  it("keeps the selection in effect and the next one together with what was found of the network", () => {
    const fields = { name: "ce", network: { state: "Reachable" } };
    const answers = answersOf(inEffect, selects("subnet-b"));
    expect(withSelectionStatus(fields, { answers }, inEffect, now)).toEqual({
      name: "ce",
      network: {
        state: "Reachable",
        resolvedSubnets: { ...resolvedSubnets, candidate: { ids: ["subnet-b"], since: "2026-01-01T12:00:00Z" } },
      },
    });
  });

  it("forgets what nothing selects, and keeps it while the object is deleted", () => {
    const fields = { network: { resolvedSubnets } };
    expect(withSelectionStatus(fields, { answers: [] }, inEffect, now)).toEqual({});
    const deletionTimestamp = "2026-01-01T12:00:00Z";
    const going = { ...inEffect, metadata: { ...inEffect.metadata, deletionTimestamp } };
    expect(withSelectionStatus({}, { answers: [] }, going, now)).toEqual({ network: { resolvedSubnets } });
  });
});

describe("the spec of an environment that selects", () => {
  it("names what is in effect instead of the selector", () => {
    const filled = withSelected(inEffect);
    expect(filled.spec.computeResources).toMatchObject({ subnets: ["subnet-a"], securityGroupIds: ["sg-1"] });
    expect(filled.spec.computeResources).not.toHaveProperty("subnetSelector");
  });

  it("has only selected ids at the paths of its selectors, so that a difference there is not reported as drift", () => {
    expect(selectedPaths(inEffect)).toEqual(["spec.computeResources.subnets"]);
  });

  it("names nothing before something was selected", () => {
    expect(withSelected(object()).spec.computeResources).not.toHaveProperty("subnets");
  });

  it("selects as much as AWS accepts", () => {
    expect(selectionsOf(object()).map(({ limit }) => limit)).toEqual([100]);
    expect(selectionsOf(object(undefined, "FARGATE")).map(({ limit }) => limit)).toEqual([16]);
  });
});
