import { expect, it } from "vitest";
import { AwsError } from "../../src/aws/errors.ts";
import type { Cloud } from "../../src/operator/cloud.ts";
import { createWorld } from "../world.ts";

it("controllers get one IAM account, opened at its first use and again after a failure", async () => {
  let failures = 1;
  const failing = (cloud: Cloud): Cloud => ({
    ...cloud,
    async connect(region, signal) {
      if (region === "us-east-1" && failures-- > 0)
        throw new AwsError("unavailable", "sts:GetCallerIdentity", "", "later");
      return await cloud.connect(region, signal);
    },
  });
  const world = await createWorld({
    knobs: { latencyMs: 0 },
    cloud: failing,
    flags: { allowedRegions: ["us-east-1"] },
  });
  await world.until("the operator leads", () => world.operator.observed().length > 0, 10);
  const { regions } = world.operator.ports;
  const { signal } = new AbortController();
  await expect(regions.open("us-east-1", signal, undefined)).rejects.toThrow("later");
  expect((await regions.open("us-east-1", signal, undefined)).region).toBe("us-east-1");
  const [first, second] = await Promise.all([regions.iam(signal, undefined), regions.iam(signal, undefined)]);
  expect(first).toBe(second);
  expect([first.account, first.partition]).toEqual(["123456789012", "aws"]);
  expect(await first.role("none", { signal, maxAgeMs: 0 })).toBeUndefined();
  expect(world.aws.log.map(({ operation }) => operation).filter((name) => name === "GetRole")).toHaveLength(1);
  await world.stop();
});
