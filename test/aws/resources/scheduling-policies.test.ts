import { describe, expect, it } from "vitest";
import {
  createdPolicy,
  policyCreated,
  policyForm,
  policyUpdated,
} from "../../../src/aws/resources/scheduling-policies.ts";
import { RegionWorld } from "../region-world.ts";
import { arn, at } from "./described.ts";

const policyArn = arn("scheduling-policy/p");
const record = { name: "p", arn: policyArn, fairsharePolicy: {}, tags: {} };

describe("the effect of a write", () => {
  it("of a creation is the policy, which AWS may not show yet", () => {
    const effect = policyCreated(createdPolicy({ name: "p", fairsharePolicy: {}, tags: { a: "1" } }, at));
    expect(effect.apply(undefined)).toEqual({ ...record, tags: { a: "1" } });
    expect([effect.shows(undefined), effect.shows(record)]).toEqual([false, true]);
  });

  it("of an update is the body, whatever AWS fills in", () => {
    const effect = policyUpdated({ arn: policyArn, fairsharePolicy: { computeReservation: 5 } });
    expect(effect.apply(record)).toEqual({ ...record, fairsharePolicy: { computeReservation: 5 } });
    expect(effect.apply(undefined)).toBeUndefined();
    expect(effect.shows({ ...record, fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 5 } })).toBe(true);
    expect([effect.shows(record), effect.shows(undefined)]).toEqual([false, false]);
  });
});

it("has one form, whatever the order of shares and the width of numbers", () => {
  const form = policyForm({
    fairsharePolicy: {
      shareDistribution: [{ shareIdentifier: "b", weightFactor: 0.1 }, { shareIdentifier: "a" }],
    },
  });
  expect(JSON.stringify(form.weights)).toBe(JSON.stringify({ a: 1, b: Math.fround(0.1) }));
});

describe("policies", () => {
  const minute = 60_000;

  it("cost nothing while no object names one, and a call for a hundred once a minute", async () => {
    let names: ReadonlySet<string> = new Set();
    const world = await new RegionWorld({ asked: () => names }).start();
    await world.clock.advance(3 * minute);
    expect(world.counts()["describeSchedulingPolicies"]).toBeUndefined();
    names = new Set(Array.from({ length: 101 }, (_, index) => `p${index}`));
    world.forget();
    await world.clock.advance(10 * minute);
    expect(world.counts()["describeSchedulingPolicies"]).toBeLessThanOrEqual(20);
    expect(world.counts()["describeSchedulingPolicies"]).toBeGreaterThanOrEqual(16);
  });

  it("are absent only by name, once a read has shown that", async () => {
    let names: ReadonlySet<string> = new Set(["p"]);
    const world = await new RegionWorld({ asked: () => names }).start();
    const { region } = world;
    expect(region.snapshot().isAbsent("scheduling-policy", "p")).toBe(true);
    expect(region.snapshot().isAbsent("scheduling-policy", "q")).toBe(false);
    await world.clock.advance(1000);
    names = new Set(["p", "q"]);
    world.aws.policy("q");
    region.expectAbsence("scheduling-policy", "q");
    await world.clock.advance(2000);
    expect(region.snapshot().schedulingPolicies.get("q")?.name).toBe("q");
  });

  it("are forgotten when nobody names them any more", async () => {
    let names: ReadonlySet<string> = new Set(["p"]);
    const world = new RegionWorld({ asked: () => names });
    world.aws.policy("p");
    await world.start();
    expect(world.region.snapshot().schedulingPolicies.has("p")).toBe(true);
    names = new Set();
    await world.clock.advance(2 * minute);
    expect(world.region.snapshot().schedulingPolicies.has("p")).toBe(false);
    expect(world.region.snapshot().isAbsent("scheduling-policy", "p")).toBe(false);
  });

  it("that cannot be read leave environments and queues alone", async () => {
    const world = new RegionWorld({ asked: () => new Set(["p"]) });
    world.aws.queue("q");
    world.aws.refuse = ({ operation }) =>
      operation === "describeSchedulingPolicies"
        ? Object.assign(new Error("no"), { name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } })
        : undefined;
    await world.start();
    const { jobQueues: queues, failure, failureOf } = world.region.snapshot();
    expect([queues.has("q"), failure, failureOf("schedulingPolicies")?.error.kind]).toEqual([
      true,
      undefined,
      "denied",
    ]);
    const { error } = (await world.settle(world.region.refreshAsked("schedulingPolicies", ["fair"], world.signal))) as {
      error: object;
    };
    expect(error).toMatchObject({ kind: "denied" });
    world.aws.refuse = () => undefined;
    await world.clock.advance(5 * minute);
    expect(world.region.snapshot().failureOf("schedulingPolicies")).toBeUndefined();
  });

  it("whose creation got no answer are not usable before AWS shows them", async () => {
    const world = await new RegionWorld({ asked: () => new Set(["p"]) }).start();
    const { region, signal } = world;
    const shown = () => region.snapshot().schedulingPolicies.get("p")?.status;
    world.aws.lose = ({ operation }) =>
      operation === "createSchedulingPolicy"
        ? Object.assign(new Error("no answer"), { name: "TimeoutError" })
        : undefined;
    world.aws.freeze();
    await expect(region.createSchedulingPolicy({ name: "p", fairsharePolicy: {} }, signal)).rejects.toThrow();
    expect(shown()).toBe("CREATING");
    world.aws.thaw();
    await world.clock.advance(3000);
    expect([region.snapshot().schedulingPolicies.has("p"), shown()]).toEqual([true, undefined]);
  });

  it("are created, changed and deleted, and shown so at once", async () => {
    const world = await new RegionWorld({ asked: () => new Set(["p"]) }).start();
    const { region, signal } = world;
    const shown = () => region.snapshot().schedulingPolicies.get("p");
    await region.createSchedulingPolicy({ name: "p", fairsharePolicy: {}, tags: { a: "1" } }, signal);
    expect(shown()?.tags).toEqual({ a: "1" });
    world.aws.freeze();
    await region.updateSchedulingPolicy({ arn: policyArn, fairsharePolicy: { computeReservation: 5 } }, signal);
    await world.clock.advance(2000);
    expect(shown()?.fairsharePolicy).toEqual({ computeReservation: 5 });
    world.aws.thaw();
    await region.changeTags(policyArn, { set: { b: "2" }, remove: [] }, signal);
    expect(shown()?.tags).toEqual({ a: "1", b: "2" });
    await region.deleteSchedulingPolicy(policyArn, signal);
    expect(shown()?.status).toBe("DELETING");
    await world.clock.advance(10_000);
    expect([shown(), region.snapshot().isAbsent("scheduling-policy", "p")]).toEqual([undefined, true]);
  });
});
