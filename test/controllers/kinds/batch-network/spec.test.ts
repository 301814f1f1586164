import { describe, expect, it } from "vitest";
import {
  type BatchNetwork,
  type BatchNetworkSpec,
  type Need,
  servicesNeeded,
} from "../../../../src/api/v1alpha1/batch-network.ts";
import { namedBy, placedIn, selectionsOf, servicesOf } from "../../../../src/controllers/kinds/batch-network/spec.ts";
import { neededServices } from "../../../../src/network/needs.ts";

const bare: BatchNetworkSpec = { vpcId: "vpc-1", subnets: ["subnet-a"] };

function network(spec: Partial<BatchNetworkSpec>, status: object = {}): BatchNetwork {
  return { metadata: { namespace: "team", name: "net" }, spec: { ...bare, ...spec }, status } as never;
}

describe("the services of a network", () => {
  it("are those that its needs have, and those that it lists, each once", () => {
    const vpcEndpoints = { needs: ["ecr", "s3"] as Need[], services: ["sts", "s3"] };
    expect(servicesOf({ ...bare, vpcEndpoints })).toEqual(["ecr.api", "ecr.dkr", "s3", "sts"]);
    expect(servicesOf(bare)).toEqual([]);
  });

  it("of all needs are what the preflight may find to be missing", () => {
    const needs = Object.keys(servicesNeeded) as Need[];
    expect(servicesOf({ ...bare, vpcEndpoints: { needs } })).toEqual(neededServices);
  });
});

it("selectors select in the VPC of the network only, and leave room for the group that is created", () => {
  const bySelector = {
    subnets: undefined,
    subnetSelector: {},
    securityGroupSelector: { tags: { team: "a" } },
    securityGroup: {},
  };
  expect(selectionsOf(network(bySelector)).map(({ selector, limit }) => [selector, limit])).toEqual([
    [{ vpcId: "vpc-1", tags: undefined }, 100],
    [{ vpcId: "vpc-1", tags: { team: "a" } }, 15],
  ]);
  expect(selectionsOf(network({}))).toEqual([]);
});

it("what is selected is in place of what would be named, and limited as that is", () => {
  const resolved = { selector: "{}", ids: ["subnet-b"], since: "2026-01-01T00:00:00Z" };
  const one = network({ subnets: undefined, subnetSelector: {} }, { resolvedSubnets: resolved });
  expect(placedIn(one)).toEqual({ subnets: ["subnet-b"], securityGroupIds: [] });
  expect(namedBy(one)).toEqual([{ field: "spec.subnets", value: "subnet/subnet-b", lists: "resources" }]);
  expect(placedIn(network({ subnets: undefined, subnetSelector: {} })).subnets).toBeUndefined();
});

it("services and public ingress are limited", () => {
  const ingress = [
    { protocol: "tcp" as const, peer: "0.0.0.0/0" },
    { protocol: "all" as const, peer: "self" },
  ];
  const one = network({ vpcEndpoints: { services: ["kms"] }, securityGroup: { ingress } });
  expect(namedBy(one).map(({ lists, value }) => `${lists} ${value}`)).toEqual([
    "resources subnet/subnet-a",
    "services kms",
    "ingress 0.0.0.0/0",
  ]);
});
