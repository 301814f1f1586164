import { describe, expect, it } from "vitest";
import type { BatchNetworkStatus } from "../../../../src/api/v1alpha1/batch-network.ts";
import { report } from "../../../../src/controllers/kinds/batch-network/report.ts";
import { endpoint, vpcId } from "../../../network/networks.ts";
import { ecs, groupSeen, leaving, network, ours, seen } from "./given.ts";

const before: Partial<BatchNetworkStatus> = {
  subnets: ["subnet-old"],
  securityGroupIds: ["sg-old"],
  endpoints: [{ service: "ecs", endpointId: "vpce-old", state: "available" }],
};

describe("what environments may use of a network", () => {
  it("is what the spec names, with the group that the operator made", () => {
    const of = network({ securityGroupIds: ["sg-named"], securityGroup: {} });
    const status = report(of, seen(of, { group: groupSeen(of, ours) }), 0);
    expect(status).toMatchObject({
      vpcId,
      subnets: ["subnet-a"],
      securityGroupIds: ["sg-named", "sg-made"],
      securityGroup: { groupId: "sg-made", vpcId },
    });
  });

  it("is only what the spec names where it asks for no group", () => {
    const of = network({ securityGroupIds: ["sg-named"] }, { securityGroup: { groupId: "sg-gone", vpcId } });
    const status = report(of, seen(of), 0);
    expect(status).toMatchObject({ subnets: ["subnet-a"], securityGroupIds: ["sg-named"] });
    expect(status).not.toHaveProperty("securityGroup");
  });

  it("waits as a whole for the group, so that no environment is created without it", () => {
    const of = network({ securityGroup: {} });
    const status = report(of, seen(of), 0);
    expect(status).not.toHaveProperty("subnets");
    expect(status).not.toHaveProperty("securityGroupIds");
  });

  it("stays as it was while a part of the next is missing", () => {
    const of = network(
      { subnets: undefined, subnetSelector: {}, securityGroup: {} },
      {
        ...before,
        securityGroup: { groupId: "sg-old", vpcId },
      },
    );
    const group = { ...groupSeen(of), desired: {} as never };
    expect(report(of, seen(of, { group }), 0)).toMatchObject({
      subnets: ["subnet-old"],
      securityGroupIds: ["sg-old"],
      securityGroup: { groupId: "sg-old" },
    });
  });

  it.each([
    ["EC2 cannot be read", { kind: "unread", reason: "Throttled", message: "" } as const, {}, {}],
    ["the namespace may not use it", {}, { allowed: { kind: "refused", message: "" } as const }, {}],
    ["a subnet is of another VPC", { misplaced: ["subnet-a is in vpc-2"] }, {}, {}],
    ["it is in deletion", {}, {}, leaving],
  ])("stays as it was when %s", (_why, vpc, other, metadata) => {
    const of = network({}, before, metadata);
    expect(report(of, seen(of, vpc, other), 0)).toEqual({ vpcId, ...before });
  });
});

it("each endpoint says who made it, if anybody of this cluster did", () => {
  const of = network();
  const made = { ...ecs, tags: { ...ecs.tags, "awsbatch.dev/namespace": "team", "awsbatch.dev/name": "net" } };
  const foreign = endpoint("logs", { endpointId: "vpce-logs", tags: {} });
  expect(report(of, seen(of, { endpoints: [made, foreign] }), 0)["endpoints"]).toEqual([
    { service: "ecs", endpointId: "vpce-ecs", owner: "team/net", state: "available" },
    { service: "logs", endpointId: "vpce-logs", state: "available" },
  ]);
});
