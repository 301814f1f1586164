import { describe, expect, it } from "vitest";
import type { SchedulingPolicySpec } from "../../src/api/v1alpha1/scheduling-policy.ts";
import { ownerTags } from "../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const decay = (shareDecaySeconds: number): SchedulingPolicySpec => ({ fairsharePolicy: { shareDecaySeconds } });

function policy(name: string, spec: SchedulingPolicySpec = decay(600), namespace = "team"): Manifest {
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "SchedulingPolicy", metadata: { name, namespace }, spec };
}

const fairShare = (name: string, namespace?: string) =>
  jobQueue("q1", ["ce"], {
    schedulingPolicyRef: { name, ...(namespace === undefined ? {} : { namespace }) },
  });
const queueOf = ({ aws }: World) => aws.truth.jobQueues().find(({ status }) => status !== "DELETED");
const arnOf = ({ aws }: World) => aws.truth.schedulingPolicies()[0]?.arn ?? "";
const policiesOf = ({ aws }: World) => aws.truth.schedulingPolicies().map(({ name }) => name);

describe("a policy of a fair-share queue", () => {
  it("is replaced without an interruption, although its object is deleted first", async () => {
    const world = await aWorld();
    world.apply(fairShare("old"), policy("old"), computeEnvironment("ce", ec2), jobDefinition("hello"));
    await world.untilReady();
    const states = new Set<string>();
    world.aws.onChange(({ kind, state = "" }) => kind === "jobQueue" && states.add(state));
    const job = world.aws.outside.submitPlannedJob(
      {
        jobName: "long",
        jobQueue: "team_q1",
        jobDefinition: "team_hello",
        shareIdentifier: "red",
        schedulingPriorityOverride: 1,
      },
      { durationMs: 600_000, exitCode: 0 },
    );
    const statusOf = () => world.aws.truth.jobs().find(({ id }) => id === job.jobId)?.status;
    await world.until("the job runs", () => statusOf() === "RUNNING");
    world.delete("SchedulingPolicy", "old");
    await world.seconds(30);
    expect(world.condition("SchedulingPolicy", "old", "Reconciling")).toMatchObject({
      reason: "InUse",
      message: "team_old is the policy of team_q1: give team_q1 another policy, or delete it",
    });
    world.apply(fairShare("new"), policy("new", decay(3600)));
    await world.until("the old policy is gone", () => !policiesOf(world).includes("team_old"), 120);
    expect(queueOf(world)?.schedulingPolicyArn).toMatch(/\/team_new$/);
    expect([...states]).toEqual(["ENABLED"]);
    expect(statusOf()).toBe("RUNNING");
    await world.until("the job is over", () => statusOf() === "SUCCEEDED", 900);
    await world.seconds(900);
    await world.untilReady();
    await expectStory(world, "policy of a fair-share queue replaced");
    await expectSilence(world);
  });

  it.each([
    [["SchedulingPolicy fair", "JobQueue q1", "BatchComputeEnvironment ce"]],
    [["BatchComputeEnvironment ce", "SchedulingPolicy fair", "JobQueue q1"]],
    [["JobQueue q1", "BatchComputeEnvironment ce", "SchedulingPolicy fair"]],
  ])("is deleted with everything else, in the order %j", async (order) => {
    const world = await aWorld();
    world.apply(policy("fair"), fairShare("fair"), computeEnvironment("ce", ec2));
    await world.untilReady();
    for (const one of order) {
      const [kind = "", name = ""] = one.split(" ");
      world.delete(kind as "JobQueue", name);
      await world.seconds(5);
    }
    await world.until("nothing is left", () => world.store.objects().length === 0, 600);
    expect([queueOf(world), policiesOf(world)]).toEqual([undefined, []]);
  });

  it("that somebody else changes is put back, and is contested at the third time", async () => {
    const world = await aWorld();
    world.apply(policy("fair", decay(60)));
    await world.untilReady();
    const arn = arnOf(world);
    for (const _time of [1, 2, 3, 4]) {
      await world.aws.outside.updateSchedulingPolicy({ arn, fairsharePolicy: { shareDecaySeconds: 7 } });
      await world.seconds(90);
    }
    expect(world.condition("SchedulingPolicy", "fair", "Contested")).toMatchObject({ status: "True" });
  });

  it("of another namespace is used only where its object allows it, by reference or by ARN", async () => {
    const world = await aWorld();
    world.apply(policy("fair", decay(60), "platform"), computeEnvironment("ce", ec2), fairShare("fair", "platform"));
    await world.until("the queue stalls", () => world.condition("JobQueue", "q1", "Stalled") !== undefined, 120);
    expect(world.condition("JobQueue", "q1", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    const arn = arnOf(world);
    world.apply(jobQueue("q1", ["ce"], { schedulingPolicyArn: arn }));
    await world.seconds(120);
    expect(world.condition("JobQueue", "q1", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    expect(queueOf(world)).toBeUndefined();
    world.apply(policy("fair", { ...decay(60), allowedNamespaces: { from: "All" } }, "platform"));
    await world.untilReady();
    expect(queueOf(world)?.schedulingPolicyArn).toBe(arn);
  });

  it("of another namespace is not used by its ARN before anybody has read whose it is", async () => {
    const world = await aWorld();
    const { arn } = await world.aws.outside.createSchedulingPolicy({
      name: "platform_fair",
      ...decay(60),
      tags: ownerTags({
        cluster: { name: "default", uid: "cluster-1" },
        namespace: "platform",
        name: "fair",
        uid: "1",
      }),
    });
    world.apply(policy("own"), fairShare("own"), computeEnvironment("ce", ec2));
    await world.untilReady();
    world.apply(jobQueue("q1", ["ce"], { schedulingPolicyArn: arn }));
    await world.until("the queue stalls", () => world.condition("JobQueue", "q1", "Stalled") !== undefined, 120);
    expect(world.condition("JobQueue", "q1", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    expect(queueOf(world)?.schedulingPolicyArn).toMatch(/\/team_own$/);
  });
});
