/** What a job may use is asked again at the moment of its submission, whoever registered it and whenever. */

import { describe, expect, it } from "vitest";
import type { BatchJobSpec } from "../../src/api/v1alpha1/batch-job.ts";
import type { JobDefinitionSpec } from "../../src/api/v1alpha1/job-definition.ts";
import { BatchJobKind, ConsumableResourceKind } from "../../src/api/v1alpha1/kinds.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, quotaShare, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { hasReason, inNamespace, isIn, jobs, long, setStatus, statusOf } from "./jobs.ts";
import { aWorld } from "./story.ts";

const account = "123456789012";
const admin = `arn:aws:iam::${account}:role/admin`;
const worker = `arn:aws:iam::${account}:role/worker`;
const body = (jobDefinition("any").spec as JobDefinitionSpec).containerProperties ?? {};
/** Of the environments of the stories. */
const instances = "arn:aws:iam::*:instance-profile/*";
const withRole = (jobRoleArn: string) => ({ containerProperties: { ...body, jobRoleArn } as never });
const seats = (namespace: string, spec: object = {}) =>
  inNamespace(namespace, {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ConsumableResource",
    metadata: { name: "seats" },
    spec: { totalQuantity: 2, ...spec },
  } as never);
const holding = (...names: readonly string[]) => ({
  consumableResourceList: names.map((consumableResource) => ({ consumableResource, quantity: 1 })),
});
const place = [computeEnvironment("environment", ec2), jobQueue("queue", ["environment"])];

/** Two seconds are enough for what a watch shows; the rest is the pass. */
const soon = 5;
const messageOf = (world: World, name: string): string =>
  world.condition("BatchJob", name, "Ready")?.message ?? "no condition";
const isRefused = (world: World, name: string, reason = "NotAllowed") => hasReason(world, name, reason);
const submitted = (world: World) => jobs(world).map(({ request }) => request.jobName?.replace(/_[^_]*$/, ""));

/** A job that is refused: AWS is sent nothing for it, for ten minutes. */
async function expectRefused(world: World, name: string, reason: string, words: readonly string[]): Promise<void> {
  const before = jobs(world).length;
  await world.until(`${name} is refused`, isRefused(world, name, reason), 90);
  for (const word of words) expect(messageOf(world, name)).toContain(word);
  await world.seconds(600);
  expect([jobs(world).length, statusOf(world, name).jobId]).toEqual([before, undefined]);
}

