import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import { revisionRolesTag } from "../ownership.ts";
import { filledDefinition, rolesNamedByDefinition } from "../roles/fill.ts";
import type { RoleUser } from "../roles/user.ts";
import { ledgerOf } from "./ledger.ts";
import type { Seen } from "./seen.ts";

/** What the roles part has to know of job definitions. Pure. */
export const definitionRoleUser: RoleUser<JobDefinition, Seen> = {
  kind: JobDefinitionKind,
  named: ({ spec }) => rolesNamedByDefinition(spec),
  filled: (object, wishes) => ({ ...object, spec: filledDefinition(object.spec, wishes) }),
  stranded: () => [],
  jobs: ({ name }, region, signal) => region.jobsOfDefinition(name, signal),
  // An older revision can still be submitted, so its roles stay as long as it does.
  refersTo: (seen, name) =>
    ledgerOf(seen).some(
      ({ owner, revision }) =>
        owner.kind === "ours" && (revision.tags[revisionRolesTag] ?? "").split("/").includes(name),
    ),
};
