import { describe, expect, it } from "vitest";
import type { Part } from "../../src/network/facts.ts";
import {
  type Candidate,
  isSelected,
  type Resolved,
  resolution,
  type Selector,
  selectorText,
  settleMs,
} from "../../src/network/selection.ts";

const selector: Selector = { vpcId: "vpc-1", tags: { team: "batch" } };
const text = selectorText(selector);

const found = (...ids: readonly string[]): Part<readonly Candidate[]> => ({
  kind: "read",
  value: ids.map((id) => ({ id, vpcId: "vpc-1" })),
});

const unread: Part<never> = { kind: "unread", permission: "ec2:DescribeSubnets", message: "not authorized." };

const asked = (before?: Resolved, limit = 16) =>
  ({ selectable: "subnets", selector, path: "spec.computeResources.subnetSelector", before, limit }) as const;

const inEffect: Resolved = { selector: text, ids: ["subnet-a", "subnet-b"], since: 0 };

describe("what a selector selects", () => {
  it("takes effect at once when nothing was selected before", () => {
    expect(resolution(asked(), found("subnet-b", "subnet-a"), 1000)).toEqual({
      resolved: { selector: text, ids: ["subnet-a", "subnet-b"], since: 1000 },
      problem: undefined,
    });
  });

  it("takes effect at once when a person has written another selector", () => {
    const other = { ...inEffect, selector: selectorText({ tags: { team: "web" } }) };
    const { resolved } = resolution(asked(other), found("subnet-c"), 1000);
    expect(resolved).toEqual({ selector: text, ids: ["subnet-c"], since: 1000 });
  });

  it("takes effect when it has been the same for the whole time, and not a moment before", () => {
    const first = resolution(asked(inEffect), found("subnet-a"), 1000).resolved;
    expect(first).toEqual({ ...inEffect, candidate: { ids: ["subnet-a"], since: 1000 } });
    const early = resolution(asked(first), found("subnet-a"), 1000 + settleMs - 1).resolved;
    expect(early).toEqual(first);
    const late = resolution(asked(first), found("subnet-a"), 1000 + settleMs).resolved;
    expect(late).toEqual({ selector: text, ids: ["subnet-a"], since: 1000 + settleMs });
  });

  it("must settle again after every change, so that a flapping selection never takes effect", () => {
    let resolved: Resolved | undefined = inEffect;
    for (let minute = 1; minute < 60; minute++) {
      const answers = [found("subnet-a"), found("subnet-a", "subnet-b"), found("subnet-a", "subnet-c")];
      // Each lasts for four minutes.
      const answer = answers[Math.floor(minute / 4) % 3] ?? unread;
      resolved = resolution(asked(resolved), answer, minute * 60_000).resolved;
      expect(resolved?.ids).toEqual(inEffect.ids);
    }
  });

  it("forgets a candidate when what is in effect is selected again, or nothing is", () => {
    const waiting = { ...inEffect, candidate: { ids: ["subnet-a"], since: 1000 } };
    expect(resolution(asked(waiting), found("subnet-a", "subnet-b"), 2000).resolved).toEqual(inEffect);
    expect(resolution(asked(waiting), found(), 2000).resolved).toEqual(inEffect);
  });

  it.each([
    [
      "nothing",
      found(),
      "NothingSelected: spec.computeResources.subnetSelector (vpc-1, team=batch) selects no subnets: add these tags to subnets of this account and region, or change the selector",
    ],
    [
      "things of several VPCs",
      { kind: "read", value: ["a", "b"].map((id) => ({ id, vpcId: `vpc-${id}` })) } as const,
      "SeveralVpcsSelected: spec.computeResources.subnetSelector (vpc-1, team=batch) selects subnets of several VPCs (vpc-a, vpc-b), but an environment is in one: add vpcId to the selector",
    ],
    [
      "more than AWS accepts",
      found(...Array.from({ length: 17 }, (_, at) => `subnet-${at}`)),
      "TooManySelected: spec.computeResources.subnetSelector (vpc-1, team=batch) selects 17 subnets, but AWS accepts 16 here: add a tag to select fewer",
    ],
    [
      "what may not be read",
      unread,
      "AccessDenied: cannot read which subnets spec.computeResources.subnetSelector (vpc-1, team=batch) selects: not authorized; allow ec2:DescribeSubnets to the operator's IAM role",
    ],
  ])("keeps the selection in effect when it is %s, and reports that", (_what, answer, expected) => {
    for (const before of [undefined, inEffect]) {
      const { resolved, problem } = resolution(asked(before), answer, 10 * settleMs);
      expect(resolved).toEqual(before);
      expect(`${problem?.reason}: ${problem?.message}`).toBe(expected);
    }
  });

  it("keeps a candidate while nothing can be read, and its age", () => {
    const waiting = { ...inEffect, candidate: { ids: ["subnet-a"], since: 1000 } };
    expect(resolution(asked(waiting), unread, settleMs).resolved).toEqual(waiting);
  });
});

describe("a selector", () => {
  const subnet = { vpcId: "vpc-1", tags: { team: "batch", tier: "private" } };

  it.each<[boolean, string, Selector]>([
    [true, "the VPC alone", { vpcId: "vpc-1" }],
    [false, "another VPC", { vpcId: "vpc-2" }],
    [true, "one tag of several", { tags: { team: "batch" } }],
    [false, "one tag right and one wrong", { tags: { team: "batch", tier: "public" } }],
    [false, "a tag that it lacks", { tags: { owner: "*" } }],
    [true, "any value of a tag", { tags: { tier: "*" } }],
    [false, "a value that EC2 would take for a pattern", { tags: { team: "bat*" } }],
    [false, "the name of a member of all objects", { tags: { toString: "*" } }],
  ])("means it: %s, with %s", (expected, _what, one) => {
    expect(isSelected(one, subnet)).toBe(expected);
  });

  it("is the same whatever the order of its tags", () => {
    expect(selectorText({ tags: { b: "2", a: "1" } })).toBe(selectorText({ tags: { a: "1", b: "2" } }));
    expect(selectorText({ tags: { a: "1" } })).not.toBe(selectorText({ tags: { a: "1" }, vpcId: "vpc-1" }));
  });
});
