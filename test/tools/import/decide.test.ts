import { describe, expect, test } from "vitest";
import { createdAtTag, ownerTags, retainedFromTag } from "../../../src/controllers/ownership/ownership.ts";
import { type Choice, type Decision, decide, fileText } from "../../../src/tools/import/decide.ts";
import { foundIn } from "../../../src/tools/import/found.ts";
import { crds } from "../../../src/tools/manifests.ts";
import { type BatchRecords, readBatch } from "../../../src/tools/plan/copy/batch.ts";
import { type Account, account, containerJob, ec2, queue } from "../../simulator/account.ts";

const choice: Choice = {
  namespace: "team",
  region: "us-east-1",
  names: ["*"],
  retain: false,
  keptValues: [],
  clusterName: "default",
  clusterPrefix: "",
  ignoreTagKeys: [],
  crds,
  known: new Map(),
};

async function recordsOf({ aws, clock }: Account): Promise<BatchRecords> {
  await clock.advance(60_000);
  return await readBatch(aws.batch, { ...aws, partition: "aws" }, new AbortController().signal);
}

async function decided(world: Account, change: Partial<Choice> = {}): Promise<Decision> {
  return decide(foundIn({ name: "us-east-1", records: await recordsOf(world) }), { ...choice, ...change });
}

const tagsOf = (name: string, cluster = "default") =>
  ownerTags({ cluster: { name: cluster, uid: "u" }, namespace: "team", name, uid: "1" });

function specs({ objects }: Decision): Readonly<Record<string, unknown>> {
  return Object.fromEntries(objects.map(({ kind, name, manifest }) => [`${kind} ${name}`, manifest.spec]));
}

/** Of what is not imported: the name in AWS, and why. */
function others(found: readonly { readonly awsName: string; readonly why: string }[]): readonly string[] {
  return found.map(({ awsName, why }) => `${awsName}: ${why}`);
}

describe("an account", () => {
  test("becomes one file for each resource, with references to what else is imported", async () => {
    const world = account();
    await world.aws.outside.createComputeEnvironment({
      ...ec2("prod-ce"),
      tags: { team: "a", "crossplane-name": "x" },
    });
    await world.aws.outside.createComputeEnvironment(ec2("left-out"));
    await world.clock.advance(60_000);
    await world.aws.outside.createJobQueue(queue("prod-q", "prod-ce", "left-out"));
    await world.aws.outside.registerJobDefinition(containerJob("prod-d"));
    await world.aws.outside.registerJobDefinition(containerJob("prod-d", { propagateTags: true }));
    const made = await decided(world, { names: ["prod-*"], retain: true });
    expect(made.objects.map(({ file }) => file)).toEqual([
      "us-east-1/batchcomputeenvironment-prod-ce.yaml",
      "us-east-1/jobqueue-prod-q.yaml",
      "us-east-1/jobdefinition-prod-d.yaml",
    ]);
    const { "JobQueue prod-q": inQueue, "JobDefinition prod-d": inDefinition } = specs(made);
    expect(inQueue).toEqual({
      jobQueueName: "prod-q",
      priority: 1,
      computeEnvironmentOrder: [
        { order: 1, computeEnvironmentRef: { name: "prod-ce" } },
        { order: 2, computeEnvironment: expect.stringMatching(/^arn:.*\/left-out$/) },
      ],
      region: "us-east-1",
      deletionPolicy: "Retain",
      adoptionPolicy: "IfMatching",
    });
    // The newest revision.
    expect(inDefinition).toMatchObject({ propagateTags: true });
    expect(specs(made)["BatchComputeEnvironment prod-ce"]).toMatchObject({ tags: { team: "a" } });
    expect(made.toolTagKeys).toEqual(["crossplane-name"]);
    expect([made.skipped, made.inexpressible, made.renamed]).toEqual([[], [], []]);
  });

  test("gives the same bytes whatever order AWS lists it in", async () => {
    const world = account();
    for (const name of ["b", "A", "c"]) await world.aws.outside.registerJobDefinition(containerJob(name));
    const records = await recordsOf(world);
    const texts = (given: BatchRecords) =>
      decide(foundIn({ name: "us-east-1", records: given }), choice).objects.map(fileText);
    expect(texts({ ...records, jobDefinitions: [...records.jobDefinitions].reverse() })).toEqual(texts(records));
  });

  test("of several regions keeps them apart", async () => {
    const world = account();
    await world.aws.outside.registerJobDefinition(containerJob("d"));
    const records = await recordsOf(world);
    const { objects } = decide(
      ["us-east-1", "eu-west-1"].flatMap((name) => foundIn({ name, records })),
      choice,
    );
    expect(objects.map(({ file, manifest }) => [file, (manifest.spec as { readonly region: string }).region])).toEqual([
      ["us-east-1/jobdefinition-d.yaml", "us-east-1"],
      ["eu-west-1/jobdefinition-d-eu-west-1.yaml", "eu-west-1"],
    ]);
  });

  test("has a TODO where a value is probably a secret", async () => {
    const world = account();
    const { containerProperties } = containerJob("d");
    const environment = [{ name: "DB_PASSWORD", value: "hunter22" }];
    await world.aws.outside.registerJobDefinition(
      containerJob("d", { containerProperties: { ...containerProperties, environment } }),
    );
    const [object] = (await decided(world)).objects;
    if (object === undefined) throw new Error("nothing is imported");
    expect(fileText(object)).toContain(
      [
        "    environment:",
        "      - name: DB_PASSWORD",
        "        # TODO: the value is left out here, because it is probably a secret. Keep it in AWS Secrets Manager or SSM Parameter Store, add {name: DB_PASSWORD, valueFrom: its ARN} under secrets, and remove this entry.",
        "        value: TODO",
      ].join("\n"),
    );
  });
});

