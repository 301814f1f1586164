/** What differs between a spec and an environment in AWS, and what kind of update each difference needs. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { sameLaunchTemplate } from "../../fields/compare.ts";
import { compared } from "../../fields/differences.ts";
import { at, memberRow } from "../../fields/rows.ts";
import type { FieldChange } from "../../pass/agenda.ts";
import {
  type EnvironmentField,
  type Family,
  fields,
  isSameServiceRole,
  isServiceLinked,
  type UpdateNeed,
  updatableStrategies,
} from "./fields.ts";
import { type EffectiveSpec, hasOlderImage } from "./image-updates.ts";
import { isRolledOut, rolledOut } from "./rollout.ts";
import { isOlderVersion, templateVersionOf } from "./template-versions.ts";

type Spec = EffectiveSpec;

/** One difference. `send` is what an update carries at `path`; undefined where no update can carry it. */
export interface Difference extends FieldChange {
  readonly kind: UpdateNeed;
  readonly member: string;
  readonly send: unknown;
}

/**
 * All differences, each with the kind of update it needs here and now. An infrastructure change becomes a
 * replacement where AWS cannot do it in place, or where `spec.updatePolicy` does not allow it to end jobs.
 */
export function differences(spec: Spec, described: Environment): Difference[] {
  const family = familyOf(described);
  const inPlace = inPlaceVerdict(spec, described);
  const settle = (difference: Difference): Difference => {
    if (spec.movesByReplacement === true && leavesPlace(difference, described)) {
      return { ...difference, kind: "replacement", why: moves };
    }
    return difference.kind === "infrastructure" && inPlace.kind === "no"
      ? { ...difference, kind: "replacement", why: `${difference.why}; ${inPlace.why}` }
      : difference;
  };
  const type = typeDifference(spec, described, family);
  // It is of another type. All other differences follow from that and would only hide it.
  if (spec.type !== described.type || type.some(({ kind }) => kind === "replacement")) {
    return [
      ...fields
        .filter(({ path }) => path === "type")
        .flatMap((field) => fieldDifference(field, spec, described, family)),
      ...type,
    ];
  }
  return [
    ...fields.flatMap((field) => fieldDifference(field, spec, described, family)),
    ...type,
    ...serviceRoleDifference(spec, described),
    ...rolloutDifference(spec, described),
    ...imageDifference(spec, described),
    ...templateDifference(spec, described),
  ].map(settle);
}

/** The family that determines which updates AWS allows for an environment as it is. */
export function familyOf(environment: {
  readonly type?: string | undefined;
  readonly computeResources?: { readonly type?: string | undefined } | undefined;
}): Family {
  if (environment.type === "UNMANAGED") return "unmanaged";
  switch (environment.computeResources?.type) {
    case "FARGATE":
    case "FARGATE_SPOT":
      return "fargate";
    case "ECS_MANAGED_INSTANCES":
      return "managedInstances";
    default:
      return "ec2";
  }
}

type Verdict = { readonly kind: "yes" } | { readonly kind: "no"; readonly why: string };

/** Whether instances may be replaced in place: AWS must allow it before and after, and `updatePolicy` must be there. */
function inPlaceVerdict(spec: Spec, described: Environment): Verdict {
  if (!isServiceLinked(spec.serviceRole) || !isServiceLinked(described.serviceRole)) {
    return { kind: "no", why: "AWS replaces instances in place only under the service-linked role" };
  }
  const strategies = [spec.computeResources?.allocationStrategy, described.computeResources?.allocationStrategy];
  if (strategies.some((strategy) => !updatableStrategies.includes(strategy ?? "BEST_FIT"))) {
    return { kind: "no", why: "AWS does not replace instances in place under the strategy BEST_FIT" };
  }
  if (spec.updatePolicy === undefined) {
    return {
      kind: "no",
      why: "an update in place ends jobs that outlive it, and spec.updatePolicy, which would allow that, is not set",
    };
  }
  return { kind: "yes" };
}

function fieldDifference(field: EnvironmentField, spec: Spec, described: Environment, family: Family): Difference[] {
  const { path } = field;
  const need = memberRow(field)?.need[family];
  const found = need === undefined ? undefined : compared(field, spec, described);
  if (need === undefined || found === undefined) return [];
  const { given, seen, desired } = found;
  const restored = given === undefined;
  if (restored && cannotClear(path, family, described)) return [];
  const noTarget = path === "computeResources.allocationStrategy" && desired === "BEST_FIT";
  return [
    {
      path: `spec.${path}`,
      member: path,
      kind: noTarget ? "replacement" : need,
      why: noTarget ? "AWS accepts BEST_FIT only at creation" : reasons[need],
      send: desired,
      from: text(seen),
      to: restored ? "AWS's default" : text(desired),
    },
  ];
}

