import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const kind = "BatchComputeEnvironment";
const deniedDeletion = "DeleteComputeEnvironment was refused";
const gone = "CLIENT_ERROR - the launch template is gone";
const repointing = { ...ec2, replacement: { soakSeconds: 86_400, foreignQueues: "Repoint" as const } };

const withResources = (change: object, spec: BatchComputeEnvironmentSpec): BatchComputeEnvironmentSpec =>
  ({ ...spec, computeResources: { ...spec.computeResources, ...change } }) as BatchComputeEnvironmentSpec;
const orderOf = ({ aws }: World, queue: string): readonly (string | undefined)[] =>
  (aws.truth.jobQueues().find(({ jobQueueName }) => jobQueueName === queue)?.computeEnvironmentOrder ?? []).map((one) =>
    one.computeEnvironment?.split("/").pop(),
  );
const environmentsOf = ({ aws }: World) => aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
const ready = (world: World) => world.condition(kind, "ce", "Ready");

/** From now on AWS refuses an operation, where its input has this text. */
function deny({ aws }: World, operation: string, text = ""): void {
  const isIt = ({ operation: called, input }: { readonly operation: string; readonly input: unknown }): boolean =>
    called === operation && JSON.stringify(input).includes(text);
  aws.faults.add({ fault: accessDenied(operation), on: isIt });
}

/** An attempt for a spec that was taken back is left, and AWS does not let it be deleted. */
async function leftoverOf(world: World, spec: BatchComputeEnvironmentSpec): Promise<void> {
  world.aws.outside.removeFromEc2("subnet-99999999");
  world.apply(computeEnvironment("ce", withResources({ subnets: ["subnet-99999999"] }, spec)));
  await world.until("the attempt is INVALID", () => world.condition(kind, "ce", "Stalled")?.reason === "Invalid");
  deny(world, "DeleteComputeEnvironment");
  world.apply(computeEnvironment("ce", spec));
  await world.until("its deletion is refused", () => ready(world)?.message.includes(deniedDeletion) === true, 600);
}

async function withLeftover(spec: BatchComputeEnvironmentSpec = ec2): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q1", ["ce"]));
  await world.untilReady();
  await leftoverOf(world, spec);
  return world;
}

/** Two environments, the second of which all queues name: one of ours, and these of somebody else. */
async function handedOver(...strangers: readonly string[]): Promise<{ world: World; first: string; second: string }> {
  const world = await aWorld({ flags: { allowForeignRepoint: true } });
  world.apply(computeEnvironment("ce", repointing), jobQueue("q1", ["ce"]));
  await world.untilReady();
  const [first = ""] = orderOf(world, "team_q1");
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: first }];
  for (const jobQueueName of strangers) {
    await world.aws.outside.createJobQueue({ jobQueueName, priority: 1, computeEnvironmentOrder });
  }
  await world.seconds(90);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], repointing)));
  const all = ["team_q1", ...strangers];
  await world.until("all have gone over", () => all.every((queue) => orderOf(world, queue)[0] !== first));
  await world.seconds(120);
  return { world, first, second: orderOf(world, "team_q1")[0] ?? "" };
}

