import { referencePath } from "../../controllers/parts/roles/desired.ts";
import type { NamedResource } from "./names.ts";
import { type RoleUse, roleKey } from "./roles.ts";

/** Which roles the operator makes in place of others, and which stay. Pure. */

export interface RoleReport {
  readonly replaced: readonly ReplacedRole[];
  readonly kept: readonly KeptRole[];
}

export interface ReplacedRole {
  /** As AWS Batch names it. */
  readonly role: string;
  /** e.g. `jobRoleRef of JobDefinition crunch`. */
  readonly by: readonly string[];
  /** What still names it in the regions that were read, once the manifests are applied. */
  readonly stillUsedBy: readonly string[];
}

export interface KeptRole {
  readonly role: string;
  /** e.g. `jobRole of JobDefinition crunch`. */
  readonly of: readonly string[];
  readonly why: string;
}

/** A role in an imported object. */
export interface ObjectRole extends RoleUse {
  readonly object: Pick<NamedResource, "kind"> & { readonly name: string };
}

/** @param remaining who names which role, by `roleKey`, once the manifests are applied */
export function roleReport(
  uses: readonly ObjectRole[],
  remaining: ReadonlyMap<string, readonly NamedResource[]>,
): RoleReport {
  const [described, kept] = [
    uses.filter((one) => one.kept === undefined),
    uses.filter((one) => one.kept !== undefined),
  ];
  return {
    replaced: [...Map.groupBy(described, keyOf).entries()].map(([key, same]) => ({
      role: same[0]?.value ?? "",
      by: same.map(({ member, object }) => `${referencePath(member).join(".")} of ${object.kind} ${object.name}`),
      stillUsedBy: (remaining.get(key) ?? []).map(({ kind, region, awsName }) => `${kind} ${awsName} in ${region}`),
    })),
    kept: [...Map.groupBy(kept, (one) => `${keyOf(one)} ${one.kept}`).values()].map((same) => ({
      role: same[0]?.value ?? "",
      of: same.map(({ member, object }) => `${member} of ${object.kind} ${object.name}`),
      why: same[0]?.kept ?? "",
    })),
  };
}

function keyOf({ member, value }: RoleUse): string {
  return roleKey({ kind: member === "instanceRole" ? "instance-profile" : "role", value });
}

export function replacedText({ role, by, stillUsedBy }: ReplacedRole): string {
  const left =
    stillUsedBy.length === 0
      ? "nothing in AWS Batch names it afterwards"
      : `afterwards it is still named by ${stillUsedBy.join(", ")}`;
  return `${role}: ${by.join(", ")}; ${left}`;
}

export function keptText({ role, of, why }: KeptRole): string {
  return `${role}, ${of.join(", ")}: ${why}`;
}
