import { expect, it } from "vitest";
import { shownWithinMs } from "../../../src/controllers/intervals.ts";
import { newEc2Memory, noteCreation } from "../../../src/controllers/parts/ec2-memory.ts";

it("lets one network ask for an endpoint of a service in a VPC, until EC2 shows it", () => {
  const memory = newEc2Memory();
  const [first, second] = [
    { key: "vpc-1 ecs", by: {} },
    { key: "vpc-1 ecs", by: {} },
  ];
  expect(noteCreation(memory, first, 0)).toBe(true);
  expect(noteCreation(memory, second, shownWithinMs - 1)).toBe(false);
  expect(noteCreation(memory, first, shownWithinMs - 1)).toBe(true);
  expect(noteCreation(memory, { key: "vpc-2 ecs", by: {} }, 1)).toBe(true);
  expect(noteCreation(memory, second, 2 * shownWithinMs)).toBe(true);
});
