import { describe, expect, it } from "vitest";
import type { JobQueueSpec } from "../../src/api/v1alpha1/job-queue.ts";
import { accessDenied, type Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const soaking = { ...ec2, replacement: { soakSeconds: 3600 } };
const queueOf = ({ aws }: World) => aws.truth.jobQueues()[0];
const orderOf = (world: World): readonly (string | undefined)[] =>
  (queueOf(world)?.computeEnvironmentOrder ?? []).map(({ computeEnvironment }) => computeEnvironment?.split("/").pop());

/** A queue that has just gone over from the first environment to the second, both of which stand. */
async function handedOver(queue: Partial<JobQueueSpec> = {}): Promise<{ world: World; first: string; second: string }> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", soaking), jobQueue("q1", ["ce"], queue));
  await world.untilReady();
  const [first = ""] = orderOf(world);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], soaking)));
  await world.until("the queue has gone over", () => orderOf(world)[0] !== first && isValid(world));
  const [second = ""] = orderOf(world);
  await world.seconds(60);
  return { world, first, second };
}

const isValid = (world: World): boolean => queueOf(world)?.status === "VALID";

describe("a queue goes back from an environment that AWS finds INVALID", () => {
  it("also while AWS refuses its tags", async () => {
    const { world, first, second } = await handedOver();
    const isQueue = ({ input }: { readonly input: unknown }): boolean => JSON.stringify(input).includes("job-queue");
    const fault = accessDenied("batch:TagResource");
    world.aws.faults.add({ fault, on: (call) => call.operation === "TagResource" && isQueue(call) });
    world.apply(jobQueue("q1", ["ce"], { tags: { "cost-centre": "42" } }));
    await world.seconds(60);
    world.aws.outside.invalidate(second, "CLIENT_ERROR - the launch template is gone");
    await world.until("the queue has gone back", () => orderOf(world)[0] === first, 90);
    expect(world.condition("JobQueue", "q1", "Ready")?.message).toContain("batch:TagResource");
  });

  it("also while somebody else changes its priority time and again", async () => {
    const { world, first, second } = await handedOver({ priority: 5 });
    for (const _time of [1, 2, 3, 4]) {
      await world.aws.outside.updateJobQueue({ jobQueue: "team_q1", priority: 9 });
      await world.seconds(90);
    }
    expect(world.condition("JobQueue", "q1", "Contested")?.status).toBe("True");
    world.aws.outside.invalidate(second, "CLIENT_ERROR - the launch template is gone");
    await world.until("the queue has gone back", () => orderOf(world)[0] === first, 90);
  });

  it("also while AWS refuses the value of another field", async () => {
    const { world, first, second } = await handedOver();
    const isPriority = ({ input }: { readonly input: unknown }): boolean => "priority" in (input as object);
    const message = "Error executing request, Exception : that priority is none, RequestId: 1";
    const fault: Fault = { kind: "refuse", exception: "ClientException", message, httpStatusCode: 400 };
    world.aws.faults.add({ fault, on: (call) => call.operation === "UpdateJobQueue" && isPriority(call) });
    world.apply(jobQueue("q1", ["ce"], { priority: 8 }));
    await world.seconds(60);
    world.aws.outside.invalidate(second, "CLIENT_ERROR - the launch template is gone");
    await world.until("the queue has gone back", () => orderOf(world)[0] === first, 90);
    expect(world.condition("JobQueue", "q1", "Ready")?.message).toContain("that priority is none");
  });

  it("also while its spec asks for what cannot be had", async () => {
    const { world, first, second } = await handedOver();
    const schedulingPolicyArn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair";
    world.apply(jobQueue("q1", ["ce"], { schedulingPolicyArn }));
    const reason = (): string | undefined => world.condition("JobQueue", "q1", "Stalled")?.reason;
    await world.until("the queue is Stalled", () => reason() === "SchedulingPolicyFixed");
    world.aws.outside.invalidate(second, "CLIENT_ERROR - the launch template is gone");
    await world.until("the queue has gone back", () => orderOf(world)[0] === first, 90);
    expect(reason()).toBe("SchedulingPolicyFixed");
  });
});