describe("while AWS refuses to delete what is left of an attempt", () => {
  it("all queues go back from an environment that AWS finds INVALID", async () => {
    const { world, first, second } = await handedOver("stranger");
    await leftoverOf(world, withTypes(["m5.large"], repointing));
    await world.seconds(900);
    world.aws.outside.invalidate(second, gone);
    const isBack = (): boolean => ["team_q1", "stranger"].every((queue) => orderOf(world, queue)[0] === first);
    await world.until("both are back", isBack, 120);
    await world.until("the reason is reported", () => ready(world)?.message.includes(gone) === true, 60);
    expect(ready(world)?.message).toContain(deniedDeletion);
    expect(world.violations).toEqual([]);
  });

  it("the spec is in effect, and is reported so with the refusal", async () => {
    const world = await withLeftover();
    expect(ready(world)).toMatchObject({ status: "True", reason: "Available" });
    await world.until("a person is asked for", () => world.condition(kind, "ce", "Stalled") !== undefined, 1200);
    expect(ready(world)).toMatchObject({ status: "False", reason: "AccessDenied" });
  });

  it("a value is changed in place", async () => {
    const world = await withLeftover();
    world.apply(computeEnvironment("ce", withResources({ maxvCpus: 512 }, ec2)));
    const isChanged = (): boolean => world.writes().some((write) => write.includes("512"));
    await world.until("it is changed", isChanged, 60);
    await world.until("the refusal is reported", () => ready(world)?.message.includes(deniedDeletion) === true, 120);
    expect(world.violations).toEqual([]);
  });

  it("a successor is made and takes over", async () => {
    const world = await withLeftover();
    const [first] = orderOf(world, "team_q1");
    world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
    await world.until("the queue has gone over", () => orderOf(world, "team_q1")[0] !== first, 300);
    expect(world.violations).toEqual([]);
  });

  it("a replacement that waits for approval says how to give it", async () => {
    const held = { ...ec2, replacement: { soakSeconds: 0, holdBefore: ["Create" as const] } };
    const world = await aWorld();
    world.apply(computeEnvironment("ce", held), jobQueue("q1", ["ce"]));
    await world.untilReady();
    world.apply(computeEnvironment("ce", { ...ec2, replacement: { soakSeconds: 0 } }));
    await world.untilReady();
    await leftoverOf(world, { ...ec2, replacement: { soakSeconds: 0 } });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    await world.until("it waits", () => ready(world)?.message.includes("awsbatch.dev/approve") === true, 120);
    expect(ready(world)?.message).toContain(deniedDeletion);
    const status = world.object(kind, "ce")?.status as { readonly plan: { readonly approval?: string } } | undefined;
    expect(ready(world)?.message).toContain(`"${status?.plan.approval}"`);
  });

  it("it goes as soon as AWS allows it, and the object is Ready", async () => {
    const world = await withLeftover();
    world.aws.faults.clear();
    await world.until("it is gone", () => environmentsOf(world).length === 1, 900);
    await world.untilReady();
    expect(world.condition(kind, "ce", "Stalled")).toBeUndefined();
  });
});

describe("while AWS refuses to hand one queue of somebody else over", () => {
  it("another goes back from an INVALID environment, and the first follows once AWS allows it", async () => {
    const { world, first, second } = await handedOver("a-stranger", "b-stranger");
    deny(world, "UpdateJobQueue", "a-stranger");
    world.aws.outside.invalidate(second, gone);
    const isBack = (queue: string) => (): boolean => orderOf(world, queue)[0] === first;
    await world.until("the other is back", isBack("b-stranger"), 120);
    await world.until("the refusal is reported", () => ready(world)?.message.includes("UpdateJobQueue") === true);
    expect(orderOf(world, "a-stranger")).toEqual([second]);
    world.aws.faults.clear();
    await world.until("the first is back", isBack("a-stranger"), 600);
    expect(world.violations).toEqual([]);
  });

  it("another goes over to the successor", async () => {
    const { world, second } = await handedOver("a-stranger", "b-stranger");
    deny(world, "UpdateJobQueue", "a-stranger");
    world.apply(computeEnvironment("ce", withTypes(["r5.large"], repointing)));
    await world.until("the other has gone over", () => orderOf(world, "b-stranger")[0] !== second, 600);
    expect(orderOf(world, "a-stranger")).toEqual([second]);
    await world.seconds(3600);
    expect(environmentsOf(world).find((one) => one.computeEnvironmentName === second)?.state).toBe("ENABLED");
    expect(world.violations).toEqual([]);
  });
});

