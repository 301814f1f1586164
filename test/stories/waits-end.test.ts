/** What is not sent again for a while is sent at once when its cause is seen to be gone, or a person asks for it. */

import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, smallJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, networked } from "./closed-world.ts";
import { aWorld } from "./story.ts";

const ce = "BatchComputeEnvironment";
const role = "arn:aws:iam::123456789012:role/batch-service";
const requested = "awsbatch.dev/reconcile-requested-at";
const callsOf = ({ aws }: World, operation: string): number =>
  aws.log.filter((call) => call.by === "operator" && call.operation === operation).length;
const ask = (world: World, kind: string, name: string, value: string): void =>
  world.annotate(kind, name, { [requested]: value });
const reasonOf = (world: World, kind = ce, name = "ce") => world.condition(kind, name, "Ready")?.reason;

/** An environment that AWS cannot tear down, with the deletion tried a moment ago. */
async function wedged(): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", { ...ec2, serviceRole: role }));
  await world.untilReady();
  world.aws.outside.removeRole(role);
  world.delete(ce, "ce");
  await world.until("it says what lacks", () => reasonOf(world) === "ServiceRoleMissing", 3600);
  return world;
}

describe("a deletion that waits for a missing service role", () => {
  it("is tried again within seconds of when the role is seen again", async () => {
    const world = await wedged();
    const before = callsOf(world, "DeleteComputeEnvironment");
    await world.seconds(5);
    world.aws.outside.restoreRole(role);
    // The role is read once a minute, and AWS Batch knows of it 10 s later.
    await world.until("it is tried again", () => callsOf(world, "DeleteComputeEnvironment") > before, 75);
    await world.untilGone(120);
  });

  it("is tried again at once when a person asks, once for each request", async () => {
    const world = await wedged();
    for (const value of ["first", "second"]) {
      const before = callsOf(world, "DeleteComputeEnvironment");
      ask(world, ce, "ce", value);
      await world.until(
        `it is tried again for the ${value}`,
        () => callsOf(world, "DeleteComputeEnvironment") > before,
        10,
      );
      await world.until("AWS tears it down", () => reasonOf(world) === "Deleting", 10);
      await world.until("AWS has given up again", () => reasonOf(world) === "ServiceRoleMissing", 240);
      await world.seconds(90);
      expect(callsOf(world, "DeleteComputeEnvironment") - before).toBe(1);
      expect(world.object(ce, "ce")?.status).toMatchObject({ lastHandledReconcileAt: value });
    }
  });

  it("is not tried more often while the role stays away", async () => {
    const world = await wedged();
    const before = callsOf(world, "DeleteComputeEnvironment");
    await world.seconds(3600);
    expect(callsOf(world, "DeleteComputeEnvironment") - before).toBeLessThanOrEqual(13);
  });
});

it("an INVALID environment is validated again at once when a person asks, once for each request", async () => {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
  await world.untilReady();
  const [made] = world.aws.truth.computeEnvironments();
  world.aws.outside.invalidate(made?.computeEnvironmentName ?? "", "CLIENT_ERROR - the launch template is gone");
  await world.until("it is Stalled", () => world.condition(ce, "ce", "Stalled") !== undefined, 120);
  for (const value of ["first", "second"]) {
    const before = callsOf(world, "UpdateComputeEnvironment");
    ask(world, ce, "ce", value);
    await world.until(
      `it is asked about for the ${value}`,
      () => callsOf(world, "UpdateComputeEnvironment") > before,
      10,
    );
    await world.seconds(120);
    expect(callsOf(world, "UpdateComputeEnvironment") - before).toBe(1);
  }
});

it("another attempt is made at once when a person asks, instead of half an hour after the last", async () => {
  const world = await aWorld();
  world.aws.outside.removeRole(role);
  world.apply(computeEnvironment("ce", { ...ec2, serviceRole: role }));
  await world.until("it is Stalled", () => world.condition(ce, "ce", "Stalled") !== undefined, 600);
  await world.seconds(120);
  const before = callsOf(world, "CreateComputeEnvironment");
  world.aws.outside.restoreRole(role);
  ask(world, ce, "ce", "now");
  await world.untilReady(120);
  expect(callsOf(world, "CreateComputeEnvironment") - before).toBeLessThanOrEqual(1);
});

it.each<[string, Fault]>([
  [
    "denied",
    {
      kind: "refuse",
      exception: "UnauthorizedOperation",
      message: "You are not authorized to perform this operation.",
      httpStatusCode: 403,
    },
  ],
  [
    "throttled",
    { kind: "refuse", exception: "RequestLimitExceeded", message: "Request limit exceeded.", httpStatusCode: 503 },
  ],
])("endpoints that EC2 refused (%s) are made at once when a person asks", async (_what, fault) => {
  const world = await closedWorld();
  const lift = world.aws.faults.add({ fault, on: "CreateVpcEndpoint" });
  world.apply(...networked("ce"));
  await world.seconds(250);
  lift();
  const before = callsOf(world, "CreateVpcEndpoint");
  ask(world, "BatchNetwork", "ce", "now");
  await world.until("they are asked for", () => callsOf(world, "CreateVpcEndpoint") >= before + 3, 5);
  await world.seconds(3);
  expect(await endpointsOf(world)).toHaveLength(3);
});

it("a revision that others registered above ours twice is registered above theirs at once when a person asks", async () => {
  const world = await aWorld();
  world.apply(jobDefinition("hello"));
  await world.untilReady();
  for (const _time of [1, 2]) {
    await world.aws.outside.registerJobDefinition({ jobDefinitionName: "team_hello", ...smallJob } as never);
    await world.seconds(90);
  }
  expect(reasonOf(world, "JobDefinition", "hello")).toBe("RevisionContested");
  const before = callsOf(world, "RegisterJobDefinition");
  ask(world, "JobDefinition", "hello", "now");
  await world.until("it is registered", () => callsOf(world, "RegisterJobDefinition") > before, 10);
});

it("another environment in place of what AWS describes otherwise is made when a person asks, and at most three in an hour", async () => {
  const world = await aWorld();
  const { outside } = world.aws;
  const ours = (name: string): boolean =>
    world.aws.truth.computeEnvironments().some(({ computeEnvironmentName, tags }) => {
      return computeEnvironmentName === name && tags?.["awsbatch.dev/name"] === "ce";
    });
  // A change in place that the spec, which has no update policy, cannot take back.
  const changed = new Set<string>();
  world.aws.onChange(({ kind, name, status }) => {
    if (kind !== "computeEnvironment" || status !== "VALID" || changed.has(name) || !ours(name)) return;
    changed.add(name);
    void outside.updateComputeEnvironment({
      computeEnvironment: name,
      computeResources: { instanceTypes: ["c4.large"] },
    });
  });
  world.apply(computeEnvironment("ce", ec2));
  await world.until("it is reported", () => reasonOf(world) === "SpecNotApplied", 600);
  const made = (): number => callsOf(world, "CreateComputeEnvironment");
  await world.seconds(600);
  expect(made()).toBe(2);
  ask(world, ce, "ce", "first");
  await world.until("another one is made", () => made() === 3, 5);
  await world.until("it is reported again", () => reasonOf(world) === "SpecNotApplied", 600);
  for (const value of ["second", "third"]) {
    ask(world, ce, "ce", value);
    await world.seconds(300);
    expect(made()).toBe(3);
  }
  await world.seconds(3600);
  expect(made()).toBeGreaterThan(3);
});
