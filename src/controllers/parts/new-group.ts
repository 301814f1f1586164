import type { Ec2Api } from "../../aws/ec2.ts";
import type { Tags } from "../ownership/ownership.ts";
import { tagList } from "../ownership/tags.ts";

/** A security group that is to be created. */
export interface NewGroup {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
}

/** Creates it with its tags. @throws AwsError the refusal */
export async function createGroup(
  api: Pick<Ec2Api, "createSecurityGroup">,
  { vpcId, name, description, tags }: NewGroup,
  signal: AbortSignal,
): Promise<void> {
  const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: tagList(tags) }];
  await api.createSecurityGroup(
    { GroupName: name, Description: description, VpcId: vpcId, TagSpecifications },
    { signal },
  );
}