it("a queue is disabled also while AWS refuses its order", async () => {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
  await world.untilReady();
  const isOrder = ({ input }: { readonly input: unknown }): boolean => "computeEnvironmentOrder" in (input as object);
  const message = "Error executing request, Exception : that order is none, RequestId: 1";
  const fault: Fault = { kind: "refuse", exception: "ClientException", message, httpStatusCode: 400 };
  world.aws.faults.add({ fault, on: (call) => call.operation === "UpdateJobQueue" && isOrder(call) });
  world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
  await world.seconds(300);
  world.apply(jobQueue("q1", ["ce"], { state: "DISABLED" }));
  await world.until("the queue is DISABLED", () => queueOf(world)?.state === "DISABLED", 60);
  await world.seconds(60);
  expect(world.condition("JobQueue", "q1", "Ready")?.message).toContain("that order is none");
});

it.each([
  ["is handed over", 0],
  ["is handed over", 3],
  ["goes where its spec says", 0],
])("a queue that somebody enables each time %s all the same, after %i s", async (what, afterSeconds) => {
  const world = await aWorld();
  const { outside } = world.aws;
  world.apply(computeEnvironment("ce", ec2), computeEnvironment("other", ec2), jobQueue("q1", ["ce"]));
  await world.untilReady();
  const [first = ""] = orderOf(world);
  world.aws.onChange(({ kind, name, status, state }) => {
    if (kind !== "jobQueue" || status !== "VALID" || state !== "DISABLED") return;
    const enable = (): void => void outside.updateJobQueue({ jobQueue: name, state: "ENABLED" });
    if (afterSeconds === 0) enable();
    else world.clock.schedule(afterSeconds * 1000, enable);
  });
  world.apply(jobQueue("q1", ["ce"], { state: "DISABLED" }));
  await world.seconds(600);
  if (what === "is handed over") world.apply(computeEnvironment("ce", withTypes(["m5.large"])));
  else {
    outside.invalidate(first, "CLIENT_ERROR - the launch template is gone");
    await world.seconds(60);
    world.apply(jobQueue("q1", ["other"], { state: "DISABLED" }));
  }
  await world.until("the queue has gone over", () => orderOf(world)[0] !== first, 300);
});

it("a queue whose only environment is INVALID is not reported Ready while AWS validates it again", async () => {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
  await world.untilReady();
  const [only = ""] = orderOf(world);
  world.aws.outside.invalidate(only, "CLIENT_ERROR - the role is gone");
  await world.seconds(1200);
  expect(world.condition("JobQueue", "q1", "Stalled")?.reason).toBe("NoUsableEnvironment");
  const reported: string[] = [];
  world.store.onChange((_before, after) => {
    if (after?.kind === "JobQueue") reported.push(world.condition("JobQueue", "q1", "Ready")?.status ?? "");
  });
  const checks = (): number => world.aws.log.filter(({ operation }) => operation === "UpdateComputeEnvironment").length;
  const before = checks();
  await world.seconds(7200);
  expect(checks()).toBeGreaterThan(before);
  expect(reported.filter((status) => status !== "False")).toEqual([]);
  world.aws.outside.heal(only);
  await world.untilReady();
});

it.each<[string, readonly string[]]>([
  ["Ready", ["ce"]],
  ["not Ready, for an entry is missing", ["ce", "missing"]],
])(
  "what somebody else changes each minute is corrected a few times an hour, and reported so: %s",
  async (_name, entries) => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q1", entries, { priority: 5 }));
    await world.seconds(300);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await world.seconds(60);
      if (!isValid(world) || queueOf(world)?.priority !== 5) continue;
      await world.aws.outside.updateJobQueue({ jobQueue: "team_q1", priority: 9 });
    }
    expect(world.condition("JobQueue", "q1", "Contested")?.message).toContain("spec.priority");
    expect(world.writes().filter((write) => write.startsWith("UpdateJobQueue")).length).toBeLessThan(12);
    const events = world.store.events() as readonly { readonly reason?: string }[];
    expect(events.filter(({ reason }) => reason === "DriftCorrected")).not.toEqual([]);
  },
);
