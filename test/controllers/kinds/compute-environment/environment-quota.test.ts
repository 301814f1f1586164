import { describe, expect, it } from "vitest";
import type { EnvironmentLimit } from "../../../../src/controllers/kinds/compute-environment/environment-limit.ts";
import { numberHindrance } from "../../../../src/controllers/kinds/compute-environment/environment-quota.ts";
import { ec2, environment, seen } from "./given.ts";

const numbered = (count: number, tags?: Record<string, string>) =>
  Array.from({ length: count }, (_, index) =>
    environment(`team_ce-${index.toString(16).padStart(8, "0")}`, ec2, tags === undefined ? {} : { tags }),
  );

describe("a further environment of an object", () => {
  const limited = (environmentLimit: EnvironmentLimit, environments = numbered(2)) =>
    numberHindrance(seen(ec2, { environmentLimit, environments }));

  it("is created up to the limit of the namespace, and not beyond it", () => {
    expect(limited({ kind: "read", most: 3, from: "it" })).toBeUndefined();
    expect(limited({ kind: "read", most: 2, from: "--max" })).toMatchObject({
      reason: "NamespaceLimitReached",
      message: expect.stringContaining("has 2 compute environments in this region, of at most 2 (--max)"),
    });
  });

  it("waits where the namespace cannot be read", () => {
    expect(limited({ kind: "unread", why: "denied" })).toMatchObject({ reason: "NamespaceUnreadable" });
  });

  it("is not the ninth, whatever the namespace may have", () => {
    const most = { kind: "read", most: 50, from: "it" } as const;
    expect(limited(most, numbered(7))).toBeUndefined();
    expect(limited(most, numbered(8))).toMatchObject({
      reason: "EnvironmentLimitReached",
      message: expect.stringContaining(
        "8 compute environments of this object exist in AWS, of at most 8: team_ce-00000000",
      ),
    });
  });

  it("is not the ninth where somebody removes the tags, and environments of others with such names do not count", () => {
    const most = { kind: "read", most: 50, from: "it" } as const;
    expect(limited(most, numbered(8, {}))).toMatchObject({ reason: "EnvironmentLimitReached" });
    const other = { "awsbatch.dev/cluster": "other", "awsbatch.dev/namespace": "x", "awsbatch.dev/name": "y" };
    expect(limited(most, numbered(8, other))).toBeUndefined();
    const names = Array.from({ length: 9 }, (_, index) => environment(`team_ce-gpu${index}`, ec2, { tags: {} }));
    expect(limited(most, names)).toBeUndefined();
  });
});
