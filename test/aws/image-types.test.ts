import { expect, it } from "vitest";
import { amazonLinux2, refusedImages } from "../../src/aws/image-types.ts";

const types = ["ECS_AL2", "ECS_AL2_NVIDIA", "EKS_AL2", "EKS_AL2_NVIDIA", "ECS_AL2023", "ECS_AL1", "WINDOWS_AL2"];
const ec2Configuration = [...types.map((imageType) => ({ imageType })), {}];

it("AWS's own images of Amazon Linux 2 have their place, and a successor for the same instances", () => {
  expect(amazonLinux2({ ec2Configuration })).toEqual([
    { index: 0, imageType: "ECS_AL2", platform: "ECS", successor: "ECS_AL2023" },
    { index: 1, imageType: "ECS_AL2_NVIDIA", platform: "ECS", successor: "ECS_AL2023_NVIDIA" },
    { index: 2, imageType: "EKS_AL2", platform: "EKS", successor: "EKS_AL2023" },
    { index: 3, imageType: "EKS_AL2_NVIDIA", platform: "EKS", successor: "EKS_AL2023_NVIDIA" },
  ]);
  expect(amazonLinux2({})).toEqual([]);
});

it("AWS creates none with those of ECS, unless a launch template may name another image", () => {
  expect(refusedImages({ ec2Configuration, imageId: "" }).map(({ imageType }) => imageType)).toEqual(types.slice(0, 2));
  expect(refusedImages({ ec2Configuration, launchTemplate: { launchTemplateId: "lt-1" } })).toEqual([]);
});

it("an image of one's own is none of them", () => {
  expect(amazonLinux2({ ec2Configuration, imageId: "ami-1" })).toEqual([]);
  expect(amazonLinux2({ ec2Configuration: [{ imageType: "ECS_AL2", imageIdOverride: "ami-1" }] })).toEqual([]);
});
