import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { differences } from "../../../../../src/controllers/kinds/compute-environment/diff.ts";
import { createRequest, updateRequest } from "../../../../../src/controllers/kinds/compute-environment/request.ts";
import { timestamp } from "../../../../../src/controllers/pass/conditions.ts";
import { account, environment as environmentNow, refusal } from "../../../../simulator/account.ts";
import { ec2, fargate, identity, now, withResources } from "../given.ts";

type Spec = BatchComputeEnvironmentSpec;

const customRole = "arn:aws:iam::123456789012:role/batch";
const allowed: Spec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: false } };

/** The environment that AWS describes some time after the operator's creation for a spec. */
async function described(spec: Spec) {
  const world = account();
  await world.aws.batch.createComputeEnvironment(createRequest("ce", spec, identity, timestamp(now)));
  await world.clock.advance(60_000);
  return { world, described: environmentNow(world, "ce") };
}

/** What a spec changes, and whether AWS changes it in place. */
const changes: readonly (readonly [string, (spec: Spec) => Spec])[] = [
  ["maxvCpus", (spec) => withResources(spec, { maxvCpus: 9 })],
  ["subnets", (spec) => withResources(spec, { subnets: ["subnet-3"] })],
  ["securityGroupIds", (spec) => withResources(spec, { securityGroupIds: ["sg-2"] })],
  ["state", (spec) => ({ ...spec, state: "DISABLED" })],
  ["rolloutToken", (spec) => ({ ...spec, rolloutToken: "2" })],
];
const ofInstances: readonly (readonly [string, (spec: Spec) => Spec])[] = [
  ["minvCpus", (spec) => withResources(spec, { minvCpus: 2 })],
  ["scalingPolicy", (spec) => withResources(spec, { scalingPolicy: { minScaleDownDelayMinutes: 20 } })],
  ["updatePolicy", (spec) => ({ ...spec, updatePolicy: { jobExecutionTimeoutMinutes: 7200 } })],
  ["instanceTypes", (spec) => withResources(spec, { instanceTypes: ["m5.large"] })],
  ["allocationStrategy", (spec) => withResources(spec, { allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" })],
  ["bidPercentage", (spec) => withResources(spec, { bidPercentage: 60 })],
  ["imageId", (spec) => withResources(spec, { imageId: "ami-1" })],
  ["ec2Configuration", (spec) => withResources(spec, { ec2Configuration: [{ imageType: "ECS_AL2" }] })],
  ["launchTemplate", (spec) => withResources(spec, { launchTemplate: { launchTemplateId: "lt-1" } })],
  ["ec2KeyPair", (spec) => withResources(spec, { ec2KeyPair: "key" })],
  ["instanceRole", (spec) => withResources(spec, { instanceRole: "other" })],
  ["placementGroup", (spec) => withResources(spec, { placementGroup: "group" })],
  ["tags of the instances", (spec) => withResources(spec, { tags: { a: "b" } })],
  ["EC2 to SPOT", (spec) => withResources(spec, { type: "SPOT" })],
];
const ofFargate: readonly (readonly [string, (spec: Spec) => Spec])[] = [
  ["FARGATE to FARGATE_SPOT", (spec) => withResources(spec, { type: "FARGATE_SPOT" })],
];

const cases = [
  ["EC2 under the service-linked role", allowed, [...changes, ...ofInstances]],
  ["EC2 under a role of one's own", { ...allowed, serviceRole: customRole }, [...changes, ...ofInstances]],
  ["EC2 with BEST_FIT", withResources(allowed, { allocationStrategy: "BEST_FIT" }), [...changes, ...ofInstances]],
  ["Fargate under the service-linked role", fargate, [...changes, ...ofFargate]],
  ["Fargate under a role of one's own", { ...fargate, serviceRole: customRole }, [...changes, ...ofFargate]],
] as const;

describe.each(cases)("on %s the operator updates in place exactly what AWS does not refuse:", (_name, spec, list) => {
  it.each(list)("%s", async (_field, change) => {
    const { world, described: before } = await described(spec);
    const different = differences(change(spec), before);
    expect(different).not.toEqual([]);
    const inPlace = different.every(({ kind }) => kind !== "replacement");
    const answer = await refusal(world.aws.batch.updateComputeEnvironment(updateRequest(before, different)));
    expect({ inPlace, answer }).toEqual({
      inPlace,
      answer: inPlace ? "accepted" : expect.stringMatching(/^ClientException: /),
    });
  });
});

describe("what AWS describes of what the operator created is not a difference:", () => {
  it.each<[string, Spec]>([
    ["EC2", ec2],
    ["EC2 without minvCpus", withResources(ec2, { minvCpus: undefined })],
    ["an update policy of defaults, which AWS does not describe before an update has set it", allowed],
    ["a launch template without a version", withResources(ec2, { launchTemplate: { launchTemplateName: "lt" } })],
    [
      "a launch template with the version that leaving it out means",
      withResources(ec2, { launchTemplate: { launchTemplateName: "lt", version: "$Default" } }),
    ],
    ["a spotIamFleetRole on EC2, which AWS keeps", withResources(ec2, { spotIamFleetRole: customRole })],
    ["Fargate", fargate],
  ])("%s", async (_name, spec) => {
    expect(differences(spec, (await described(spec)).described)).toEqual([]);
  });

  it("an update policy that an update has set", async () => {
    const spec: Spec = { ...ec2, updatePolicy: { jobExecutionTimeoutMinutes: 7200 } };
    const { world, described: before } = await described(spec);
    expect(before.updatePolicy).toBeUndefined();
    await world.aws.batch.updateComputeEnvironment(updateRequest(before, differences(spec, before)));
    await world.clock.advance(60_000);
    const after = environmentNow(world, "ce");
    expect(after.updatePolicy).toEqual({ terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 7200 });
    expect(differences(spec, after)).toEqual([]);
  });

  it("a launch template with a version that AWS describes although the spec leaves it out", async () => {
    const spec = withResources(ec2, { launchTemplate: { launchTemplateName: "lt" } });
    const seen = (
      await described(withResources(ec2, { launchTemplate: { launchTemplateName: "lt", version: "$Default" } }))
    ).described;
    expect(differences(spec, seen)).toEqual([]);
  });

  it("a spotIamFleetRole that has no effect on EC2, and that the spec leaves out", async () => {
    const seen = (await described(withResources(ec2, { spotIamFleetRole: customRole }))).described;
    expect(seen.computeResources?.spotIamFleetRole).toBe(customRole);
    expect(differences(ec2, seen)).toEqual([]);
  });

  it("an empty service role, which means the service-linked one", async () => {
    const world = account();
    const request = createRequest("ce", ec2, identity, timestamp(now));
    await world.aws.batch.createComputeEnvironment({ ...request, serviceRole: "" });
    await world.clock.advance(60_000);
    const seen = environmentNow(world, "ce");
    expect(seen).toMatchObject({ status: "VALID", serviceRole: expect.stringContaining("AWSServiceRoleForBatch") });
    expect(differences(ec2, seen)).toEqual([]);
    expect(differences(ec2, { ...seen, serviceRole: "" })).toEqual([]);
  });
});
