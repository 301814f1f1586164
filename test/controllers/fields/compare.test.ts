import { describe, expect, it } from "vitest";
import {
  type Comparison,
  sameImages,
  sameLaunchTemplate,
  sameList,
  sameMap,
  sameMembers,
  sameNumber,
  sameRole,
  sameSet,
  sameText,
  sameValue,
} from "../../../src/controllers/fields/compare.ts";

const profile = "arn:aws:iam::1:instance-profile/path/ecs";
const template = { launchTemplateId: "lt-1" };
const override = { launchTemplateId: "lt-2", targetInstanceTypes: ["c5"] };

describe("means the same to AWS", () => {
  it.each<[string, Comparison, unknown, unknown]>([
    ["the same value with its keys in another order", sameValue, { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["no value, and null", sameValue, undefined, null],
    ["a set in another order", sameSet, ["a", "b"], ["b", "a"]],
    ["a set with a member twice", sameSet, ["a", "a"], ["a"]],
    ["no set, and an empty one", sameSet, undefined, []],
    ["a list in the same order", sameList, ["a", "b"], ["a", "b"]],
    ["no list, and an empty one", sameList, undefined, []],
    ["a map with its keys in another order", sameMap, { a: "1", b: "2" }, { b: "2", a: "1" }],
    ["no map, and an empty one", sameMap, undefined, {}],
    ["a desired member, and AWS's other ones next to it", sameMembers, { a: 60 }, { a: 60, b: false }],
    ["no desired member, and those that AWS fills in", sameMembers, {}, { a: 30, b: false }],
    ["no desired member, and none known", sameMembers, {}, undefined],
    ["no desired member within one, and none known there", sameMembers, { a: {} }, {}],
    [
      "a member of a desired member, and AWS's other ones next to it",
      sameMembers,
      { a: { b: { c: 1 } } },
      { a: { b: { c: 1, d: 2 }, e: 3 }, f: 4 },
    ],
    ["nothing desired, and nothing known", sameMembers, undefined, undefined],
    ["a role by its name, and by its ARN", sameRole, "ecs", profile],
    ["a role by its ARN, and by its name", sameRole, profile, "ecs"],
    ["a role by the same ARN", sameRole, profile, profile],
    ["a role by its name with the path", sameRole, "path/ecs", profile],
    ["no role at all", sameRole, undefined, undefined],
    ["no text, and an empty one", sameText, undefined, ""],
    ["no number, and AWS's own", sameNumber(100), undefined, 100],
    [
      "a launch template with a version that AWS fills in",
      sameLaunchTemplate,
      template,
      { ...template, version: "$Default" },
    ],
    [
      "a launch template with overrides that AWS fills in",
      sameLaunchTemplate,
      template,
      { ...template, version: "", overrides: [] },
    ],
    ["no launch template, and an empty one", sameLaunchTemplate, undefined, { launchTemplateId: "", overrides: [] }],
    ["no launch template, and none", sameLaunchTemplate, undefined, undefined],
    [
      "an override with a version that AWS fills in",
      sameLaunchTemplate,
      { ...template, overrides: [override] },
      { ...template, version: "$Default", overrides: [{ ...override, version: "$Default" }] },
    ],
    [
      "an image with a state that AWS reports",
      sameImages,
      [{ imageType: "ECS_AL2" }],
      [{ imageType: "ECS_AL2", batchImageStatus: "LATEST" }],
    ],
    [
      "an override without targets, which are left out",
      sameLaunchTemplate,
      { ...template, overrides: [{ launchTemplateId: "lt-2" }] },
      { ...template, overrides: [{ launchTemplateId: "lt-2", targetInstanceTypes: [] }] },
    ],
    [
      "user data of a type that AWS fills in, also in an override",
      sameLaunchTemplate,
      { ...template, overrides: [override] },
      { ...template, userdataType: "EKS_NODEADM", overrides: [{ ...override, userdataType: "EKS_NODEADM" }] },
    ],
    [
      "an image with a Kubernetes version that AWS fills in",
      sameImages,
      [{ imageType: "EKS_AL2023" }],
      [{ imageType: "EKS_AL2023", imageKubernetesVersion: "1.33" }],
    ],
    ["no images, and an empty list", sameImages, undefined, []],
  ])("%s", (_name, same, desired, described) => {
    expect(same(desired, described)).toBe(true);
  });
});

describe("differs to AWS", () => {
  it.each<[string, Comparison, unknown, unknown]>([
    ["a value", sameValue, 1, 2],
    ["a set with one more", sameSet, ["a"], ["a", "b"]],
    ["a set with another one", sameSet, ["a", "c"], ["a", "b"]],
    ["a list in another order", sameList, ["a", "b"], ["b", "a"]],
    ["a map", sameMap, { a: "1" }, { a: "2" }],
    ["a member with another desired value", sameMembers, { a: 60 }, { a: 30, b: false }],
    ["a member that AWS does not know yet", sameMembers, { a: 60 }, undefined],
    ["a member of a member with another desired value", sameMembers, { a: { b: 1 } }, { a: { b: 2, c: 3 } }],
    ["a list within a member to which one was added", sameMembers, { a: { b: [1] } }, { a: { b: [1, 2] } }],
    ["nothing desired, and a member known", sameMembers, undefined, { a: 1 }],
    ["a role of another name", sameRole, "other", profile],
    [
      "a role of the same name under another path or account",
      sameRole,
      "arn:aws:iam::2:instance-profile/path/ecs",
      profile,
    ],
    ["no role, and one", sameRole, undefined, profile],
    ["a text", sameText, "a", "b"],
    ["a number", sameNumber(100), 60, undefined],
    ["another launch template", sameLaunchTemplate, template, { launchTemplateId: "lt-9" }],
    [
      "another version of a launch template",
      sameLaunchTemplate,
      { ...template, version: "3" },
      { ...template, version: "$Default" },
    ],
    ["a launch template that is to be taken away", sameLaunchTemplate, undefined, template],
    ["a launch template with an override", sameLaunchTemplate, template, { ...template, overrides: [override] }],
    [
      "user data of another type",
      sameLaunchTemplate,
      { ...template, userdataType: "EKS_NODEADM" },
      { ...template, userdataType: "EKS_BOOTSTRAP_SH" },
    ],
    [
      "the targets of an override that are to be taken away",
      sameLaunchTemplate,
      { ...template, overrides: [{ launchTemplateId: "lt-2" }] },
      { ...template, overrides: [override] },
    ],
    [
      "another Kubernetes version of an image",
      sameImages,
      [{ imageType: "EKS_AL2023", imageKubernetesVersion: "1.33" }],
      [{ imageType: "EKS_AL2023", imageKubernetesVersion: "1.32" }],
    ],
    [
      "an image of one's own that is to be taken away",
      sameImages,
      [{ imageType: "ECS_AL2023" }],
      [{ imageType: "ECS_AL2023", imageIdOverride: "ami-1" }],
    ],
    [
      "one image fewer",
      sameImages,
      [{ imageType: "ECS_AL2" }],
      [{ imageType: "ECS_AL2" }, { imageType: "ECS_AL2023" }],
    ],
    ["an image", sameImages, [{ imageType: "ECS_AL2" }], [{ imageType: "ECS_AL2023" }]],
  ])("%s", (_name, same, desired, described) => {
    expect(same(desired, described)).toBe(false);
  });
});
