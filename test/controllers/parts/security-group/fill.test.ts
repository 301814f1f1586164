import { describe, expect, it } from "vitest";
import { endpointsAnnotation, securityGroupAnnotation } from "../../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { placed } from "../../../../src/controllers/parts/security-group/fill.ts";
import { ec2 } from "../../../manifests.ts";

type Network = BatchComputeEnvironment["spec"]["network"];

function object(network?: Network, annotations: Readonly<Record<string, string>> = {}): BatchComputeEnvironment {
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
      annotations,
    },
    spec: network === undefined ? ec2 : { ...ec2, network },
    status: { network: { securityGroup: { groupId: "sg-made" } } },
  } as BatchComputeEnvironment;
}

describe("the spec of an environment", () => {
  it.each<[string, BatchComputeEnvironment, boolean]>([
    ["in place where it has nothing in the network", object(), false],
    ["in place where its notes are empty", object(undefined, { [endpointsAnnotation]: "" }), false],
    ["by replacement where it requests endpoints", object({ vpcEndpoints: "Ensure" }), true],
    ["by replacement where it requests a group", object({ securityGroup: { create: true } }), true],
    ["by replacement where endpoints are still noted", object(undefined, { [endpointsAnnotation]: "vpc-1" }), true],
    ["by replacement where a group is still noted", object(undefined, { [securityGroupAnnotation]: "vpc-1" }), true],
  ])("lets it move %s", (_name, given, expected) => {
    expect("movesByReplacement" in placed(given).spec).toBe(expected);
  });

  it("names the group that was created", () => {
    const given = object({ securityGroup: { create: true } });
    expect(placed(given).spec.computeResources?.securityGroupIds).toContain("sg-made");
  });

  it("names no group that it does not request", () => {
    expect(placed(object()).spec).toEqual(ec2);
  });
});
