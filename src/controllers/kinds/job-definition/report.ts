import type { JobDefinition, JobDefinitionStatus } from "../../../api/v1alpha1/job-definition.ts";
import { timestamp } from "../../pass/conditions.ts";
import { entriesOf } from "./entries.ts";
import type { Seen } from "./seen.ts";

/** How many of our revisions the status names. */
const shown = 20;

type RevisionFields = Pick<JobDefinitionStatus, "name" | "arn" | "revision" | "revisions" | "unversionedArn">;

/** The fields of status that only job definitions have. Pure. */
export function report(_object: JobDefinition, seen: Seen): RevisionFields {
  const ours = entriesOf(seen).filter(({ owner }) => owner.kind === "ours");
  const highest = ours[0]?.revision;
  if (highest === undefined) return { name: seen.name };
  return {
    name: seen.name,
    arn: highest.arn,
    revision: highest.revision,
    revisions: ours.slice(0, shown).map(({ revision, registeredAt }) => ({
      revision: revision.revision,
      arn: revision.arn,
      ...(registeredAt === undefined ? {} : { registeredAt: timestamp(registeredAt) }),
    })),
    unversionedArn: seen.unversionedArn,
  };
}
