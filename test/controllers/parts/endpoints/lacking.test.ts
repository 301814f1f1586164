import { describe, expect, it } from "vitest";
import { lackOf } from "../../../../src/controllers/parts/endpoints/lacking.ts";
import type { Refused } from "../../../../src/controllers/parts/endpoints/next.ts";
import { endpoint, endpointName, vpcId } from "../../../network/networks.ts";
import { letting, ownTags, planned, vpc } from "./given.ts";

const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: ownTags });
const refused = (kind: "wait" | "blocked", message: string, stallsAfterMs?: number): Refused =>
  ({
    services: [endpointName("ecs")],
    refusal: {
      kind,
      reason: "AccessDenied",
      message,
      checkInMs: 60_000,
      ...(stallsAfterMs === undefined ? {} : { stallsAfterMs }),
    },
  }) as Refused;

describe("a VPC lacks", () => {
  it("nothing when all endpoints are there", () => {
    expect(lackOf(vpc({ ours: [ecs] }), [])).toBeUndefined();
  });

  it("what only a person can fix: obstacles, and endpoints that have failed", () => {
    const plan = planned({ obstacles: [{ services: [endpointName("ecs")], message: "AWS does not offer it" }] });
    expect(lackOf(vpc({ plan, ours: [{ ...ecs, state: "failed" }] }), [])).toEqual({
      kind: "blocked",
      reason: "EndpointsBlocked",
      message: "AWS does not offer it; vpce-ecs is failed: delete it",
    });
  });

  it("what EC2 refused: each message once, and the earliest time at which it counts as Stalled", () => {
    const all = [refused("wait", "no", 600), refused("wait", "no", 300), refused("wait", "never")];
    expect(lackOf(vpc(), all)).toEqual({
      kind: "wait",
      reason: "AccessDenied",
      message: "no; never",
      stallsAfterMs: 300,
    });
    expect(lackOf(vpc(), [refused("wait", "no")])).toEqual({ kind: "wait", reason: "AccessDenied", message: "no" });
  });

  it("what is blocked before what may pass", () => {
    expect(lackOf(vpc(), [refused("wait", "no", 300), refused("blocked", "never")])).toMatchObject({
      kind: "blocked",
      message: "no; never",
    });
  });

  it("endpoints that are being made, extended, or awaited, by their short names", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["subnet-b"], addRouteTableIds: [] }];
    const extending = vpc({ plan: planned({ extend }), ours: [ecs] });
    expect(lackOf(extending, [])).toMatchObject({ message: `creating endpoints of ${vpcId}: ecs` });
    const pending = vpc({ plan: planned({ awaited: [endpointName("logs")] }), ours: [{ ...ecs, state: "pending" }] });
    expect(lackOf(pending, [])).toMatchObject({
      reason: "EndpointsPending",
      message: `waiting for endpoints of ${vpcId}: logs, ecs`,
    });
  });

  it("addresses that the group of its endpoints does not let in", () => {
    expect(lackOf(vpc({ ours: [ecs], group: letting("10.1.0.0/16") }), [])).toMatchObject({
      reason: "RepairingEndpoints",
      message: `allowing the addresses of ${vpcId} to reach its endpoints`,
    });
  });
});
