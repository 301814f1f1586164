import { apiVersion } from "../../api/v1alpha1/group.ts";
import { BatchNetworkKind } from "../../api/v1alpha1/kinds.ts";
import { networkItselfMessage } from "../../api/v1alpha1/network.ts";
import { formerFields, membersOf, networkInPlace } from "../../controllers/parts/network-reference/former.ts";
import { isRecord } from "./defaults.ts";
import { type Finding, withLines } from "./problem.ts";
import { inPlaceOf } from "./yaml-text.ts";

/** What replaces the fields by which environments selected networks, and made groups and endpoints, themselves. Pure. */

/**
 * The findings about an object; the first one about such a field has the lines to write: the BatchNetwork, and the reference to it.
 *
 * @param object of any kind, as a person wrote it
 */
export function withBatchNetwork(findings: readonly Finding[], object: unknown): readonly Finding[] {
  const first = findings.find(({ message }) => message.startsWith(networkItselfMessage));
  if (first === undefined || !isRecord(object)) return findings;
  const [metadata, spec] = [membersOf(object, "metadata"), membersOf(object, "spec")];
  const { namespace } = metadata;
  const network = {
    apiVersion,
    kind: BatchNetworkKind.kind,
    metadata: { name: metadata["name"], ...(namespace === undefined ? {} : { namespace }) },
    spec: networkInPlace(spec),
  };
  const reference = { spec: { computeResources: { networkRef: { name: metadata["name"] } } } };
  const replaced = formerFields
    .filter(([part, field]) => membersOf(spec, part)[field] !== undefined)
    .map((path) => path.join("."));
  const given = ["subnets", "securityGroupIds"].filter(
    (field) => membersOf(spec, "computeResources")[field] !== undefined,
  );
  const all = [...replaced, ...given.map((field) => `computeResources.${field}`)];
  const instead = inPlaceOf(all.join(", "), network, reference);
  return findings.map((finding) => (finding === first ? withLines(finding, instead) : finding));
}
