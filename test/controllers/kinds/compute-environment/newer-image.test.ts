import { expect, test } from "vitest";
import type { Environment } from "../../../../src/aws/batch.ts";
import { newerImage } from "../../../../src/controllers/kinds/compute-environment/newer-image.ts";

const target = {
  computeEnvironmentName: "team_ce-1",
  computeResources: {
    ec2Configuration: [
      { imageType: "ECS_AL2023", batchImageStatus: "UPDATE_AVAILABLE" },
      { imageType: "ECS_AL2023_NVIDIA", batchImageStatus: "LATEST" },
    ],
  },
} as Environment;

test("a newer image is reported with its type, its environment and what to do", () => {
  expect(newerImage({ type: "MANAGED" }, target)).toEqual([
    {
      type: "UpdateAvailable",
      status: "True",
      reason: "ImageUpdateAvailable",
      message:
        "AWS Batch has a newer image for ECS_AL2023, in computeResources.ec2Configuration of team_ce-1. Its instances keep the image that they have. To replace them, set spec.rolloutToken to a new value; with spec.replacement.externalChanges: Apply that is done whenever there is a newer image",
    },
  ]);
});
