import { describe, expect, it } from "vitest";
import type { BatchNetwork } from "../../../../src/api/v1alpha1/batch-network.ts";
import { selectionsOf } from "../../../../src/controllers/kinds/batch-network/spec.ts";
import { selectionPlan } from "../../../../src/controllers/parts/selection/plan.ts";
import { rememberedNow } from "../../../../src/controllers/parts/selection/report.ts";
import type { SelectorAnswer } from "../../../../src/controllers/parts/selection/seen.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import { nothingToDo } from "../../../../src/controllers/pass/part-plan.ts";
import { selectorText } from "../../../../src/network/selection.ts";
import { network } from "../../kinds/batch-network/given.ts";
import { around } from "../security-group/given.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const tags = { team: "batch" };
const selector = { vpcId: "vpc-1", tags };

/** That selects its subnets. */
function object(status: Partial<BatchNetwork["status"]> = {}, spec: object = {}): BatchNetwork {
  const selected = { type: "SelectionReady", status: "True", reason: "Selected", message: "as it was" };
  const conditions = [{ ...selected, lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 }] as never;
  const selects = { subnets: undefined, subnetSelector: { tags }, ...spec };
  return network(selects as never, { conditions, ...status });
}

const resolvedSubnets = { selector: selectorText(selector), ids: ["subnet-a"], since: "2026-01-01T00:00:00Z" };
const inEffect = object({ resolvedSubnets });
const creates: Step<string> = { kind: "act", action: "create", reason: "Creating", message: "" };
const goes: Step<string> = { kind: "wait", reason: "SwitchingQueues", message: "it goes on" };
const settled: Step<string> = { kind: "serves", reason: "Available", message: "it is VALID" };

function answersOf(one: BatchNetwork, found: SelectorAnswer["found"]): readonly SelectorAnswer[] {
  return selectionsOf(one).map((asked) => ({ asked, found }));
}

const selects = (...ids: readonly string[]): SelectorAnswer["found"] => ({
  kind: "read",
  value: ids.map((id) => ({ id, vpcId: "vpc-1" })),
});

function planned(one: BatchNetwork, found: SelectorAnswer["found"], own: Step<string>) {
  return around(selectionPlan({ answers: answersOf(one, found) }, one, now), own);
}

describe("a network that selects", () => {
  it("does nothing before status has the selection", () => {
    const choice = planned(object(), selects("subnet-a"), creates);
    expect(choice.next).toMatchObject({ kind: "wait", reason: "ResolvingSelection", checkInMs: 1000 });
    expect(choice.serving).toBe(false);
  });

  it("waits while EC2 has not answered at all, and keeps its condition", () => {
    const choice = planned(object(), { kind: "pending" }, creates);
    expect(choice.next).toMatchObject({
      kind: "wait",
      message: "waiting for EC2's answer to what vpc-1, team=batch selects",
    });
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
          "vpc-1, team=batch: subnet-a; then subnet-a, subnet-b from 2026-01-01T12:05:00Z on, unless the selection changes",
      },
    ]);
  });

  it("has nothing to do when it selects nothing", () => {
    const named = network();
    expect(selectionsOf(named)).toEqual([]);
    expect(selectionPlan({ answers: [] }, named, now)).toEqual(nothingToDo);
  });

  it("keeps in status the selection in effect and the next one", () => {
    expect(rememberedNow(answersOf(inEffect, selects("subnet-b")), now)).toEqual({
      resolvedSubnets: { ...resolvedSubnets, candidate: { ids: ["subnet-b"], since: "2026-01-01T12:00:00Z" } },
    });
  });

  it("selects as much as AWS accepts, with the group that is made", () => {
    const groups = { securityGroupSelector: { tags } };
    expect(selectionsOf(object({}, groups)).map(({ limit }) => limit)).toEqual([100, 16]);
    expect(selectionsOf(object({}, { ...groups, securityGroup: {} })).map(({ limit }) => limit)).toEqual([100, 15]);
  });
});
