import { sharedNameMessage } from "../../api/v1alpha1/iam.ts";
import { referencePath } from "../../controllers/parts/roles/desired.ts";
import { batchRoleFor, isObjectName, sharedRoles } from "../../controllers/parts/roles/shared-names.ts";
import { isRecord } from "./defaults.ts";
import { type Finding, withLines } from "./problem.ts";
import { inPlaceOf } from "./yaml-text.ts";

/** What replaces a name by which objects shared a role. Pure. */

/** No name that the API accepts: a person has to write it. */
const unknownName = "<the name in IAM, from .status.roles of this object>";

/**
 * A finding, with the lines to write where it is about such a name: the BatchRole, and the reference to it.
 *
 * @param object of any kind, as a person wrote it
 */
export function withBatchRole(finding: Finding, object: unknown): Finding {
  if (!finding.message.startsWith(sharedNameMessage) || !isRecord(object) || !isRecord(object["spec"])) return finding;
  const { metadata, spec } = object;
  const member = finding.path.at(-2);
  const role = sharedRoles({ spec }).find((one) => one.member === member);
  if (role === undefined) return finding;
  const { namespace } = isRecord(metadata) ? metadata : {};
  const inIam = isObjectName(role.name) ? undefined : unknownName;
  const manifest = batchRoleFor(role, typeof namespace === "string" ? namespace : undefined, inIam);
  const reference = referencePath(role.member).reduceRight<object>((value, key) => ({ [key]: value }), {
    name: manifest.metadata.name,
  });
  return withLines(finding, inPlaceOf(`iam.${role.member}`, manifest, { spec: reference }));
}
