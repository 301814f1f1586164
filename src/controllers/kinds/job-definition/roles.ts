import type { JobDefinition } from "../../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { RevisionSeen } from "../../../aws/region.ts";
import { revisionRolesTag } from "../../ownership/ownership.ts";
import { filledDefinition, rolesNamedByDefinition } from "../../parts/roles/fill.ts";
import { isMadeByOperator } from "../../parts/roles/names.ts";
import type { RoleUser } from "../../parts/roles/user.ts";
import { entriesOf } from "./entries.ts";
import { definitionNameOf } from "./observe.ts";
import type { Seen } from "./seen.ts";

type Tags = Readonly<Record<string, string>>;

/** What the roles part has to know of job definitions. Pure. */
export const definitionRoleUser: RoleUser<JobDefinition, Seen> = {
  kind: JobDefinitionKind,
  awsName: definitionNameOf,
  named: ({ spec }) => rolesNamedByDefinition(spec),
  filled: (object, desiredRoles) => ({ ...object, spec: filledDefinition(object.spec, desiredRoles) }),
  stranded: () => [],
  jobs: ({ name }, region, signal) => region.jobsOfDefinition(name, signal),
  // Also one that only an older revision names: the note of it may have gone with a lost cluster.
  used: (seen) => entriesOf(seen).flatMap(({ owner, revision }) => (owner.kind === "ours" ? rolesOf(revision) : [])),
  // What is ACTIVE can still be submitted: an older revision of ours, or one that somebody registered by hand.
  refersTo: (seen, name) =>
    entriesOf(seen).some(
      ({ owner, revision }) =>
        revision.roles.some((role) => role.endsWith(`/${name}`)) ||
        (owner.kind === "ours" && notedRoles(revision.tags).includes(name)),
    ),
};

/** The roles created for a revision: by its tag, and by its body, because Retain and people remove tags. */
function rolesOf({ roles, tags }: RevisionSeen): readonly string[] {
  const named = roles.filter(isMadeByOperator).map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
  return [...new Set([...notedRoles(tags), ...named])];
}

/** The names of the roles that were created for a revision, as its tag has them. */
function notedRoles(tags: Tags): readonly string[] {
  return (tags[revisionRolesTag] ?? "").split("/").filter((name) => name !== "");
}
