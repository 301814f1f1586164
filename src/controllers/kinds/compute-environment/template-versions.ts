/**
 * What `$Latest` and `$Default` of the launch templates of an environment were when it got its instances. AWS Batch resolves
 * them then, and shows the result nowhere: EC2 is asked, and a tag keeps the answer (`rollout.ts`). Pure.
 */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { sameLaunchTemplate } from "../../fields/compare.ts";
import { rolledOut } from "./rollout.ts";

type Spec = BatchComputeEnvironment["spec"];

/** The version that an environment has its instances for; undefined: of this template none is noted. */
export function templateVersionOf({ computeResources }: Spec, environment: Environment): string | undefined {
  const { launchTemplate } = computeResources ?? {};
  return launchTemplate !== undefined &&
    sameLaunchTemplate(launchTemplate, environment.computeResources?.launchTemplate)
    ? rolledOut(environment.tags).templateVersion
    : undefined;
}

/**
 * Whether the instances may get newer versions. An older one, as when `$Default` was set back, is not taken: an environment
 * that is being made would else be given up for the one that it replaces.
 */
export function isOlderVersion(has: string, current: string): boolean {
  const parts = current.split("/").map(Number);
  return has.split("/").some((part, index) => Number(part) < (parts[index] ?? 0));
}
