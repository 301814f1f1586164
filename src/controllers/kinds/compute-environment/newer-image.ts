/** Newer images that AWS Batch announces for the instances of an environment. Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { ConditionDraft } from "../../pass/agenda.ts";

/**
 * The image types for which AWS has a newer image than some instances run. AWS says so only of its own images, and only
 * once instances of the type have been started.
 */
export function outdatedImages({ computeResources }: Environment): readonly string[] {
  const images = computeResources?.ec2Configuration ?? [];
  return images.flatMap(({ imageType, batchImageStatus }) =>
    batchImageStatus === "UPDATE_AVAILABLE" ? [imageType ?? "an image type that AWS does not name"] : [],
  );
}

/** The condition UpdateAvailable; none under `externalChanges: Apply`, which has the instances replaced. */
export function newerImage(
  spec: BatchComputeEnvironmentSpec,
  target: Environment | undefined,
): readonly ConditionDraft[] {
  if (target === undefined || spec.replacement?.externalChanges === "Apply") return [];
  const outdated = outdatedImages(target);
  if (outdated.length === 0) return [];
  const message = `AWS Batch has a newer image for ${outdated.join(" and ")}, in computeResources.ec2Configuration of ${target.computeEnvironmentName}. Its instances keep the image that they have. To replace them, set spec.rolloutToken to a new value; with spec.replacement.externalChanges: Apply that is done whenever there is a newer image`;
  return [{ type: "UpdateAvailable", status: "True", reason: "ImageUpdateAvailable", message }];
}