describe("a name in AWS", () => {
  test("that objects have by default is left out, and others are given", async () => {
    const world = account();
    for (const name of ["team_a", "team_B", "c"]) await world.aws.outside.registerJobDefinition(containerJob(name));
    expect(specs(await decided(world))).toMatchObject({
      "JobDefinition a": expect.not.objectContaining({ jobDefinitionName: expect.anything() }),
      "JobDefinition b": { jobDefinitionName: "team_B" },
      "JobDefinition c": { jobDefinitionName: "c" },
    });
  });
});

describe("what belongs to somebody", () => {
  test("is skipped, with the owner", async () => {
    const world = account();
    await world.aws.outside.registerJobDefinition(containerJob("d", { tags: tagsOf("d") }));
    // By hand, above one of the operator's.
    await world.aws.outside.registerJobDefinition(containerJob("d", { propagateTags: true }));
    const made = await decided(world);
    expect(made.objects).toEqual([]);
    expect(others(made.skipped)).toEqual([
      "d: it belongs to default/team/d already (cluster/namespace/name, from its tags)",
    ]);
  });

  test("goes back to its object after Retain, and to no other one", async () => {
    const world = account();
    const { outside } = world.aws;
    await outside.registerJobDefinition(
      containerJob("team_old", { tags: { [retainedFromTag]: "default/team/other" } }),
    );
    await outside.registerJobDefinition(containerJob("x", { tags: { [retainedFromTag]: "default/prod/x" } }));
    const made = await decided(world);
    expect(specs(made)).toMatchObject({ "JobDefinition other": { jobDefinitionName: "team_old" } });
    expect(others(made.skipped)).toEqual([
      `x: it was left behind by default/prod/x (cluster/namespace/name), and only that object may have it again: import it with that --cluster-name and -n, or remove its tag ${retainedFromTag} by aws batch untag-resource`,
    ]);
  });

  test("of several environments that Retain left behind for one object the newest is imported", async () => {
    const world = account();
    const left = (name: string, at: string) =>
      world.aws.outside.createComputeEnvironment({
        ...ec2(name),
        tags: { [retainedFromTag]: "default/team/ce", [createdAtTag]: at },
      });
    await left("team_ce-11111111", "2026-02-01T00:00:00Z");
    await left("team_ce-22222222", "2026-01-01T00:00:00Z");
    const made = await decided(world);
    expect(made.objects.map(({ name, awsName }) => [name, awsName])).toEqual([["ce", "team_ce-11111111"]]);
    expect(specs(made)["BatchComputeEnvironment ce"]).not.toHaveProperty("computeEnvironmentName");
    expect(others(made.skipped)).toEqual([
      "team_ce-22222222: it was left behind by the same object as team_ce-11111111, which is newer",
    ]);
  });
});