describe("a role that was taken away from a namespace", () => {
  /** A definition whose role the namespace may use until `withdraw`, and a job of it that runs. */
  async function granted(): Promise<{ world: World; withdraw: () => void }> {
    const world = await aWorld({ permissions: { passRoleArns: ["*"] } });
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-arns": `${worker},${instances}` } });
    world.apply(...place, jobDefinition("definition", withRole(worker)));
    await world.untilReady();
    world.apply(batchJob("before", long));
    await world.until("it runs", isIn(world, "before", "RUNNING"));
    return {
      world,
      withdraw: () =>
        world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-arns": instances } }),
    };
  }

  const forms: readonly (readonly [form: string, spec: Partial<BatchJobSpec>])[] = [
    ["a reference", {}],
    ["its name", { jobDefinitionRef: undefined, jobDefinition: "team_definition" }],
    ["its revision", { jobDefinitionRef: undefined, jobDefinition: "team_definition:1" }],
    [
      "its ARN",
      {
        jobDefinitionRef: undefined,
        jobDefinition: `arn:aws:batch:eu-west-1:${account}:job-definition/team_definition:1`,
      },
    ],
  ];
  it.each(forms)("ends new submissions by %s, and leaves alone what runs", async (_form, spec) => {
    const { world, withdraw } = await granted();
    withdraw();
    world.apply(batchJob("after", spec));
    await expectRefused(world, "after", "NotAllowed", ["team_definition:1", worker]);
    expect(jobs(world).map(({ status }) => status)).toEqual(["SUCCEEDED"]);
  });

  it.each(forms)("is given back within seconds of the annotation, by %s", async (_form, spec) => {
    const { world, withdraw } = await granted();
    withdraw();
    world.apply(batchJob("after", spec));
    await world.until("it is refused", isRefused(world, "after"), soon);
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-arns": `${worker},${instances}` } });
    await world.until("it is submitted", () => statusOf(world, "after").jobId !== undefined, soon);
  });

  it("ends the submission of a job that waited for its turn when it was taken away", async () => {
    const { world, withdraw } = await granted();
    world.apply(batchJob("waits", { suspend: true }));
    await world.seconds(30);
    withdraw();
    world.apply(batchJob("waits", { suspend: false }));
    await expectRefused(world, "waits", "NotAllowed", [worker]);
  });

  it("ends the submissions of an operator that begins with a shorter list of its flag", async () => {
    const { world } = await granted();
    world.store.setNamespace("team", {});
    await world.stop();
    const { aws, clock, store } = world;
    const flags = { allowedRoleArns: [instances] };
    const next = await aWorld({ aws, clock, store, flags, permissions: { passRoleArns: ["*"] } });
    next.apply(batchJob("after"));
    await expectRefused(next, "after", "NotAllowed", ["--allowed-role-arns: "]);
  });

  it("ends new submissions of those with whom the definition is shared", async () => {
    const { world, withdraw } = await granted();
    const sharing = { allowedNamespaces: { from: "All" } } as const;
    world.apply(jobDefinition("definition", { ...withRole(worker), ...sharing }));
    world.apply(jobQueue("queue", ["environment"], sharing));
    const theirs = (name: string) =>
      inNamespace(
        "guest",
        batchJob(name, {
          jobQueueRef: { name: "queue", namespace: "team" },
          jobDefinitionRef: { name: "definition", namespace: "team" },
        }),
      );
    world.apply(theirs("first"));
    await world.until("it is submitted", () => jobs(world).length === 2, 30);
    withdraw();
    world.apply(theirs("second"));
    await world.seconds(300);
    expect(submitted(world)).toEqual(["team_before", "guest_first"]);
  });

  it.each([
    ["the execution role", { containerProperties: { ...body, executionRoleArn: worker } as never }],
    [
      "a task of ECS",
      {
        type: "container",
        containerProperties: undefined,
        ecsProperties: {
          taskProperties: [{ taskRoleArn: worker, containers: [{ name: "main", ...body }] }],
        },
      } as never,
    ],
    [
      "a range of nodes",
      {
        type: "multinode",
        containerProperties: undefined,
        nodeProperties: {
          mainNode: 0,
          numNodes: 2,
          nodeRangeProperties: [
            { targetNodes: "0:0", container: { ...body, image: "public.ecr.aws/docker/library/busybox:1" } },
            {
              targetNodes: "1:1",
              container: { ...body, image: "public.ecr.aws/docker/library/busybox:1", jobRoleArn: worker },
            },
          ],
        },
      } as never,
    ],
  ])("is asked for again in %s", async (_where, spec) => {
    const world = await aWorld({ permissions: { passRoleArns: ["*"] } });
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-arns": `${worker},${instances}` } });
    world.apply(...place, jobDefinition("definition", spec));
    await world.untilReady();
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-arns": instances } });
    world.apply(batchJob("after"));
    await expectRefused(world, "after", "NotAllowed", [worker]);
  });
});

