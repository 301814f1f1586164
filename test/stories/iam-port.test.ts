import { expect, it } from "vitest";
import { createWorld } from "../world.ts";

it("controllers get one IAM account, opened at its first use and anew after a failure", async () => {
  const world = await createWorld({ knobs: { latencyMs: 0 } });
  const { regions } = world.operator.ports;
  const { signal } = new AbortController();
  world.aws.faults.add({
    on: "GetCallerIdentity",
    fault: { kind: "refuse", exception: "ServiceUnavailable", message: "later", httpStatusCode: 503 },
    times: 1,
  });
  await expect(regions.iam(signal)).rejects.toThrow("later");
  const [first, second] = await Promise.all([regions.iam(signal), regions.iam(signal)]);
  expect(first).toBe(second);
  expect([first.account, first.partition]).toEqual(["123456789012", "aws"]);
  expect(await first.role("none", { signal, maxAgeMs: 0 })).toBeUndefined();
  expect(world.aws.log.map(({ operation }) => operation)).toEqual([
    "GetCallerIdentity",
    "GetCallerIdentity",
    "GetRole",
  ]);
  await world.stop();
});