/** EC2 ↔ SPOT is an infrastructure update; any other change of the type needs a new environment. */
function typeDifference(spec: Spec, described: Environment, family: Family): Difference[] {
  const desired = spec.computeResources?.type;
  const seen = described.computeResources?.type;
  if (desired === seen) return [];
  const instances = family === "ec2" && (desired === "EC2" || desired === "SPOT");
  return [
    {
      path: "spec.computeResources.type",
      member: "computeResources.type",
      kind: instances ? "infrastructure" : "replacement",
      why: instances ? reasons.infrastructure : `AWS cannot turn ${seen ?? "UNMANAGED"} into ${desired ?? "UNMANAGED"}`,
      send: desired,
      from: text(seen),
      to: text(desired),
    },
  ];
}

/** Another role of the same sort in place; between the service-linked role and one of the user's own never. */
function serviceRoleDifference(spec: Spec, described: Environment): Difference[] {
  const [desired, seen] = [spec.serviceRole, described.serviceRole];
  if (isSameServiceRole(desired, seen)) return [];
  if (!isServiceLinked(desired) && !isServiceLinked(seen))
    return [roleChange("metadata", reasons.metadata, desired, seen)];
  return [
    roleChange("replacement", "AWS cannot change between the service-linked role and another one", desired, seen),
  ];
}

function roleChange(kind: UpdateNeed, why: string, desired: string | undefined, seen: string | undefined): Difference {
  return {
    path: "spec.serviceRole",
    member: "serviceRole",
    kind,
    why,
    send: desired,
    from: text(seen),
    to: desired === undefined ? "the service-linked role" : text(desired),
  };
}

/** A rollout token that this environment has not been given yet asks for fresh instances. */
function rolloutDifference(spec: Spec, described: Environment): Difference[] {
  const desired = spec.rolloutToken;
  if (desired === undefined || isRolledOut(described.tags, desired)) return [];
  return [
    {
      path: "spec.rolloutToken",
      member: "computeResources.updateToLatestImageVersion",
      kind: "infrastructure",
      why: "a new token asks for fresh instances",
      send: true,
      from: text(rolledOut(described.tags).token),
      to: text(desired),
    },
  ];
}

/** A newer image, which AWS announces: a difference only once it is due, else a condition. */
function imageDifference({ imageUpdate }: Spec, described: Environment): Difference[] {
  if (imageUpdate?.kind !== "due" || !hasOlderImage(described)) return [];
  return [
    {
      path: "spec.computeResources.ec2Configuration",
      member: "computeResources.updateToLatestImageVersion",
      kind: "infrastructure",
      why: "AWS has a newer image, and imageUpdates.policy is Automatic",
      send: true,
    },
  ];
}

/** A newer version of the launch template: as of an image. The field itself is compared, and says the same. */
function templateDifference(spec: Spec, described: Environment): Difference[] {
  const { templateVersion: desired, computeResources } = spec;
  if (desired === undefined) return [];
  if (!sameLaunchTemplate(computeResources?.launchTemplate, described.computeResources?.launchTemplate)) return [];
  const has = templateVersionOf(spec, described);
  if (has !== undefined && !isOlderVersion(has, desired)) return [];
  return [
    {
      path: "spec.computeResources.launchTemplate.version",
      member: "computeResources.updateToLatestImageVersion",
      kind: "infrastructure",
      why: "the launch template has a newer version, and imageUpdates.launchTemplateVersions is Follow",
      send: true,
      from: text(has),
      to: text(desired),
    },
  ];
}

/** What says where instances and tasks are, and what they may reach. */
const places: readonly string[] = ["computeResources.subnets", "computeResources.securityGroupIds"];

/** Whether an update removes a subnet or group that running instances have. One that only adds some leaves nothing behind. */
function leavesPlace({ member: path, send }: Difference, described: Environment): boolean {
  if (!places.includes(path)) return false;
  const desired = (send ?? []) as readonly string[];
  return ((at(described, path) ?? []) as readonly string[]).some((id) => !desired.includes(id));
}

const moves =
  "running jobs still need the endpoints or the security group that the operator created: a new environment takes over";

const reasons: Readonly<Record<UpdateNeed, string>> = {
  metadata: "changed in place without touching instances",
  scaling: "changed in place: capacity only",
  infrastructure: "AWS replaces the instances for it",
  replacement: "AWS cannot change it: a new environment takes over",
};

/**
 * AWS reads an empty list of security groups on Fargate as "no change". It keeps `spotIamFleetRole` on EC2, where
 * the role has no effect: that is not worth a new environment.
 */
function cannotClear(path: string, family: Family, described: Environment): boolean {
  if (path === "computeResources.spotIamFleetRole") return described.computeResources?.type === "EC2";
  return path === "computeResources.securityGroupIds" && family === "fargate";
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
