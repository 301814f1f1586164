import { describe, expect, it } from "vitest";
import type { BatchRole } from "../../../../src/api/v1alpha1/batch-role.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import { usedBy } from "../../../../src/controllers/kinds/batch-role/users.ts";
import { rolesAskedBy } from "../../../../src/controllers/parts/roles/desired.ts";
import type { RolesSeen } from "../../../../src/controllers/parts/roles/seen.ts";
import { defaultSettings, type Ports, RegionNotAllowed } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { role } from "../../../manifests.ts";
import { identity, place } from "../../parts/roles/given.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import { object as environmentObject } from "../compute-environment/given.ts";

const { cluster } = identity;
const { signal } = new AbortController();
const metadata = { uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "2030-01-01T00:00:00Z" };

function batchRole(spec = {}): BatchRole {
  const manifest = role("builders", spec);
  return { ...manifest, metadata: { ...manifest.metadata, ...metadata, namespace: "team" } } as unknown as BatchRole;
}

/** What a deletion waits for, with objects in two regions and one that is not allowed. */
async function waitOf(regions: Readonly<Record<string, FakeRegion>>, spec = {}) {
  const object = batchRole(spec);
  const elsewhere = (region: string, name: string) => {
    const one = environmentObject();
    return { ...one, metadata: { ...one.metadata, name }, spec: { ...one.spec, region } };
  };
  const ports = {
    clock: new VirtualClock(),
    objects: objectsOf([object, elsewhere("eu-west-1", "a"), elsewhere("nowhere-1", "b")]),
    regions: {
      async open(name: string) {
        const region = regions[name];
        if (region === undefined) throw new RegionNotAllowed(name);
        return region;
      },
    },
    cluster,
    settings: { ...defaultSettings, region: "us-east-1" },
  } as unknown as Ports;
  const seen = { desiredRoles: rolesAskedBy(object, cluster, place), goingForMs: 0 } as unknown as RolesSeen;
  return await usedBy(object, seen, { ports, unusedSince: new Map() }, signal);
}

const listed = (change = {}): FakeRegion => {
  const region = fakeRegion({ ...change });
  region.jobDefinitions ??= new Map();
  return region;
};
const arnOf = (spec = {}): string => rolesAskedBy(batchRole(spec), cluster, place)[0]?.arn ?? "";

describe("a role is kept", () => {
  it("for an environment of any region, whosever it is, which the message names", async () => {
    const environment = { computeEnvironmentName: "theirs", serviceRole: arnOf({ purpose: "service" }) } as never;
    const wait = await waitOf(
      { "us-east-1": listed(), "eu-west-1": listed({ computeEnvironments: [environment] }) },
      { purpose: "service" },
    );
    expect(wait).toMatchObject({ kind: "wait", reason: "RoleInUse" });
    expect(wait?.message).toMatch(/compute environment theirs in /);
  });

  it("for jobs that have it, of which only the count is left", async () => {
    const busy = { ...listed(), jobsOfRole: async () => new Map([["a:1", 2]]) } as FakeRegion;
    const wait = await waitOf({ "us-east-1": listed(), "eu-west-1": busy });
    expect(wait?.message).toMatch(/until these jobs have ended: 2 of job definition a:1 in /);
    expect(wait?.stallsAfterMs).toBeUndefined();
  });

  it("where a region cannot be read, and says which call failed", async () => {
    const failure = new AwsError("denied", "batch:DescribeJobQueues", "AccessDenied", "no");
    const wait = await waitOf({ "us-east-1": listed(), "eu-west-1": Object.assign(listed(), { failure }) });
    expect(wait).toMatchObject({ reason: "RoleInUse" });
    expect(wait?.message).toContain("batch:DescribeJobQueues");
  });
});

describe("a role is not kept", () => {
  it("where nothing uses it; a region that objects may not use is not searched", async () => {
    expect(await waitOf({ "us-east-1": listed(), "eu-west-1": listed() })).toBeUndefined();
  });

  it("for jobs where it is not given to jobs: they work through the environments that name it", async () => {
    const regions = { "us-east-1": listed(), "eu-west-1": listed() };
    expect(await waitOf(regions, { purpose: "instance" })).toBeUndefined();
    expect(Object.values(regions).flatMap(({ calls }) => calls)).toEqual([]);
  });
});
