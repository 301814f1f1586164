import { expect, it } from "vitest";
import type { IamApi } from "../../../../src/aws/iam.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { createSimulatedAws } from "../../../../src/simulator/simulated-aws.ts";
import { CopiedCloud, ReadAccount } from "../../../../src/tools/plan/copy/cloud.ts";
import { copiedIam } from "../../../../src/tools/plan/copy/iam.ts";
import { AccountReads } from "../../../../src/tools/plan/copy/reads.ts";
import { cloudOf } from "../../import/given.ts";

const subject = { RoleName: "r" };
const answering = (parts: object): IamApi =>
  ({
    getRole: async () => ({ Role: { RoleName: "r", Path: "/", Arn: "arn:aws:iam::1:role/r" } }),
    listAttachedRolePolicies: async () => ({ AttachedPolicies: [] }),
    listRolePolicies: async () => ({ PolicyNames: [] }),
    listInstanceProfilesForRole: async () => ({ InstanceProfiles: [] }),
    ...parts,
  }) as never;

function copyOf(parts: object): IamApi {
  const copy = createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1), region: "us-east-1" });
  const reads = new AccountReads();
  return copiedIam({ copy, partition: "aws", real: async () => answering(parts), reads, showsAll: true }).api;
}

it.each(["listAttachedRolePolicies", "listRolePolicies", "listInstanceProfilesForRole"] as const)(
  "what IAM lists without an end is given up: %s",
  async (call) => {
    let asked = 0;
    const endless = async () => ({ IsTruncated: true, Marker: `${++asked}` });
    await expect(copyOf({ [call]: endless })[call](subject)).rejects.toMatchObject({ exception: "EndlessListing" });
  },
);

it("a policy that is not URL-encoded is an answer that cannot be used, and no failure of the plan itself", async () => {
  const Role = { RoleName: "r", Path: "/", Arn: "arn:aws:iam::1:role/r", AssumeRolePolicyDocument: "100%" };
  const copy = copyOf({ getRole: async () => ({ Role }) });
  await expect(copy.getRole(subject)).rejects.toMatchObject({ name: "AwsError", exception: "IncompleteAnswer" });
});

it.each([
  ["service-role/AWSBatchServiceRole", "VALID"],
  ["service-role/missing", "INVALID"],
])("an environment of the copy is as that of the account would be under the role %s: %s", async (role, status) => {
  const clock = new VirtualClock();
  const knobs = { latencyMs: 0, stalenessMs: 0 };
  const account = createSimulatedAws({ clock, random: seededRandom(1), region: "us-east-1", knobs });
  const { signal } = new AbortController();
  const read = new ReadAccount(cloudOf({ "us-east-1": account }), { clock, requestsPerSecond: 1000, signal });
  const { batch } = await new CopiedCloud(read, clock).connect("us-east-1");
  const serviceRole = `arn:aws:iam::123456789012:role/${role}`;
  await batch.createComputeEnvironment({ computeEnvironmentName: "ce", type: "UNMANAGED", serviceRole });
  await clock.advance(60_000);
  const { computeEnvironments } = await batch.describeComputeEnvironments({ computeEnvironments: ["ce"] });
  expect(computeEnvironments?.map((one) => one.status)).toEqual([status]);
});
