import { expect, test } from "vitest";
import { ownTags, toolTagKeys } from "../../../src/tools/import/tags.ts";

test.each<[string, string, boolean]>([
  ["crossplane-name", "workers", true],
  ["services.k8s.aws/controller-version", "batch-1.0", true],
  ["managed-by", "terraform", true],
  ["ManagedBy", "Terraform Cloud", true],
  ["acme:created-by", "Pulumi", true],
  ["terraform", "true", true],
  ["managed-by", "the platform team", false],
  ["team", "terraform", false],
  ["provisioner", "alice", false],
  // In the operator's flag a comma begins another key, and * is any key.
  ["aws-cdk:x,awsbatch.dev/*,pulumi:x", "1", false],
  ["pulumi:*", "1", false],
  ["pulumi:x' ; touch PWNED ; echo '", "1", false],
  ["pulumi:$(id)", "1", false],
  ["pulumi:x\ny", "1", false],
  [" terraform:managed-by", "terraform", false],
  ["awsbatch.dev/x:managed-by", "terraform", false],
])("%s=%s is another tool's: %s", (key, value, isTools) => {
  expect(toolTagKeys([{ [key]: value }, { cost: "1" }])).toEqual(isTools ? [key] : []);
});

test("a spec lists the tags of people, sorted, or none", () => {
  const tags = {
    "aws:cloudformation:stack-name": "s",
    "awsbatch.dev/retained-from": "a/b/c",
    team: "a",
    cost: "1",
    tool: "x",
  };
  const own = ownTags(tags, (key) => key === "tool");
  expect(Object.entries(own ?? {})).toEqual([
    ["cost", "1"],
    ["team", "a"],
  ]);
  expect(ownTags({ tool: "x" }, () => true)).toBeUndefined();
});