it("a queue of somebody else goes over to the successor once what else it names is VALID again", async () => {
  const world = await aWorld({ flags: { allowForeignRepoint: true } });
  const { outside } = world.aws;
  const { type, computeResources } = ec2;
  // No read of the network requeues the object.
  const spec = { ...repointing, network: { preflight: "Skip" as const } };
  world.apply(computeEnvironment("ce", spec));
  await world.untilReady();
  const first = environmentsOf(world)[0]?.computeEnvironmentName ?? "";
  await outside.createComputeEnvironment({ computeEnvironmentName: "theirs", type, computeResources } as never);
  await world.seconds(60);
  const computeEnvironmentOrder = [first, "theirs"].map((computeEnvironment, order) => ({ order, computeEnvironment }));
  await outside.createJobQueue({ jobQueueName: "stranger", priority: 1, computeEnvironmentOrder });
  await world.seconds(60);
  outside.invalidate("theirs", gone);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], spec)));
  await world.until("it says so", () => ready(world)?.message.includes("theirs, which is not VALID") === true, 900);
  await world.seconds(900);
  outside.heal("theirs");
  await outside.updateComputeEnvironment({ computeEnvironment: "theirs", computeResources: { maxvCpus: 300 } });
  await world.until("the queue has gone over", () => orderOf(world, "stranger")[0] !== first, 300);
  expect(orderOf(world, "stranger")[1]).toBe("theirs");
  expect(world.violations).toEqual([]);
});

it.each([
  [1, 0],
  [2, 0],
  [1, 20],
  [1, 60],
])(
  "%i queues that their owner puts back after %i s are handed over a few times an hour",
  async (count, afterSeconds) => {
    const strangers = ["a-stranger", "b-stranger"].slice(0, count);
    const world = await aWorld({ flags: { allowForeignRepoint: true } });
    const { outside } = world.aws;
    world.apply(computeEnvironment("ce", repointing));
    await world.untilReady();
    const [first = ""] = environmentsOf(world).map((one) => one.computeEnvironmentName);
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: first }];
    for (const jobQueueName of strangers) {
      await outside.createJobQueue({ jobQueueName, priority: 1, computeEnvironmentOrder });
    }
    await world.seconds(60);
    world.aws.onChange(({ kind: changed, name, status }) => {
      if (changed !== "jobQueue" || status !== "VALID" || orderOf(world, name)[0] === first) return;
      const putBack = (): void => void outside.updateJobQueue({ jobQueue: name, computeEnvironmentOrder });
      if (afterSeconds === 0) putBack();
      else world.clock.schedule(afterSeconds * 1000, putBack);
    });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], repointing)));
    await world.until("it is reported", () => ready(world)?.reason === "Contested", 900);
    await world.seconds(3600);
    const writes = world.writes().filter((write) => write.startsWith("UpdateJobQueue"));
    expect(writes.length).toBeLessThan(10 * count);
    expect(world.violations).toEqual([]);
  },
);

it("one environment that AWS does not release blocks no other of a deleted object", async () => {
  const held = { ...ec2, replacement: { soakSeconds: 0, holdBefore: ["Delete" as const] } };
  const world = await aWorld();
  world.apply(computeEnvironment("ce", held));
  await world.untilReady();
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
  await world.until(
    "there are two",
    () => environmentsOf(world).filter(({ status }) => status === "VALID").length === 2,
  );
  const [stuck = ""] = environmentsOf(world).map((one) => one.computeEnvironmentName ?? "");
  deny(world, "DeleteComputeEnvironment", stuck);
  world.delete(kind, "ce");
  await world.until("one is left", () => environmentsOf(world).length === 1, 600);
  expect(environmentsOf(world)[0]?.computeEnvironmentName).toBe(stuck);
  await world.until("the refusal is reported", () => ready(world)?.message.includes(deniedDeletion) === true, 600);
  world.aws.faults.clear();
  await world.untilGone(900);
  expect(world.violations).toEqual([]);
});
