import type { JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { bodyChanges } from "./body-changes.ts";
import { ownedByUs } from "./claims.ts";
import { entriesOf } from "./entries.ts";
import type { Seen } from "./seen.ts";

/** Reads the body of the highest revision where its differences from the spec are reported. */

type Bodies = Pick<BatchRegion, "definitionBody">;

/**
 * Whether a person waits for the difference: the object is held, or it adopts only what matches. A spec that is
 * registered at once costs no such call, for many definitions may be edited at the same time.
 */
export function needsBody(seen: Seen): boolean {
  const { deleting, paused, dryRun, adoptionPolicy } = seen.directives;
  if (deleting || seen.claimedBy !== undefined) return false;
  return paused || dryRun || (adoptionPolicy === "IfMatching" && !entriesOf(seen).some(ownedByUs));
}

/**
 * The same with the fields that differ; one call when the highest revision is not as the spec says, else none.
 * @throws AwsError
 */
export async function withBodyChanges(
  spec: JobDefinitionSpec,
  seen: Seen,
  region: Bodies,
  signal: AbortSignal,
): Promise<Seen> {
  const [top] = entriesOf(seen);
  if (top === undefined || top.equal) return seen;
  const body = await region.definitionBody(top.revision.arn, signal);
  return body === undefined ? seen : { ...seen, bodyChanges: bodyChanges(body, spec) };
}
