import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

/** The steps of docs/migration.md, with jobs that run meanwhile. */
const makers: readonly [string, Readonly<Record<string, string>>][] = [
  ["Terraform", { managed: "terraform" }],
  ["Crossplane", { "crossplane-kind": "computeenvironment.batch.aws.upbound.io", "crossplane-name": "workers" }],
];

/** What the other tool made: an environment, a queue on it, two revisions, and a job that runs. */
async function made(tags: Readonly<Record<string, string>>): Promise<World> {
  const world = await aWorld({
    flags: { adoptableNames: ["team/prod-*"], ignoreTagKeys: ["managed", "crossplane-*"] },
    knobs: { jobDurationMs: 3 * 3_600_000 },
  });
  const { outside } = world.aws;
  await outside.createComputeEnvironment({
    computeEnvironmentName: "prod-workers",
    type: "MANAGED",
    computeResources: ec2.computeResources,
    tags,
  } as never);
  await world.seconds(60);
  await outside.createJobQueue({
    jobQueueName: "prod-main",
    priority: 10,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: "prod-workers" }],
    tags,
  });
  const { containerProperties } = jobDefinition("x").spec as { containerProperties: object };
  for (const memory of ["512", "1024"]) {
    const resourceRequirements = [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: memory },
    ];
    await outside.registerJobDefinition({
      jobDefinitionName: "prod-crunch",
      type: "container",
      containerProperties: { ...containerProperties, resourceRequirements },
      tags,
    });
  }
  await world.seconds(30);
  await outside.submitJob({
    jobName: "long",
    jobQueue: "prod-main",
    jobDefinition: "prod-crunch",
  });
  return world;
}

const manifests = (spec = ec2) => {
  const adoptionPolicy = "IfMatching" as const;
  return [
    computeEnvironment("workers", { ...spec, adoptionPolicy, computeEnvironmentName: "prod-workers" }),
    jobQueue("main", ["workers"], { adoptionPolicy, jobQueueName: "prod-main", priority: 10 }),
    jobDefinition("crunch", { adoptionPolicy, jobDefinitionName: "prod-crunch" }),
  ];
};

const operations = (world: World): ReadonlySet<string | undefined> =>
  new Set(world.writes().map((write) => write.split(" ")[0]));
const environments = (world: World): readonly string[] =>
  world.aws.truth
    .computeEnvironments()
    .flatMap((one) => (one.status === "DELETED" ? [] : [one.computeEnvironmentName ?? ""]));
/** How the jobs have ended. */
const jobs = (world: World): readonly string[] =>
  world.aws.history.flatMap((change) =>
    change.kind === "job" && ["SUCCEEDED", "FAILED"].includes(change.status) ? [change.status] : [],
  );

describe.each(makers)("what %s made", (_maker, tags) => {
  it("becomes ours by tags alone, while its jobs run, and is then changed without an outage", async () => {
    const world = await made(tags);
    const revisions = world.aws.truth.jobDefinitions().length;
    world.apply(...manifests());
    await world.untilReady();
    expect(operations(world)).toEqual(new Set(["TagResource"]));
    expect(world.aws.truth.jobDefinitions()).toHaveLength(revisions);
    const writes = world.writes().length;
    await world.seconds(600);
    expect(world.writes()).toHaveLength(writes);

    world.apply(...manifests(withTypes(["m5.large"])));
    await world.seconds(5);
    await world.untilReady();
    await world.until("the first environment is gone", () => environments(world).length === 1, 5 * 3600);
    expect(world.violations).toEqual([]);
    expect(jobs(world)).toEqual(["SUCCEEDED"]);
  });

  it("is left alone where the manifests say anything else, and the difference is reported", async () => {
    const world = await made(tags);
    world.apply(...manifests(withTypes(["m5.large"])));
    await world.seconds(300);
    expect(operations(world)).not.toContain("CreateComputeEnvironment");
    const stalled = world.condition("BatchComputeEnvironment", "workers", "Stalled");
    expect(stalled?.message).toMatch(/instanceTypes/);
  });
});