describe("a role of the operator whose permission was taken away", () => {
  const readBuckets = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }],
  });
  const cases = [
    ["a policy", { policyArns: [readBuckets] }, { "awsbatch.dev/allowed-policy-arns": readBuckets }, readBuckets],
    ["an inline policy", { inlinePolicies: { read: document } }, { "awsbatch.dev/allow-inline-policies": "true" }, ""],
    ["a tag", { tags: { project: "x" } }, { "awsbatch.dev/allowed-role-tag-keys": "project" }, "project"],
    ["no boundary", {}, {}, "boundary"],
  ] as const;
  it.each(cases)("with %s is not given to new jobs", async (what, jobRole, annotations, word) => {
    const permissions = { policyArns: [readBuckets], inlinePolicies: true, roleTagKeys: ["project"] };
    const world = await aWorld({ permissions });
    world.store.setNamespace("team", { annotations });
    const bounded = { permissionsBoundary: `arn:aws:iam::${account}:policy/own` };
    world.apply(
      ...place,
      jobDefinition("definition", { iam: { jobRole: what === "no boundary" ? bounded : jobRole } }),
    );
    await world.untilReady(120);
    const withdrawn = { "awsbatch.dev/permissions-boundary": `arn:aws:iam::${account}:policy/boundary` };
    world.store.setNamespace("team", { annotations: what === "no boundary" ? withdrawn : {} });
    world.apply(batchJob("after"));
    await expectRefused(world, "after", "NotAllowed", [word]);
  });

  const byName = { jobDefinitionRef: undefined, jobDefinition: "team_definition:1" };
  const kept: readonly (readonly [how: string, annotations: Readonly<Record<string, string>>, iam: object])[] = [
    ["because of a pause", { "awsbatch.dev/paused": "true" }, {}],
    ["because of a dry-run", { "awsbatch.dev/dry-run": "true" }, {}],
    ["because of another role that is not allowed", {}, { executionRole: { policyArns: [readBuckets] } }],
    ["because of another role that is not valid", {}, { executionRole: { inlinePolicies: { a: "{" } } }],
  ];
  const asked: readonly (readonly [form: string, spec: Partial<BatchJobSpec>])[] = [
    ["a reference", {}],
    ["its revision", byName],
  ];
  const keptFor = kept.flatMap(([how, annotations, iam]) =>
    asked.map(([form, spec]) => ({ how, form, annotations, iam, spec })),
  );
  it.each(keptFor)(
    "is not given to new jobs where the spec asks for less and IAM keeps it $how, by $form",
    async (given) => {
      const { annotations, iam, spec } = given;
      const world = await aWorld({ permissions: { policyArns: [readBuckets] } });
      const limits = { "awsbatch.dev/allow-inline-policies": "true" };
      world.store.setNamespace("team", { annotations: { ...limits, "awsbatch.dev/allowed-policy-arns": readBuckets } });
      world.apply(...place, jobDefinition("definition", { iam: { jobRole: { policyArns: [readBuckets] } } }));
      await world.untilReady(120);
      world.store.setNamespace("team", { annotations: limits });
      const edited = jobDefinition("definition", { iam: { jobRole: {}, ...iam } });
      world.apply({ ...edited, metadata: { ...edited.metadata, annotations } }, batchJob("after", spec));
      await world.seconds(600);
      expect(jobs(world)).toEqual([]);
      expect(hasReason(world, "after", "WaitingForDefinition")()).toBe(true);
    },
  );

  it("is given to new jobs as soon as IAM has what the spec says", async () => {
    const world = await aWorld({ permissions: { policyArns: [readBuckets] } });
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-policy-arns": readBuckets } });
    world.apply(...place, jobDefinition("definition", { iam: { jobRole: { policyArns: [readBuckets] } } }));
    await world.untilReady(120);
    world.store.setNamespace("team", {});
    world.apply(jobDefinition("definition", { iam: { jobRole: {} } }), batchJob("after", byName));
    await world.until("it is submitted", () => statusOf(world, "after").jobId !== undefined, 30);
    const policies = world.aws.truth
      .roles()
      .flatMap(({ arn, attached }) => (arn.includes("/job/") ? [...attached] : []));
    expect(policies).toEqual([]);
  });

  it("is not given to jobs of an older revision, of which no spec says any more what it may do", async () => {
    const world = await aWorld({ permissions: { policyArns: [readBuckets] } });
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-policy-arns": readBuckets } });
    world.apply(...place, jobDefinition("definition", { iam: { jobRole: { policyArns: [readBuckets] } } }));
    await world.untilReady(120);
    world.store.setNamespace("team", {});
    world.apply(jobDefinition("definition", { timeout: { attemptDurationSeconds: 60 } }));
    await world.seconds(5);
    world.apply(batchJob("old", { jobDefinitionRef: undefined, jobDefinition: "team_definition:1" }));
    await expectRefused(world, "old", "NotAllowed", ["team_definition:1"]);
  });

  it("is not given to new jobs where its BatchRole asks for what its namespace may no longer have", async () => {
    const world = await aWorld({ permissions: { policyArns: [readBuckets] } });
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-policy-arns": readBuckets } });
    const shared = role("shared", { policyArns: [readBuckets] });
    world.apply(...place, shared, jobDefinition("definition", { jobRoleRef: { name: "shared" } }));
    await world.untilReady(120);
    world.store.setNamespace("team", {});
    await world.seconds(5);
    world.apply(batchJob("after", { jobDefinitionRef: undefined, jobDefinition: "team_definition:1" }));
    await expectRefused(world, "after", "NotAllowed", [readBuckets]);
  });

  it("is given to new jobs also where a BatchRole of another namespace has taken its name in IAM", async () => {
    const world = await aWorld();
    world.apply(
      ...place,
      role("builders"),
      jobDefinition("own", { iam: { jobRole: {} } }),
      jobDefinition("shared", { jobRoleRef: { name: "builders" } }),
    );
    await world.untilReady(120);
    for (const [index, { name }] of world.aws.truth.roles().entries()) {
      world.apply(inNamespace("mallory", role(`a${index}`, { roleName: name })));
    }
    await world.seconds(60);
    for (const name of ["own", "shared"]) {
      world.apply(batchJob(name, { jobDefinitionRef: { name } }));
      await world.until("it is submitted", () => statusOf(world, name).jobId !== undefined, 30);
    }
  });
});