test("what is being deleted is skipped", async () => {
  const world = account();
  await world.aws.outside.createComputeEnvironment(ec2("ce"));
  const { computeEnvironments: environments, ...others } = await recordsOf(world);
  const deleting = {
    ...others,
    computeEnvironments: environments.map((one) => ({ ...one, status: "DELETING" as const })),
  };
  const { objects, skipped } = decide(foundIn({ name: "us-east-1", records: deleting }), choice);
  expect(objects).toEqual([]);
  expect(skipped).toEqual([
    {
      kind: "BatchComputeEnvironment",
      region: "us-east-1",
      awsName: "ce",
      why: "AWS is deleting it (DELETING)",
      isExpected: true,
    },
  ]);
});

test("what no manifest can say is reported with the field, and not referred to", async () => {
  const world = account();
  await world.aws.outside.createComputeEnvironment(ec2("ce"));
  await world.clock.advance(60_000);
  await world.aws.outside.createJobQueue(queue("q", "ce"));
  const { computeEnvironments: environments, ...rest } = await recordsOf(world);
  const odd = environments.map((one) => ({ ...one, computeResources: { ...one.computeResources, type: "MOON" } }));
  const records = { ...rest, computeEnvironments: odd } as unknown as BatchRecords;
  const made = decide(foundIn({ name: "us-east-1", records }), choice);
  expect(made.inexpressible).toEqual([
    expect.objectContaining({ awsName: "ce", why: expect.stringMatching(/^spec\.computeResources\.type: /) }),
  ]);
  expect(specs(made)["JobQueue q"]).toMatchObject({
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: expect.stringMatching(/\/ce$/) }],
  });
});

describe("quota shares", () => {
  const limits = (capacityUnit: string) => [{ capacityUnit, maxCapacity: 4 }];
  const shared = async () => {
    const world = account();
    const { outside } = world.aws;
    const { arn = "" } = await outside.createSchedulingPolicy({
      name: "quotas",
      quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
    });
    for (const serviceEnvironmentName of ["prod-sm", "dev-sm"]) {
      await outside.createServiceEnvironment({
        serviceEnvironmentName,
        serviceEnvironmentType: "SAGEMAKER_TRAINING",
        capacityLimits: limits("ml.m5.large"),
      });
    }
    await world.clock.advance(60_000);
    for (const jobQueueName of ["prod", "dev"]) {
      await outside.createJobQueue({
        jobQueueName,
        priority: 1,
        jobQueueType: "SAGEMAKER_TRAINING",
        schedulingPolicyArn: arn,
        serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: `${jobQueueName}-sm` }],
      });
    }
    await world.clock.advance(60_000);
    for (const jobQueue of ["prod", "dev"]) {
      await outside.createQuotaShare({
        quotaShareName: "red",
        jobQueue,
        capacityLimits: limits("ml.m5.large"),
        resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" },
        preemptionConfiguration: { inSharePreemption: "DISABLED" },
      });
    }
    return world;
  };

  test("become objects in their queues, also where two queues have one of the same name", async () => {
    const made = await decided(await shared());
    const shares = made.objects.filter(({ kind }) => kind === "QuotaShare");
    expect(shares.map(({ awsName, name }) => `${awsName} ${name}`)).toEqual(["dev/red red", "prod/red red-prod"]);
    expect(shares[0]?.manifest.spec).toEqual({
      quotaShareName: "red",
      jobQueueRef: { name: "dev" },
      capacityLimits: limits("ml.m5.large"),
      resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
      region: "us-east-1",
      adoptionPolicy: "IfMatching",
    });
    expect([made.skipped, made.inexpressible]).toEqual([[], []]);
  });

  test("name a queue that is not imported as it is in AWS", async () => {
    const made = await decided(await shared(), { names: ["prod/*"] });
    expect(made.objects.map(({ manifest }) => manifest.spec)).toMatchObject([{ jobQueue: "prod" }]);
  });
});
