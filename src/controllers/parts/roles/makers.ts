/** Which objects make a role, by its name in IAM. Pure. */

import type { KubeObject } from "../../../api/object.ts";
import { BatchComputeEnvironmentKind, BatchRoleKind, JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { Ports } from "../../ports.ts";

const kindsWithRoles = [BatchComputeEnvironmentKind, JobDefinitionKind, BatchRoleKind];

/** The objects that make a role of this name, of whatever namespace: only a BatchRole can give a name that another object has too. */
export function makersOf(name: string, { objects }: Pick<Ports, "objects">): readonly KubeObject[] {
  return kindsWithRoles.flatMap((kind) => objects.having(kind, "role", name));
}