describe("a revision that somebody registered by hand under the name of an object", () => {
  const flags = { allowedRoleArns: [instances] };
  const register = (world: World, more: object = {}, tags: Readonly<Record<string, string>> = {}) =>
    world.aws.outside.registerJobDefinition({
      jobDefinitionName: "team_definition",
      type: "container",
      containerProperties: { ...body, jobRoleArn: admin },
      tags,
      ...more,
    } as never);
  const ofRevision = (revision: number) => ({
    jobDefinitionRef: undefined,
    jobDefinition: `team_definition:${revision}`,
  });
  const tagsOf = (world: World) => world.aws.truth.jobDefinitions()[0]?.tags ?? {};

  async function withDefinition(flagsGiven: object = flags): Promise<World> {
    const world = await aWorld({ flags: flagsGiven, permissions: { passRoleArns: ["*"] } });
    world.apply(...place, jobDefinition("definition"));
    await world.untilReady();
    return world;
  }

  it("does not count as the object's: a list of roles keeps it out", async () => {
    const world = await withDefinition();
    await register(world);
    world.apply(batchJob("after", ofRevision(2)));
    await expectRefused(world, "after", "NotAllowed", ["job-definition/team_definition"]);
  });

  it("is judged by its roles also where --allowed-resources lists its name", async () => {
    const world = await withDefinition({ ...flags, allowedResources: ["*"] });
    await register(world);
    world.apply(batchJob("after", ofRevision(2)));
    await expectRefused(world, "after", "NotAllowed", ["team_definition:2", admin]);
  });

  it.each([
    ["all tags of the revision before it", (tags: Readonly<Record<string, string>>) => tags],
    [
      "its ownership tags alone",
      (tags: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !key.includes("registered-at"))),
    ],
    [
      "the mark of Retain",
      () => ({ "awsbatch.dev/retained-from": "default/team/definition" }) as Readonly<Record<string, string>>,
    ],
  ])("is judged by its roles also with %s", async (_tags, copied) => {
    const world = await withDefinition({ ...flags, allowedResources: ["*"] });
    await register(world, {}, copied(tagsOf(world)));
    world.apply(batchJob("after", ofRevision(2)));
    await expectRefused(world, "after", "NotAllowed", [admin]);
  });

  it("gets no role that the operator made for another namespace", async () => {
    const world = await aWorld();
    world.apply(
      ...place,
      jobDefinition("definition"),
      inNamespace("other", jobDefinition("theirs", { iam: { jobRole: {} } })),
    );
    await world.untilReady(120);
    const role = world.aws.truth.roles().find(({ arn }) => arn.includes("other_theirs"));
    await register(world, { containerProperties: { ...body, jobRoleArn: role?.arn } });
    world.apply(batchJob("after", ofRevision(2)));
    await expectRefused(world, "after", "NotAllowed", ["no object of namespace team asks for"]);
  });

  it("gets no consumable that its namespace may not hold", async () => {
    const world = await aWorld();
    world.apply(...place, jobDefinition("definition"), seats("other"));
    await world.untilReady();
    await register(world, { containerProperties: body, consumableResourceProperties: holding("other_seats") });
    world.apply(batchJob("after", ofRevision(2)));
    await expectRefused(world, "after", "ReferenceNotAllowed", ["team_definition:2", "other_seats"]);
  });

  it("runs where nothing limits what it uses", async () => {
    const world = await withDefinition({});
    await register(world, { containerProperties: body });
    world.apply(batchJob("after", ofRevision(2)));
    await world.until("it is submitted", () => statusOf(world, "after").jobId !== undefined, 90);
  });
});

