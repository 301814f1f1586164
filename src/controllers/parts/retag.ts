import type { Ec2Api } from "../../aws/ec2.ts";
import type { TagChange } from "../../aws/region.ts";
import { tagList } from "../ownership/tags.ts";

/**
 * Sets tags of EC2 resources, and then removes others: they always name an owner in between.
 *
 * @throws AwsError the refusal
 */
export async function retag(
  api: Pick<Ec2Api, "createTags" | "deleteTags">,
  ids: readonly string[],
  { set, remove }: TagChange,
  signal: AbortSignal,
): Promise<void> {
  const Resources = [...ids];
  await api.createTags({ Resources, Tags: tagList(set) }, { signal });
  if (remove.length > 0) await api.deleteTags({ Resources, Tags: remove.map((Key) => ({ Key })) }, { signal });
}
