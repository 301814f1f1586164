import { describe, expect, it } from "vitest";
import {
  limitsOf,
  serviceEnvironmentCreated,
  serviceEnvironments,
  serviceEnvironmentUpdated,
} from "../../../src/aws/resources/service-environments.ts";
import { FakeBatch } from "../fake-batch.ts";
import { RegionWorld } from "../region-world.ts";
import { arn, at } from "./described.ts";

const serviceEnvironmentArn = arn("service-environment/s");
const capacityLimits = [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 }];
const type = "SAGEMAKER_TRAINING" as const;
const body = { serviceEnvironmentName: "s", serviceEnvironmentType: type, capacityLimits };
const record = { ...body, serviceEnvironmentArn, state: "ENABLED" as const, status: "VALID" as const, tags: {} };

describe("the effect of a write", () => {
  it("of a creation is the service environment, CREATING", () => {
    const effect = serviceEnvironmentCreated({ ...body, tags: { a: "1" } }, at);
    expect(effect.apply(undefined)).toEqual({ ...record, status: "CREATING", tags: { a: "1" } });
    expect(effect.apply(record)).toBe(record);
    expect([effect.shows(undefined), effect.shows(record)]).toEqual([false, true]);
  });

  it.each([
    [{ state: "DISABLED" as const }, { ...record, state: "DISABLED" as const }],
    [
      { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 2 }] },
      { ...record, capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 2 }] },
    ],
  ])("of an update is %j, whether AWS shows UPDATING or not", (change, after) => {
    const effect = serviceEnvironmentUpdated({ serviceEnvironment: "s", ...change });
    expect(effect.apply(record)).toEqual({ ...after, status: "UPDATING" });
    expect(effect.apply(undefined)).toBeUndefined();
    expect([effect.shows(after), effect.shows({ ...after, status: "UPDATING" })]).toEqual([true, true]);
    expect([effect.shows(record), effect.shows(undefined)]).toEqual([false, false]);
  });
});

it("has the same limits in any order", () => {
  const [a, b] = [{ capacityUnit: "ml.a", maxCapacity: 1 }, { capacityUnit: "ml.b" }];
  expect(JSON.stringify(limitsOf([b, a]))).toBe(JSON.stringify({ "ml.a": 1, "ml.b": 0 }));
  expect(limitsOf(undefined)).toEqual({});
});

describe("service environments", () => {
  const minute = 60_000;
  const signal = new AbortController().signal;

  it("cost nothing while no object names one, and a call for a hundred once a minute", async () => {
    let names: ReadonlySet<string> = new Set();
    const world = await new RegionWorld({
      asked: (key) => (key === "serviceEnvironments" ? names : new Set()),
    }).start();
    await world.clock.advance(3 * minute);
    expect(world.counts()["describeServiceEnvironments"]).toBeUndefined();
    names = new Set(Array.from({ length: 101 }, (_, index) => `s${index}`));
    world.forget();
    await world.clock.advance(10 * minute);
    expect(world.counts()["describeServiceEnvironments"]).toBeLessThanOrEqual(20);
    expect(world.counts()["describeServiceEnvironments"]).toBeGreaterThanOrEqual(16);
  });

  it("are those that live, of several with one name", async () => {
    const { clock } = new RegionWorld();
    const batch = new FakeBatch(clock);
    batch.pageSize = 2;
    batch.serviceEnvironment("gone", { status: "DELETED" });
    batch.serviceEnvironment("s", { status: "DELETED" });
    batch.serviceEnvironment("s", { status: "CREATING" });
    batch.serviceEnvironment("s", { status: "DELETING" });
    const asked = await serviceEnvironments.describe({ batch, at, names: new Set(["s", "gone"]) }, signal);
    expect([...asked].map(([name, { status }]) => [name, status])).toEqual([["s", "CREATING"]]);
    expect(await serviceEnvironments.names(batch, signal)).toEqual(new Set(["gone", "s"]));
    expect(await serviceEnvironments.describe({ batch, at, names: new Set() }, signal)).toEqual(new Map());
  });

  it("without a name or an ARN are no answer of AWS", async () => {
    const { clock } = new RegionWorld();
    const batch = new FakeBatch(clock);
    batch.state.serviceEnvironments.push({ ...record, serviceEnvironmentArn: undefined as never });
    await expect(serviceEnvironments.describe({ batch, at, names: new Set(["s"]) }, signal)).rejects.toThrow(
      "without its name",
    );
  });

  it("are created, changed and deleted, and shown so at once", async () => {
    const world = await new RegionWorld({ asked: () => new Set(["s"]) }).start();
    const { region } = world;
    const shown = () => region.snapshot().serviceEnvironments.get("s");
    await region.createServiceEnvironment({ ...body, tags: { a: "1" } }, signal);
    expect([shown()?.status, shown()?.tags]).toEqual(["CREATING", { a: "1" }]);
    await region.updateServiceEnvironment({ serviceEnvironment: serviceEnvironmentArn, state: "DISABLED" }, signal);
    expect(shown()?.state).toBe("DISABLED");
    await region.changeTags(serviceEnvironmentArn, { set: { b: "2" }, remove: [] }, signal);
    expect(shown()?.tags).toEqual({ a: "1", b: "2" });
    await region.deleteServiceEnvironment(serviceEnvironmentArn, signal);
    expect(shown()?.status).toBe("DELETING");
    await world.clock.advance(10_000);
    expect([shown(), region.snapshot().isAbsent("service-environment", "s")]).toEqual([undefined, true]);
  });
});
