import { expect, test } from "vitest";
import { problemsOf, together } from "./manifest.ts";

const environment = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: ce, namespace: team}
spec:
  type: MANAGED
  computeResources:
    type: FARGATE
    maxvCpus: 16
`;

test("prints the BatchNetwork and the reference in place of what an environment selects and has created itself", () => {
  const text = `${environment}    subnetSelector: {vpcId: vpc-1, tags: {tier: batch}}
  network:
    preflight: Enforce
    securityGroup: {create: true, ingress: [{protocol: all, peer: self}]}
    vpcEndpoints: Ensure
    vpcEndpointServices: [kms]
`;
  const refused = (field: string, member: string) =>
    `spec.${field}: environments share networks as BatchNetworks: write ${member} there, and refer to it by computeResources.networkRef`;
  const [first = "", ...others] = problemsOf(text).map((one) => one.replace(/^.*?team\/ce: /, ""));
  expect(first).toBe(`${refused("computeResources.subnetSelector", "subnetSelector")}:
  apiVersion: awsbatch.dev/v1alpha1
  kind: BatchNetwork
  metadata:
    name: ce
    namespace: team
  spec:
    vpcId: vpc-1
    subnetSelector:
      tags:
        tier: batch
    securityGroup:
      ingress:
        - protocol: all
          peer: self
    vpcEndpoints:
      services:
        - kms
and in place of computeResources.subnetSelector, network.securityGroup, network.vpcEndpoints, network.vpcEndpointServices:
  spec:
    computeResources:
      networkRef:
        name: ce`);
  expect(others).toEqual([
    refused("network.securityGroup", "securityGroup"),
    refused("network.vpcEndpoints", "vpcEndpoints"),
    refused("network.vpcEndpointServices", "vpcEndpoints.services"),
  ]);
});

test("says what a person has to fill in where only AWS and the status know it", () => {
  const text = `${environment}    subnets: [subnet-1]
    securityGroupIds: [sg-1]
  network: {vpcEndpoints: Ensure}
  region: eu-west-1
`;
  const [first = ""] = problemsOf(text);
  expect(first).toContain(`  spec:
    region: eu-west-1
    vpcId: "<the VPC of the subnets>"
    subnets:
      - subnet-1
    securityGroupIds:
      - sg-1
    vpcEndpoints:
      services:
        - "<each service of the endpoints in the VPC that have the tag awsbatch.dev/cluster>"
and in place of network.vpcEndpoints, computeResources.subnets, computeResources.securityGroupIds:`);
});

test("repeats what it prints of one object for no other, and nothing for one without such a field", () => {
  const text = together(
    `${environment}    subnets: [subnet-1]\n`,
    `${environment.replace("ce", "other")}    subnets: [subnet-1]\n  network: {vpcEndpoints: Ensure}\n`,
  );
  expect(problemsOf(text).filter((one) => one.includes("kind: BatchNetwork"))).toHaveLength(1);
});
