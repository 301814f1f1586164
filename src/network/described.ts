/** The resources in the manifest of an environment, and the texts of its defects. Pure. */

import type { LaunchTemplateVersion, NetworkFacts, Subnet } from "./facts.ts";
import { read, templateIn } from "./lookups.ts";
import type { Workload } from "./needs.ts";
import type { LaunchTemplateReference, NetworkRequest } from "./port.ts";
import type { Remedy } from "./remedies.ts";
import type { EnvironmentCause, Stop, UnknownCause } from "./verdict.ts";

/** The parts of the manifest that the checks need in addition to the requested facts. */
export interface Described {
  readonly request: NetworkRequest;
  readonly platform: Workload["platform"];
  /** Everything in `instanceTypes`, bundles included. */
  readonly instanceTypes: readonly string[];
}

/** A launch template in the words of AWS Batch. */
export interface TemplateNamed {
  readonly launchTemplateId?: string | undefined;
  readonly launchTemplateName?: string | undefined;
  readonly version?: string | undefined;
}

export interface Defect {
  readonly stop: Stop<EnvironmentCause | UnknownCause>;
  /** The affected subnets; empty: the whole environment. */
  readonly subnetIds: readonly string[];
}

export function defect(
  cause: EnvironmentCause,
  message: string,
  objects: readonly string[],
  remedies: readonly Remedy[],
  subnetIds: readonly string[] = [],
): Defect {
  return { stop: { cause, message, objects, remedies, wayOut: false }, subnetIds };
}

/** The subnets of the environment that exist. */
export function subnetsOf({ request }: Described, facts: NetworkFacts): readonly Subnet[] {
  return read("subnets", facts.subnets).filter(({ subnetId }) => request.subnetIds.includes(subnetId));
}

/** The groups of the instances: the spec's, else those of the launch template's interface, else of the template. */
export function groupIdsOf({ request }: Pick<Described, "request">, facts: NetworkFacts): readonly string[] {
  if (request.securityGroupIds.length > 0) return request.securityGroupIds;
  const [template] = templatesOf({ request }, facts);
  const inner = template?.networkInterfaces.find(({ deviceIndex }) => deviceIndex === 0)?.securityGroupIds ?? [];
  return inner.length > 0 ? inner : (template?.securityGroupIds ?? []);
}

/** The launch templates of the environment that exist. */
export function templatesOf(
  { request }: Pick<Described, "request">,
  facts: NetworkFacts,
): readonly LaunchTemplateVersion[] {
  return request.launchTemplates.flatMap((one) => templateIn(facts, one) ?? []);
}

/** The launch template in a manifest or in AWS's description, as a reference; empty if there is none. */
export function templateReferences({
  launchTemplateId,
  launchTemplateName,
  version,
}: TemplateNamed): readonly LaunchTemplateReference[] {
  const rest = { version: version || "$Default" };
  if (launchTemplateId !== undefined) return [{ by: "id", reference: launchTemplateId, ...rest }];
  return launchTemplateName === undefined ? [] : [{ by: "name", reference: launchTemplateName, ...rest }];
}

export function changeSpec(path: string, ids: readonly string[], advice: string): Remedy {
  return { kind: "changeSpec", path, ids, advice };
}
