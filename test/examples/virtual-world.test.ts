import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../src/api/object.ts";
import type { JobQueueSpec } from "../../src/api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { expectSilence } from "../stories/story.ts";
import {
  deleteAll,
  exampleNamed,
  exampleWorld,
  identityNames,
  jobNames,
  liveNames,
  manifestsOf,
  possibleExamples,
  prepare,
  region,
  selfContained,
} from "./examples.ts";

/** What of a spec AWS shows again under the same name. */
const shownByAws = [
  "type",
  "serviceRole",
  "unmanagedvCpus",
  "computeResources",
  "eksConfiguration",
  "priority",
  "schedulingPolicyArn",
  "fairsharePolicy",
  "quotaSharePolicy",
  "resourceSharingConfiguration",
  "preemptionConfiguration",
  "serviceEnvironmentType",
  "capacityLimits",
  "jobStateTimeLimitActions",
  "containerProperties",
  "nodeProperties",
  "eksProperties",
  "platformCapabilities",
  "schedulingPriority",
  "timeout",
];

function awsSide(aws: SimulatedAws, { kind, status }: KubeObject): unknown {
  const { arn } = status as { readonly arn: string };
  switch (kind) {
    case "BatchComputeEnvironment":
      return aws.truth.computeEnvironments().find((one) => one.computeEnvironmentArn === arn);
    case "JobQueue":
      return aws.truth.jobQueues().find((one) => one.jobQueueArn === arn);
    case "SchedulingPolicy":
      return aws.truth.schedulingPolicies().find((one) => one.arn === arn);
    case "ServiceEnvironment":
      return aws.truth.serviceEnvironments().find((one) => one.serviceEnvironmentArn === arn);
    case "BatchRole":
      return aws.truth.roles().find((one) => one.arn === arn);
    case "QuotaShare":
      return aws.truth.quotaShares().find((one) => one.quotaShareArn === arn);
    default:
      return aws.truth.jobDefinitions().find((one) => one.jobDefinitionArn === arn);
  }
}

/** AWS has what they lead to. */
function withoutReferences(resources: object): object {
  return Object.fromEntries(Object.entries(resources).filter(([field]) => !field.endsWith("Ref")));
}

function desired({ spec }: KubeObject): unknown {
  return Object.fromEntries(
    Object.entries(spec as Readonly<Record<string, unknown>>)
      .filter(([field]) => shownByAws.includes(field))
      .map(([field, value]) => [field, field === "computeResources" ? withoutReferences(value as object) : value]),
  );
}

describe.each(possibleExamples)("$name", (example) => {
  it("is Ready with what its manifests say, then silent, and is deleted to nothing", async () => {
    const world = await exampleWorld();
    await prepare(world.aws, example);
    world.aws.knobs.strictIam = selfContained.includes(example.name);
    const manifests = await manifestsOf(example);
    world.apply(...manifests);

    await world.untilReady(300);
    const objects = world.store.objects();
    expect(objects).toHaveLength(manifests.length);
    const resources = objects.filter(({ kind }) => kind !== "BatchNetwork");
    for (const object of resources) expect(awsSide(world.aws, object)).toMatchObject(desired(object) as object);
    const inBatch = manifests.filter(({ kind }) => kind !== "BatchRole" && kind !== "BatchNetwork");
    // What the operator makes to verify an environment goes within two minutes; AWS remembers the job.
    await world.until("its own queues are gone", () => liveNames(world.aws).every((name) => !name.endsWith("-verify")));
    const jobs = jobNames(world.aws).filter((name) => !name.startsWith("verify-"));
    expect([...liveNames(world.aws), ...jobs]).toHaveLength(inBatch.length);

    await expectSilence(world);

    deleteAll(world);
    await world.untilGone(600);
    expect([liveNames(world.aws), identityNames(world.aws)]).toEqual([[], []]);
    expect(world.violations).toEqual([]);
    expect(world.denials).toEqual([]);
    expect(world.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

it("spot-with-fallback gives AWS the order that it has in the manifest", async () => {
  const world = await exampleWorld();
  world.apply(...(await manifestsOf(exampleNamed("spot-with-fallback"))));
  await world.untilReady();
  const [queue] = world.aws.truth.jobQueues();
  const bases = queue?.computeEnvironmentOrder?.map(({ computeEnvironment = "" }) =>
    computeEnvironment.replace(/^.*\/default_/, "").replace(/-[0-9a-f]{8}$/, ""),
  );
  expect(bases).toEqual(["fallback-spot", "fallback-on-demand"]);
});

it("fair-share with a policy of others is Stalled with AWS's words, and goes on when the policy has been made", async () => {
  const world = await exampleWorld();
  const example = exampleNamed("fair-share");
  const name = "teams";
  const arn = `arn:aws:batch:${region}:123456789012:scheduling-policy/${name}`;
  const manifests = (await manifestsOf(example)).filter(({ kind }) => kind !== "SchedulingPolicy");
  world.apply(
    ...manifests.map((one): Manifest => {
      if (one.kind !== "JobQueue") return one;
      const { schedulingPolicyRef: _ours, ...spec } = one.spec as JobQueueSpec;
      return { ...one, spec: { ...spec, schedulingPolicyArn: arn } };
    }),
  );
  const count = (text: string): number => world.transcript().split(text).length - 1;
  const stalled = (): Condition | undefined => {
    const queue = world.store.object(JobQueueKind, { namespace: "default", name: "fair-share" });
    return (queue === undefined ? [] : conditionsOf(queue)).find(({ type }) => type === "Stalled");
  };
  await world.until("the queue stalls", () => stalled()?.reason === "DependencyNotReady");
  expect(stalled()?.message).toContain(`was refused: SchedulingPolicy ${arn} not found.`);
  // With growing pauses, and without going to and fro: refused at first, then stalled.
  expect(count("CreateJobQueue")).toBeLessThan(20);
  expect(count("JobQueue fair-share: Ready=False DependencyNotReady Reconciling")).toBe(1);
  expect(count("JobQueue fair-share: Ready=False DependencyNotReady Stalled")).toBe(1);
  expect(count("JobQueue fair-share: Ready=False Creating")).toBe(0);

  await world.aws.outside.createSchedulingPolicy({ name, fairsharePolicy: {} });
  await world.untilReady(600);
});
