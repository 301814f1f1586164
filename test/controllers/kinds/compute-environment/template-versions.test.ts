import { describe, expect, it } from "vitest";
import {
  isOlderVersion,
  templateVersionOf,
} from "../../../../src/controllers/kinds/compute-environment/template-versions.ts";
import { ec2, environment, withResources } from "./given.ts";

describe("the version that an environment has its instances for", () => {
  const spec = withResources(ec2, { launchTemplate: { launchTemplateName: "batch" } });
  const tags = { "awsbatch.dev/rollout-token": "template:7/3@v1" };

  it("is in its tags", () => {
    expect(templateVersionOf(spec, environment("ce", spec, { tags }))).toBe("7/3");
  });

  it.each([
    ["of another template", spec, withResources(ec2, { launchTemplate: { launchTemplateName: "other" } })],
    [
      "of another version of it",
      spec,
      withResources(ec2, { launchTemplate: { launchTemplateName: "batch", version: "$Latest" } }),
    ],
    ["without a template", ec2, ec2],
  ])("is not known %s", (_name, desired, made) => {
    expect(templateVersionOf(desired, environment("ce", made, { tags }))).toBeUndefined();
  });
});

it.each([
  ["7", "8", true],
  ["9", "10", true],
  ["8", "8", false],
  ["8", "7", false],
  ["7/3", "7/4", true],
  ["8/3", "7/4", true],
  ["8/4", "7/4", false],
])("%s is older than %s: %s", (has, current, expected) => {
  expect(isOlderVersion(has, current)).toBe(expected);
});