describe("a consumable of another namespace", () => {
  const reference = { consumableResourceRef: { name: "seats", namespace: "other" }, quantity: 1 };
  const definitions = [
    ["by reference", { consumableResourceProperties: { consumableResourceList: [reference] } }],
    ["by its name", { consumableResourceProperties: holding("other_seats") }],
  ] satisfies [string, Partial<JobDefinitionSpec>][];
  it.each(definitions)("is not held by new jobs once its object does not allow it any more, %s", async (_how, spec) => {
    const world = await aWorld();
    world.apply(seats("other", { allowedNamespaces: { from: "All" } }));
    await world.untilReady();
    world.apply(...place, jobDefinition("definition", spec));
    await world.untilReady();
    world.apply(batchJob("before", long));
    await world.until("it is submitted", () => jobs(world).length === 1, 30);
    world.apply(seats("other"));
    world.apply(batchJob("after"));
    await expectRefused(world, "after", "ReferenceNotAllowed", ["other/seats"]);
  });

  it("is not held while its object is made again, nor later by what was registered meanwhile", async () => {
    const world = await aWorld();
    world.apply(...place, seats("other"), jobDefinition("plain"));
    await world.untilReady();
    world.apply(jobDefinition("definition", { consumableResourceProperties: holding("other_seats") }));
    world.apply(
      batchJob("own", {
        jobDefinitionRef: { name: "plain" },
        consumableResourcePropertiesOverride: holding("other_seats"),
      }),
    );
    await world.until("it is refused", isRefused(world, "own", "ReferenceNotAllowed"), 30);
    world.store.delete(ConsumableResourceKind, { namespace: "other", name: "seats" });
    await world.until("it is away", () => world.aws.truth.consumableResources().length === 0, 120);
    await world.seconds(300);
    expect(world.condition("JobDefinition", "definition", "Stalled")).toMatchObject({ reason: "ReferenceNotAllowed" });
    expect(world.aws.truth.jobDefinitions()).toHaveLength(1);
    world.apply(seats("other"));
    await world.seconds(300);
    expect([jobs(world), world.aws.truth.jobDefinitions().length]).toEqual([[], 1]);
  });

  it("is not held by jobs of a definition of nobody, which was registered before the consumable was made", async () => {
    const world = await aWorld();
    await world.aws.outside.registerJobDefinition({
      jobDefinitionName: "theirs",
      type: "container",
      containerProperties: body,
      consumableResourceProperties: holding("other_seats"),
    } as never);
    world.apply(...place, seats("other"));
    await world.untilReady();
    world.apply(batchJob("after", { jobDefinitionRef: undefined, jobDefinition: "theirs" }));
    await expectRefused(world, "after", "ReferenceNotAllowed", ["theirs:1", "other_seats"]);
  });

  it("is held by the jobs of a definition of nobody once its object allows it", async () => {
    const world = await aWorld();
    await world.aws.outside.registerJobDefinition({
      jobDefinitionName: "theirs",
      type: "container",
      containerProperties: body,
      consumableResourceProperties: holding("other_seats"),
    } as never);
    world.apply(...place, seats("other", { allowedNamespaces: { from: "All" } }));
    await world.untilReady();
    world.apply(batchJob("after", { jobDefinitionRef: undefined, jobDefinition: "theirs" }));
    await world.until("it is submitted", () => statusOf(world, "after").jobId !== undefined, 90);
  });
});

