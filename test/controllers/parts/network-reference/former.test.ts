import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { placed } from "../../../../src/controllers/parts/network-reference/fill.ts";
import {
  formerServices,
  givenTo,
  hasNetwork,
  refusedFields,
} from "../../../../src/controllers/parts/network-reference/former.ts";
import { networkReferencePlan, withTakenStatus } from "../../../../src/controllers/parts/network-reference/plan.ts";
import { ec2, object } from "../../kinds/compute-environment/given.ts";

const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};
const tags = { tier: "batch" };

/** With these resources and this network, and what an earlier version recorded. */
function environment(placedBy: object, network: object = {}, status: object = {}): BatchComputeEnvironment {
  const whole = object({ ...ec2, computeResources: { ...resources, ...placedBy }, network } as never);
  return { ...whole, status: { conditions: [], network: status } } as never;
}

const ids = { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] };
const resolved = (...found: readonly string[]) => ({ selector: "{}", ids: found, since: "2026-01-01T00:00:00Z" });
const group = { groupId: "sg-made", vpcId: "vpc-1" };

describe("a field from before there were networks", () => {
  it.each<[string, BatchComputeEnvironment, object]>([
    [
      "a selector of subnets",
      environment({ subnetSelector: { vpcId: "vpc-1", tags }, securityGroupIds: ["sg-1"] }),
      { vpcId: "vpc-1", subnetSelector: { tags }, securityGroupIds: ["sg-1"] },
    ],
    [
      "a selector of groups",
      environment({ subnets: ["subnet-1"], securityGroupSelector: { tags } }),
      { vpcId: "<the VPC of the subnets>", subnets: ["subnet-1"], securityGroupSelector: { tags } },
    ],
    [
      "a group, of which status says where it is",
      environment(
        { subnets: ["subnet-1"] },
        { securityGroup: { create: true, ingress: [] } },
        { securityGroup: group },
      ),
      { vpcId: "vpc-1", subnets: ["subnet-1"], securityGroup: { ingress: [] } },
    ],
    [
      "endpoints of services",
      environment(ids, { vpcEndpoints: "Ensure", vpcEndpointServices: ["kms"] }),
      { vpcId: "<the VPC of the subnets>", ...ids, vpcEndpoints: { services: ["kms"] } },
    ],
  ])("blocks everything, and says what network would help: %s", (_what, one, spec) => {
    const [step, ...others] = networkReferencePlan({ kind: "none" }, one).steps;
    expect([step?.kind, step?.reason, step?.holds, others]).toEqual(["blocked", "NetworkFieldsRefused", undefined, []]);
    expect(networkReferencePlan({ kind: "none" }, one).isUnknown).toBe(true);
    expect(step?.message).toContain(`with the spec ${JSON.stringify(spec)}`);
  });

  it.each<[string, BatchComputeEnvironment]>([
    ["IDs", environment({ ...ids, subnetSelector: { tags }, securityGroupSelector: { tags } })],
    ["a reference", environment({ networkRef: { name: "net" }, subnetSelector: { tags } }, { vpcEndpoints: "Ensure" })],
    ["nothing that asks for endpoints", environment(ids, { vpcEndpointServices: ["kms"] })],
  ])("has no effect next to %s", (_what, one) => {
    expect(refusedFields(one)).toBeUndefined();
    expect(formerServices(one.spec)).toEqual([]);
  });
});

describe("what an earlier version gave an environment", () => {
  const both = {
    resolvedSubnets: resolved("subnet-1"),
    resolvedSecurityGroups: resolved("sg-1"),
    securityGroup: group,
  };

  it("stays in effect, and in status as what a network gave", () => {
    const one = environment({ subnetSelector: { tags }, securityGroupSelector: { tags } }, {}, both);
    const given = { subnets: ["subnet-1"], securityGroupIds: ["sg-1", "sg-made"] };
    expect(givenTo(one)).toEqual(given);
    expect(withTakenStatus({}, { kind: "none" }, one)).toEqual({ network: { taken: given } });
    expect(placed(one).spec.computeResources).toMatchObject(given);
    expect(placed(one).spec).toMatchObject({ movesByReplacement: true });
  });

  it("is in effect until its network is Ready", () => {
    const one = environment({ networkRef: { name: "net" } }, {}, both);
    const awaited = { kind: "awaited", message: "it is not Ready" } as const;
    expect(networkReferencePlan(awaited, one)).toMatchObject({ steps: [{ holds: "creation" }], isUnknown: false });
  });

  it("is not known where status was lost", () => {
    expect(givenTo(environment({ subnetSelector: { tags } }))).toBeUndefined();
  });

  it("is forgotten where the spec names IDs alone", () => {
    const one = environment(ids, {}, both);
    expect(hasNetwork(one.spec)).toBe(false);
    expect(placed(one)).toBe(one);
    expect(withTakenStatus({}, { kind: "none" }, one)).toEqual({});
  });
});
