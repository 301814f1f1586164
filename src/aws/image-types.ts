/**
 * Images of Amazon Linux 2 that AWS Batch provides. Of ECS it refuses them for new environments since 2026-06-30, of EKS it
 * has had no updates since 2025-11-26; what has them runs on, and images of one's own are allowed.
 * Sources: https://docs.aws.amazon.com/batch/latest/userguide/ecs-al2-ami-deprecation.html and
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html
 */

/** What decides on the image of an instance. */
interface Images {
  readonly ec2Configuration?:
    | readonly { readonly imageType?: string | undefined; readonly imageIdOverride?: string | undefined }[]
    | undefined;
  readonly imageId?: string | undefined;
  readonly launchTemplate?: unknown;
}

interface AmazonLinux2 {
  /** In `ec2Configuration`. */
  readonly index: number;
  readonly imageType: string;
  readonly platform: "ECS" | "EKS";
  /** The image type of Amazon Linux 2023 for the same instances. */
  readonly successor: string;
}

/** The image types of Amazon Linux 2 for which AWS chooses the image, unless a launch template names one. */
export function amazonLinux2({ ec2Configuration = [], imageId }: Images): readonly AmazonLinux2[] {
  if (imageId !== undefined && imageId !== "") return [];
  return ec2Configuration.flatMap(({ imageType = "", imageIdOverride }, index): readonly AmazonLinux2[] => {
    const [, platform, nvidia = ""] = /^(ECS|EKS)_AL2(_NVIDIA)?$/.exec(imageType) ?? [];
    if ((platform !== "ECS" && platform !== "EKS") || imageIdOverride !== undefined) return [];
    return [{ index, imageType, platform, successor: `${platform}_AL2023${nvidia}` }];
  });
}

/** Those with which AWS creates no environment. What a launch template names is not known here: AWS decides. */
export function refusedImages(images: Images): readonly AmazonLinux2[] {
  return images.launchTemplate === undefined ? amazonLinux2(images).filter(({ platform }) => platform === "ECS") : [];
}