describe("a name with the prefix of another namespace that AWS does not have yet", () => {
  const arn = (rest: string) => `arn:aws:batch:eu-west-1:${account}:${rest}`;
  const inJobs: readonly (readonly [what: string, spec: Partial<BatchJobSpec>])[] = [
    ["a queue", { jobQueueRef: undefined, jobQueue: "other_queue" }],
    ["a queue in another case", { jobQueueRef: undefined, jobQueue: "Other_queue" }],
    ["a queue by its ARN", { jobQueueRef: undefined, jobQueue: arn("job-queue/other_queue") }],
    ["a definition", { jobDefinitionRef: undefined, jobDefinition: "other_definition" }],
    ["a revision", { jobDefinitionRef: undefined, jobDefinition: "other_definition:7" }],
    [
      "a definition by its ARN",
      { jobDefinitionRef: undefined, jobDefinition: arn("job-definition/other_definition:1") },
    ],
    ["a consumable", { consumableResourcePropertiesOverride: holding("other_seats") }],
    ["a consumable in another case", { consumableResourcePropertiesOverride: holding("OTHER_seats") }],
    [
      "a consumable by its ARN",
      { consumableResourcePropertiesOverride: holding(arn("consumable-resource/other_seats")) },
    ],
  ];
  it.each(inJobs)("is not waited for by a job: %s", async (_what, spec) => {
    const world = await aWorld();
    world.apply(...place, jobDefinition("definition"));
    await world.untilReady();
    world.apply(batchJob("after", spec));
    await expectRefused(world, "after", "ReferenceNotAllowed", ["begins like the names of namespace other"]);
  });

  const inObjects = [
    [
      "an environment",
      jobQueue("named", [], { computeEnvironmentOrder: [{ order: 1, computeEnvironment: "other_ce-0a1b2c3d" }] }),
    ],
    ["a policy", jobQueue("named", ["environment"], { schedulingPolicyArn: arn("scheduling-policy/other_policy") })],
    [
      "a service environment",
      jobQueue("named", [], {
        computeEnvironmentOrder: undefined,
        jobQueueType: "SAGEMAKER_TRAINING",
        serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "other_service" }],
      } as never),
    ],
    ["the queue of a share", quotaShare("named", "x", { jobQueueRef: undefined, jobQueue: "other_queue" } as never)],
    ["a consumable", jobDefinition("named", { consumableResourceProperties: holding("other_seats") })],
    ["a consumable in another case", jobDefinition("named", { consumableResourceProperties: holding("Other_seats") })],
  ] as const;
  it.each(inObjects)("is not waited for by an object: %s", async (_what, manifest) => {
    const world = await aWorld();
    world.apply(computeEnvironment("environment", ec2));
    await world.untilReady();
    const before = world.writes().length;
    world.apply(manifest);
    const reasons = () =>
      (
        world.object<{ conditions?: { reason: string; message: string }[] }>(manifest.kind, "named")?.status
          ?.conditions ?? []
      )
        .filter(({ message }) => message.includes("begins like the names of namespace other"))
        .map(({ reason }) => reason);
    await world.until("it is refused", () => reasons().includes("ReferenceNotAllowed"), 30);
    await world.seconds(300);
    expect(world.writes().slice(before)).toEqual([]);
  });

  it("is waited for where its object is there and allows it", async () => {
    const world = await aWorld();
    world.aws.faults.add({ on: "CreateConsumableResource", fault: { kind: "throttle" }, forMs: 60_000 } as never);
    world.apply(...place, seats("other", { allowedNamespaces: { from: "All" } }));
    world.apply(jobDefinition("definition", { consumableResourceProperties: holding("other_seats") }));
    await world.seconds(10);
    expect(world.condition("JobDefinition", "definition", "Stalled")?.reason).not.toBe("ReferenceNotAllowed");
    await world.untilReady(300);
  });

  it("is used once AWS has it and its object allows it", async () => {
    const world = await aWorld();
    world.apply(...place, jobDefinition("definition"));
    world.apply(batchJob("early", { consumableResourcePropertiesOverride: holding("other_seats") }));
    await world.until("it is refused", isRefused(world, "early", "ReferenceNotAllowed"), 120);
    world.apply(seats("other", { allowedNamespaces: { from: "All" } }));
    await world.until("it is submitted", () => statusOf(world, "early").jobId !== undefined, 60);
  });
});

