import { launchTemplateRules, overrideRules } from "./compute-resources-rules.ts";
import { anyText, atomicList, object, oneOf, setOf, text } from "./schema.ts";

/** How instances are launched: launch template and images. */

const launchTemplateId = text("ID of the launch template; either this or launchTemplateName.", 128, /^lt-[0-9a-z]+$/);
const launchTemplateName = text(
  "Name of the launch template; either this or launchTemplateId.",
  128,
  /^[A-Za-z0-9().\-/_]+$/,
);
const launchTemplateVersion = text(
  "A version number, $Default or $Latest. Default: $Default. AWS resolves $Default and $Latest when it replaces the instances.",
  20,
  /^([$]Default|[$]Latest|[0-9]+)$/,
);
const userdataType = oneOf("How a custom EKS image starts its node.", ["EKS_BOOTSTRAP_SH", "EKS_NODEADM"]);

const override = object(
  "A launch template for some of the instance types.",
  {
    launchTemplateId: launchTemplateId.optional(),
    launchTemplateName: launchTemplateName.optional(),
    version: launchTemplateVersion.optional(),
    targetInstanceTypes: setOf(
      "Instance types or families of instanceTypes that use this template; no bundles.",
      text("Instance type or family.", 64),
      50,
      1,
    ),
    userdataType: userdataType.optional(),
  },
  ...overrideRules,
);

export const launchTemplate = object(
  "Launch template of the instances.",
  {
    launchTemplateId: launchTemplateId.optional(),
    launchTemplateName: launchTemplateName.optional(),
    version: launchTemplateVersion.optional(),
    overrides: atomicList("Other launch templates for some of the instance types.", override, 10).optional(),
    userdataType: userdataType.optional(),
  },
  ...launchTemplateRules,
);

export const ec2Configuration = object("Image of the instances.", {
  imageType: text("Family of images, e.g. ECS_AL2023, ECS_AL2023_NVIDIA, EKS_AL2023.", 256),
  imageIdOverride: text("AMI to use instead of the newest of this family.", 256).optional(),
  imageKubernetesVersion: text("Kubernetes version of an EKS image. Default: the newest supported.", 256).optional(),
});

export const imageId = anyText("Deprecated by AWS: use ec2Configuration[].imageIdOverride.", 256);
