/** The requests that create an environment, or bring one to the desired state. Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type {
  CreateComputeEnvironmentRequest,
  Environment,
  UpdateComputeEnvironmentRequest,
} from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { creationOf, updateOf } from "../../fields/requests.ts";
import { at } from "../../fields/rows.ts";
import { prefixOf } from "../../ownership/naming.ts";
import type { Identity } from "../../ownership/ownership.ts";
import { createdAtTag, ownerTags } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Difference } from "./diff.ts";
import { fields } from "./fields.ts";
import type { EffectiveSpec } from "./image-updates.ts";
import { rolloutTags } from "./rollout.ts";

type Spec = BatchComputeEnvironmentSpec;

/**
 * The fields that define an environment, without those that only control how the operator proceeds.
 * Its hash names a plan: it does not change while the desired state is the same.
 */
function desiredContent(spec: Spec): Readonly<Record<string, unknown>> {
  const defining = fields.filter(
    ({ row, group }) => group === undefined && !("sentBy" in row && row.sentBy === "nobody"),
  );
  return { tags: spec.tags, ...Object.fromEntries(defining.map(({ path }) => [path, at(spec, path)])) };
}

/** Eight hex digits that name a desired state: `status.plan.id`, and part of the name of an environment created for it. */
export function planId(spec: Spec, identity: Identity): string {
  return shortHash([identity.cluster.name, identity.namespace, identity.name, desiredContent(spec)]);
}

/** Which attempt at a plan an environment is by its name, from 1; 0: it was created for none, or for another one. */
export function attemptAt(planId: string, baseName: string, name: string): number {
  const first = `${prefixOf(baseName)}-${planId}`;
  if (name === first) return 1;
  const suffix = name.startsWith(`${first}-`) ? name.slice(first.length + 1) : "";
  return /^\d{1,6}$/.test(suffix) ? Number(suffix) : 0;
}

/**
 * AWS takes only ENABLED at creation and no `updatePolicy`; both follow as an update.
 *
 * @param createdAt RFC 3339
 */
export function createRequest(
  name: string,
  spec: EffectiveSpec,
  identity: Identity,
  createdAt: string,
): CreateComputeEnvironmentRequest {
  const request = {
    computeEnvironmentName: name,
    ...creationOf(fields, { ...spec, computeResources: withMinimum(spec.computeResources), state: "ENABLED" }),
    tags: withOwnTags(spec.tags, { ...ownTags(spec, identity, spec.templates?.version), [createdAtTag]: createdAt }),
  };
  // The table of fields has a row for each member of the spec, by type.
  return request as CreateComputeEnvironmentRequest;
}

/**
 * The resources with the `minvCpus` that AWS demands of EC2 and SPOT: it has no default of its own and answers
 * `Resource minvCpus is required.` Left out of the spec it is 0. Fargate refuses the member.
 */
function withMinimum(resources: Spec["computeResources"]): Spec["computeResources"] {
  const onInstances = resources?.type === "EC2" || resources?.type === "SPOT";
  return onInstances ? { minvCpus: 0, ...resources } : resources;
}

/**
 * The operator's own tags that follow from identity and spec.
 *
 * @param templateVersion for which the instances are, or were, made
 */
export function ownTags(
  { rolloutToken: token }: Spec,
  identity: Identity,
  templateVersion: string | undefined,
): Record<string, string> {
  return { ...ownerTags(identity), ...rolloutTags({ token, templateVersion }) };
}

/** Only what differs, and what AWS requires with it. */
export function updateRequest(
  environment: Environment,
  changed: readonly Difference[],
): UpdateComputeEnvironmentRequest {
  const request: Record<string, unknown> = {
    computeEnvironment: environment.computeEnvironmentName,
    ...updateOf(changed),
  };
  // An update of nothing but the update policy is refused in some partitions.
  if ("updatePolicy" in request && !("state" in request)) request["state"] = environment.state ?? "ENABLED";
  return request as unknown as UpdateComputeEnvironmentRequest;
}

/** An update with what is there already, and nothing that replaces an instance. */
export function revalidateRequest(environment: Environment): UpdateComputeEnvironmentRequest {
  const { computeEnvironmentName: computeEnvironment, state, serviceRole, computeResources } = environment;
  const maxvCpus = computeResources?.maxvCpus;
  return {
    computeEnvironment,
    ...(maxvCpus !== undefined ? { computeResources: { maxvCpus } } : { state: state ?? "ENABLED", serviceRole }),
  };
}

/** Out of service: no new job, and no capacity kept for none. */
export function retireRequest(environment: Environment): UpdateComputeEnvironmentRequest {
  const keepsCapacity = (environment.computeResources?.minvCpus ?? 0) > 0;
  return {
    computeEnvironment: environment.computeEnvironmentName,
    state: "DISABLED",
    ...(keepsCapacity ? { computeResources: { minvCpus: 0 } } : {}),
  };
}