describe("a job that another one names by its ID", () => {
  const describing = (world: World, id: string) =>
    world.aws.log.filter((call) => call.operation === "DescribeJobs" && JSON.stringify(call.input).includes(id)).length;
  const dependent = (...ids: readonly (string | undefined)[]) =>
    batchJob("after", { dependsOn: ids.map((jobId = "") => ({ jobId })) });
  const idOf = (world: World, name: string) => statusOf(world, name).jobId ?? "";
  const byHand = (world: World, tags: Readonly<Record<string, string>> = {}): string => {
    const request = { jobName: "theirs", jobQueue: "team_queue", jobDefinition: "team_definition", tags };
    return world.aws.outside.submitPlannedJob(request, { durationMs: 600_000, exitCode: 0 }).jobId ?? "";
  };

  async function withJob(flags: object = {}): Promise<World> {
    const world = await aWorld({ flags });
    world.apply(...place, jobDefinition("definition"), batchJob("first", long));
    await world.until("the first is submitted", () => idOf(world, "first") !== "", 120);
    return world;
  }

  it("is waited for where it is of the namespace, and AWS is asked about it once", async () => {
    const world = await withJob();
    await world.until("the first has ended", isIn(world, "first", "SUCCEEDED"), 900);
    const before = describing(world, idOf(world, "first"));
    world.apply(dependent(idOf(world, "first")));
    await world.until("it is submitted", () => idOf(world, "after") !== "", soon);
    expect(jobs(world).at(-1)?.request.dependsOn).toEqual([{ jobId: idOf(world, "first") }]);
    expect(describing(world, idOf(world, "first")) - before).toBe(1);
  });

  it("is waited for also where AWS shows it some seconds after its submission", async () => {
    const world = await withJob();
    world.apply(dependent(idOf(world, "first")));
    await world.until("it is submitted", () => idOf(world, "after") !== "", 30);
  });

  it("is waited for also when its object is away", async () => {
    const world = await withJob();
    const id = idOf(world, "first");
    await world.stop();
    const { aws, clock, store } = world;
    store.delete(BatchJobKind, { namespace: "team", name: "first" });
    const next = await aWorld({ aws, clock, store });
    next.apply(dependent(id));
    await next.until("it is submitted", () => idOf(next, "after") !== "", 120);
  });

  it.each([
    ["that nobody tagged", {}],
    ["of another namespace", { "awsbatch.dev/namespace": "other" }],
    ["of another cluster", { "awsbatch.dev/cluster": "other" }],
    ["with a tag of the namespace alone", { "awsbatch.dev/cluster": undefined, "awsbatch.dev/name": undefined }],
  ])("keeps the other from being submitted where it is one %s", async (what, change) => {
    const world = await withJob();
    const tags = { ...jobs(world)[0]?.request.tags, ...change } as Record<string, string>;
    const given = Object.entries(tags).filter(([, value]) => value !== undefined);
    const id = byHand(world, what === "that nobody tagged" ? {} : Object.fromEntries(given));
    world.apply(dependent(id));
    await expectRefused(world, "after", "ReferenceNotAllowed", [id, "--allow-foreign-dependencies"]);
    expect(describing(world, id)).toBeLessThanOrEqual(3);
  });

  it("keeps the other from being submitted where it is one of two, and of somebody else", async () => {
    const world = await withJob();
    world.apply(dependent(idOf(world, "first"), byHand(world)));
    await expectRefused(world, "after", "ReferenceNotAllowed", ["--allow-foreign-dependencies"]);
  });

  it("keeps the other from being submitted while AWS does not show it, which is asked less and less often", async () => {
    const world = await withJob();
    const id = "00000000-0000-4000-8000-000000000000";
    world.apply(dependent(id));
    await world.until("it waits", hasReason(world, "after", "JobNotShown"), soon);
    await world.seconds(3600);
    expect([idOf(world, "after"), world.condition("BatchJob", "after", "Stalled")?.status]).toEqual(["", "True"]);
    expect(describing(world, id)).toBeLessThanOrEqual(10);
  });

  /** An object of the namespace whose status names a job, as who may write status says, and one that depends on it. */
  async function forged(world: World, id: string): Promise<void> {
    const paused = batchJob("forged", long);
    world.apply({ ...paused, metadata: { ...paused.metadata, annotations: { "awsbatch.dev/paused": "true" } } });
    await world.seconds(5);
    await setStatus(world, "forged", { jobId: id });
    world.apply(batchJob("after", { dependsOn: [{ jobRef: { name: "forged" } }] }));
  }

  it("keeps the other from being submitted where only a status says that it is of the namespace", async () => {
    const world = await withJob();
    const id = byHand(world);
    await forged(world, id);
    await expectRefused(world, "after", "ReferenceNotAllowed", [id]);
  });

  it("costs no call where its object is of this process", async () => {
    const world = await withJob();
    const before = describing(world, idOf(world, "first"));
    world.apply(batchJob("after", { dependsOn: [{ jobRef: { name: "first" } }] }));
    await world.until("it is submitted", () => idOf(world, "after") !== "", soon);
    expect(describing(world, idOf(world, "first")) - before).toBeLessThanOrEqual(2);
  });

  it("is waited for by a process that has not submitted it", async () => {
    const world = await withJob();
    await world.stop();
    const { aws, clock, store } = world;
    const next = await aWorld({ aws, clock, store });
    next.apply(batchJob("after", { dependsOn: [{ jobRef: { name: "first" } }] }));
    await next.until("it is submitted", () => idOf(next, "after") !== "", 120);
  });

  it("costs no call while something else is waited for", async () => {
    const world = await withJob();
    const id = byHand(world);
    world.apply(batchJob("after", { dependsOn: [{ jobId: id }], suspend: true }));
    world.apply(batchJob("later", { dependsOn: [{ jobId: id }], jobQueueRef: { name: "missing" } }));
    await world.seconds(300);
    expect(describing(world, id)).toBe(0);
  });

  it("may be any where --allow-foreign-dependencies says so", async () => {
    const world = await withJob({ allowForeignDependencies: true });
    world.apply(dependent(byHand(world)));
    await world.until("it is submitted", () => idOf(world, "after") !== "", soon);
  });
});
