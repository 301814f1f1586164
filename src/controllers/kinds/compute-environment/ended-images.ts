/** Images that a new environment would not get as the one before has them. Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { amazonLinux2, refusedImages } from "../../../aws/image-types.ts";
import type { Step } from "../../pass/agenda.ts";

type Spec = BatchComputeEnvironmentSpec;

/**
 * Why AWS would not create an environment as the spec says; undefined: nothing is known against it.
 *
 * @param what requires it
 */
export function endedHindrance(
  { computeResources }: Spec,
  what: string,
): Extract<Step<never>, { kind: "blocked" }> | undefined {
  const [ended] = refusedImages(computeResources ?? {});
  if (ended === undefined) return undefined;
  return {
    kind: "blocked",
    reason: "ImageTypeEnded",
    message: `${what}, and AWS creates none with its own images of Amazon Linux 2 (${ended.imageType}) since 2026-06-30. Set imageType: ${ended.successor} in spec.computeResources.ec2Configuration, or an image of yours as imageIdOverride. In an environment that exists AWS changes imageType in place where spec.updatePolicy is set, under the service-linked role, and not under BEST_FIT: change nothing else that requires a new one`,
  };
}

/**
 * The images of Amazon Linux 2 that AWS chose for an environment when they were the default, and would not choose for a new
 * one; empty: the spec says which image it is.
 */
export function imagesLost(
  { computeResources: wanted }: Spec,
  { computeResources: given }: Environment,
): readonly string[] {
  const hasInstances = wanted?.type === "EC2" || wanted?.type === "SPOT";
  if (!hasInstances || (wanted.ec2Configuration ?? []).length > 0) return [];
  return amazonLinux2({ ec2Configuration: given?.ec2Configuration, imageId: wanted.imageId }).map(
    ({ imageType }) => imageType,
  );
}
