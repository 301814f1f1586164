import { isReservedTag } from "../../aws/names.ts";
import { isLiteral } from "../../controllers/ownership/glob.ts";
import type { Tags } from "../../controllers/ownership/ownership.ts";

/** Tags by which other tools know what they made. A manifest does not list them, and the operator ignores them by a flag. Pure. */

const toolKeys = /^(?:crossplane-|services\.k8s\.aws\/|aws-cdk:|pulumi:|hashicorp:|kubernetes\.io\/cluster\/)/;
const makerKeys =
  /^(?:.*:)?(?:managed|created|provisioned|deployed)[-_ ]?(?:by|with)$|^(?:provisioner|iac|terraform|opentofu)$/i;
const makers =
  /^(?:true|yes|.*(?:terraform|terragrunt|opentofu|pulumi|cloudformation|cdk|crossplane|ack|serverless).*)$/i;

/**
 * The keys among the tags of some resources that are other tools' bookkeeping, sorted; without those that the operator's flag
 * would take for others.
 */
export function toolTagKeys(tagged: readonly Tags[]): readonly string[] {
  const keys = tagged.flatMap((tags) =>
    Object.entries(tags).flatMap(([key, value]) =>
      toolKeys.test(key) || (makerKeys.test(key) && makers.test(value)) ? [key] : [],
    ),
  );
  return [...new Set(keys)].filter((key) => isLiteral(key) && !isReservedTag(key)).sort();
}

/** The tags that a spec lists: those of a person. */
export function ownTags(tags: Tags, isIgnored: (key: string) => boolean): Tags | undefined {
  const kept = Object.entries(tags)
    .filter(([key]) => !isReservedTag(key) && !isIgnored(key))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
