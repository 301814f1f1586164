import { expect, test } from "vitest";
import { nearest } from "../../../src/tools/validation/nearest.ts";

const fields = ["instanceTypes", "instanceRole", "imageId", "minvCpus", "maxvCpus", "subnets", "tags"];

test.each([
  ["instanceType", "instanceTypes"],
  ["InstanceTypes", "instanceTypes"],
  ["instnaceTypes", "instanceTypes"],
  ["minVcpus", "minvCpus"],
  ["mxavCpus", "maxvCpus"],
  ["subnet", "subnets"],
  ["subnetIds", "subnets"],
  ["tag", "tags"],
  ["imageID", "imageId"],
  ["xyz", undefined],
  ["", undefined],
  ["securityGroupIds", undefined],
])("%s means %s", (name, meant) => {
  expect(nearest(name, fields)).toBe(meant);
});

test("the first of those equally near wins", () => {
  expect(nearest("axx", ["abx", "axb"])).toBe("abx");
});
