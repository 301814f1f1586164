import { expect, it } from "vitest";
import { notedVpcs } from "../../../src/controllers/parts/noted-vpcs.ts";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `vpc-${index}`);

it.each<[string, string | undefined, readonly string[]]>([
  ["nothing", undefined, []],
  ["an empty note", "", []],
  ["one", "vpc-0a1b2c3d4e5f60718", ["vpc-0a1b2c3d4e5f60718"]],
  ["some, each once", "vpc-1,vpc-2,vpc-1", ["vpc-1", "vpc-2"]],
  ["what is not a VPC", "vpc-1,,subnet-1,vpc-*,vpc-,vpc-1 ,VPC-2,vpc-123456789012345678", ["vpc-1"]],
  ["the first four of thousands", numbered(5000).join(","), numbered(4)],
])("reads %s", (_what, note, vpcs) => {
  expect(notedVpcs(note)).toEqual(vpcs);
});
