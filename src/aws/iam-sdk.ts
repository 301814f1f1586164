import type { IAMClient, IAMClientConfig } from "@aws-sdk/client-iam";
import type { CallOptions } from "./batch.ts";
import type { IamApi } from "./iam.ts";
import { checked, sending } from "./sdk.ts";

export interface IamSdkOptions {
  /** Of the operator; tells the partition, and by it the endpoint: IAM has one for each partition. */
  readonly region: string | undefined;
  /** The SDK's own way to send requests, unless a test brings another. */
  readonly requestHandler?: IAMClientConfig["requestHandler"];
}

/**
 * IAM by the SDK, which is loaded only now: most operators make no roles. Rejects with the SDK's own errors; tries
 * once, as `sdkBatch` does.
 */
export async function sdkIam(options: IamSdkOptions): Promise<IamApi & { close(): void }> {
  const sdk = await import("@aws-sdk/client-iam");
  const client: IAMClient = new sdk.IAMClient({
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
    maxAttempts: 1,
    customUserAgent: "aws-batch-operator",
  });
  type Sent = Parameters<IAMClient["send"]>[0];
  const read =
    <Input, Output>(command: (input: Input) => object) =>
    async (input: Input, call?: CallOptions): Promise<Output> =>
      (await client.send(command(input) as Sent, sending(call))) as Output;
  const write =
    <Input, Output>(command: (input: Input) => object) =>
    async (input: Input, call?: CallOptions): Promise<Output> =>
      (await client.send(checked(command(input) as Sent, call), sending(call))) as Output;

  return {
    close: () => client.destroy(),
    getRole: read((input) => new sdk.GetRoleCommand(input)),
    createRole: write((input) => new sdk.CreateRoleCommand(input)),
    deleteRole: write((input) => new sdk.DeleteRoleCommand(input)),
    updateAssumeRolePolicy: write((input) => new sdk.UpdateAssumeRolePolicyCommand(input)),
    createServiceLinkedRole: write((input) => new sdk.CreateServiceLinkedRoleCommand(input)),
    listAttachedRolePolicies: read((input) => new sdk.ListAttachedRolePoliciesCommand(input)),
    attachRolePolicy: write((input) => new sdk.AttachRolePolicyCommand(input)),
    detachRolePolicy: write((input) => new sdk.DetachRolePolicyCommand(input)),
    listRolePolicies: read((input) => new sdk.ListRolePoliciesCommand(input)),
    getRolePolicy: read((input) => new sdk.GetRolePolicyCommand(input)),
    putRolePolicy: write((input) => new sdk.PutRolePolicyCommand(input)),
    deleteRolePolicy: write((input) => new sdk.DeleteRolePolicyCommand(input)),
    putRolePermissionsBoundary: write((input) => new sdk.PutRolePermissionsBoundaryCommand(input)),
    deleteRolePermissionsBoundary: write((input) => new sdk.DeleteRolePermissionsBoundaryCommand(input)),
    tagRole: write((input) => new sdk.TagRoleCommand(input)),
    untagRole: write((input) => new sdk.UntagRoleCommand(input)),
    getInstanceProfile: read((input) => new sdk.GetInstanceProfileCommand(input)),
    listInstanceProfilesForRole: read((input) => new sdk.ListInstanceProfilesForRoleCommand(input)),
    createInstanceProfile: write((input) => new sdk.CreateInstanceProfileCommand(input)),
    deleteInstanceProfile: write((input) => new sdk.DeleteInstanceProfileCommand(input)),
    addRoleToInstanceProfile: write((input) => new sdk.AddRoleToInstanceProfileCommand(input)),
    removeRoleFromInstanceProfile: write((input) => new sdk.RemoveRoleFromInstanceProfileCommand(input)),
    tagInstanceProfile: write((input) => new sdk.TagInstanceProfileCommand(input)),
    untagInstanceProfile: write((input) => new sdk.UntagInstanceProfileCommand(input)),
  };
}
