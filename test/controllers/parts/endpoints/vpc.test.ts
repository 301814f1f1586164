import { describe, expect, it } from "vitest";
import { keyText } from "../../../../src/api/object.ts";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { newEc2Memory } from "../../../../src/controllers/parts/ec2-memory.ts";
import type { Neighbour } from "../../../../src/controllers/parts/endpoints/users.ts";
import { vpcSeen } from "../../../../src/controllers/parts/endpoints/vpc.ts";
import { natNetwork, vpcId } from "../../../network/networks.ts";
import { ec2, identity, object, settings } from "../../kinds/compute-environment/given.ts";

const { facts, described, workload } = natNetwork();

interface How {
  readonly created?: string;
  readonly noted?: boolean;
  readonly asks?: boolean;
  readonly deleting?: boolean;
  readonly marked?: boolean;
  readonly abandoned?: boolean;
  readonly held?: boolean;
  readonly placed?: boolean;
  readonly stalled?: boolean;
  readonly retain?: boolean;
  readonly here?: boolean;
}

function neighbour(name: string, how: How = {}): Neighbour {
  const { created = "2026-01-01T00:00:00Z", noted = true, asks = true, placed = true, marked = true } = how;
  const whole = object({ ...ec2, network: asks ? { vpcEndpoints: "Ensure" } : {} });
  const annotations = {
    ...(noted ? { "awsbatch.dev/endpoints": vpcId } : {}),
    ...(marked ? { "awsbatch.dev/location": "123456789012/eu-west-1" } : {}),
    ...(how.abandoned ? { "awsbatch.dev/abandon": "true" } : {}),
  };
  const metadata = {
    ...whole.metadata,
    name,
    uid: name,
    creationTimestamp: created,
    annotations,
    finalizers: marked ? ["awsbatch.dev/cleanup"] : [],
    labels: { here: String(how.here ?? true) },
    ...(how.deleting ? { deletionTimestamp: "2026-01-09T00:00:00Z" } : {}),
  };
  const conditions = how.stalled ? [{ type: "Stalled", status: "True", reason: "NotFound", message: "no" }] : [];
  const spec = { ...whole.spec, deletionPolicy: how.retain ? "Retain" : "Delete" };
  const one = { ...whole, metadata, spec, status: { conditions } } as unknown as BatchComputeEnvironment;
  const user = placed ? { described, workload, services: [] } : undefined;
  return { object: one, user, isHeld: how.held ?? false };
}

function seenBy(...neighbours: readonly Neighbour[]) {
  return vpcSeen(vpcId, {
    users: { neighbours, environments: [] },
    facts,
    ports: { cluster: identity.cluster, settings, reconciles: ({ metadata }) => metadata.labels?.["here"] === "true" },
    memory: { ...newEc2Memory(), beganAt: -60_000 },
    now: 0,
  });
}

function keeperOf(...neighbours: readonly Neighbour[]): string {
  const { keeper } = seenBy(...neighbours);
  return keeper === undefined ? "nobody" : `${keyText(keeper.identity)} ${keeper.part}`;
}

const older = "2025-01-01T00:00:00Z";

describe("the keeper of a VPC", () => {
  it("is the oldest object that asks for endpoints there, whatever order the objects come in", () => {
    const [young, old] = [neighbour("a"), neighbour("b", { created: older })];
    expect([keeperOf(young, old), keeperOf(old, young)]).toEqual(["team/b asks", "team/b asks"]);
    expect(keeperOf(neighbour("b"), neighbour("a"))).toBe("team/a asks");
  });

  it.each<[string, How]>([
    ["is held", { held: true }],
    ["does not know its subnets", { placed: false }],
    ["asks no more", { asks: false }],
    ["is being deleted", { deleting: true }],
  ])("is a younger one where the oldest %s", (_what, how) => {
    expect(keeperOf(neighbour("old", { created: older, ...how }), neighbour("young"))).toBe("team/young asks");
  });

  it("is, where none asks, one that may ask again, else one that continues to exist, else one that is deleted", () => {
    const held = neighbour("held", { held: true });
    const unplaced = neighbour("unplaced", { placed: false });
    const dropped = neighbour("dropped", { asks: false });
    const deleted = neighbour("deleted", { created: older, deleting: true });
    expect(keeperOf(deleted, dropped, held)).toBe("team/held stays");
    expect(keeperOf(deleted, dropped, unplaced)).toBe("team/unplaced stays");
    expect(keeperOf(deleted, dropped)).toBe("team/dropped leaves");
    expect(keeperOf(deleted, neighbour("later", { deleting: true }))).toBe("team/deleted leaves");
  });

  it.each<[string, How]>([
    ["has not noted its request", { noted: false }],
    ["lacks finalizer and location", { marked: false }],
    ["is being deleted without the finalizer", { marked: false, deleting: true }],
    ["is abandoned", { deleting: true, abandoned: true }],
  ])("is never an object that %s: it may disappear without a trace", (_what, how) => {
    expect(keeperOf(neighbour("a", how))).toBe("nobody");
  });

  it("writes by the process that reconciles it, and retains endpoints only when it is deleted", () => {
    expect(seenBy(neighbour("a", { here: false })).keeper).toMatchObject({ isHere: false, isHeld: false });
    expect(seenBy(neighbour("a", { retain: true })).keeper).toMatchObject({ isHere: true, retain: false });
    expect(seenBy(neighbour("a", { retain: true, deleting: true })).keeper).toMatchObject({ retain: true });
    expect(seenBy(neighbour("a", { held: true })).keeper).toMatchObject({ isHeld: true });
  });
});

describe("an object that is about to note its request", () => {
  it("is waited for, unless an annotation holds it, or it is Stalled, or is elsewhere", () => {
    const left = neighbour("left", { deleting: true });
    const coming = (how: How) => seenBy(left, neighbour("new", { noted: false, ...how })).coming;
    expect(coming({})).toEqual(["team/new"]);
    for (const how of [{ held: true }, { stalled: true }, { placed: false }, { asks: false }, { deleting: true }])
      expect(coming(how)).toEqual([]);
  });
});
