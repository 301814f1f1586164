import { describe, expect, it } from "vitest";
import { crds } from "../../../../src/api/v1alpha1/crds.ts";
import { nodesOf } from "../../schema-nodes.ts";

/** Fields of a spec in which a person writes the name of something in AWS that no list of the schema knows. */
const names =
  /^spec\.(.*\.)?(serviceRole|instanceRole|spotIamFleetRole|ec2KeyPair|placementGroup|jobRoleArn|executionRoleArn|taskRoleArn)$/;

const fields = crds.flatMap((crd) =>
  crd.spec.versions.flatMap(({ schema }) =>
    nodesOf(schema.openAPIV3Schema).filter(({ path, node }) => names.test(path) && node.type === "string"),
  ),
);

describe("the name of something in AWS", () => {
  it("is in thirteen fields", () => {
    expect(fields.length).toBe(13);
  });

  it.each(fields)("has no control, nothing invisible and no similar letter of another alphabet: $path", ({ node }) => {
    const pattern = new RegExp(node.pattern ?? "", "u");
    expect(pattern.test("team/ecsInstanceRole_1")).toBe(true);
    for (const text of ["a\u001b[2J", "a\nb", "a\tb", "a\u0007", "a\u009b", "a\u202eb", "a\u200b", "а"]) {
      expect(pattern.test(text)).toBe(false);
    }
  });
});
