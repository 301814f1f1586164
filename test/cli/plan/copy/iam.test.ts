import { expect, it } from "vitest";
import type { IamApi } from "../../../../src/aws/iam.ts";
import { copiedIam } from "../../../../src/cli/plan/copy/iam.ts";
import { AccountReads } from "../../../../src/cli/plan/copy/reads.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { createSimulatedAws } from "../../../../src/simulator/simulated-aws.ts";

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
  return copiedIam({ copy, partition: "aws", real: async () => answering(parts), reads, showsAll: true });
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
