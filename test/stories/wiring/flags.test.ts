import { describe, expect, it } from "vitest";
import type { ComposedFlags } from "../../../src/operator/compose.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../../manifests.ts";
import { localFlagsOf, runFlagsOf } from "../../tools/flags-of.ts";
import { createWorld, type World } from "../../world.ts";
import { hour, jobs, place } from "../jobs.ts";

/** Every flag that decides what the operator does, from the command line of `run` to what comes of it in AWS. */

type Outcome = (world: World) => Promise<unknown>;

const readBuckets = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const boundary = "arn:aws:iam::123456789012:policy/boundary";
const readPolicy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }] };
const kind = "JobDefinition";

const stalledBy = ({ condition }: World): string | undefined => condition(kind, "hello", "Stalled")?.reason;
const active = ({ aws }: World) => aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
const environments = ({ aws }: World) => aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");

/** Why the definition is Stalled after a minute or so; undefined: it is not. */
const reasonWith =
  (spec: Parameters<typeof jobDefinition>[1], labels?: Readonly<Record<string, string>>): Outcome =>
  async (world) => {
    const manifest = jobDefinition("hello", spec);
    world.apply({ ...manifest, metadata: { ...manifest.metadata, labels } });
    await world.seconds(90);
    return stalledBy(world);
  };

const madeWith =
  (labels: Readonly<Record<string, string>>): Outcome =>
  async (world) => {
    await reasonWith({}, labels)(world);
    return active(world).length;
  };

const rows: readonly (readonly [
  flag: string,
  value: string | undefined,
  outcome: Outcome,
  with_: unknown,
  without: unknown,
])[] = [
  [
    "--default-deletion-policy",
    "Retain",
    async (world) => {
      world.apply(jobDefinition("hello"));
      await world.untilReady();
      world.delete(kind, "hello");
      await world.untilGone();
      return active(world).length;
    },
    1,
    0,
  ],
  [
    "--adoptable-names",
    "other/*,team/prod-*",
    async (world) => {
      const body = jobDefinition("hello").spec as object;
      await world.aws.outside.registerJobDefinition({ ...body, jobDefinitionName: "prod-hello" } as never);
      return await reasonWith({ jobDefinitionName: "prod-hello", adoptionPolicy: "IfMatching" })(world);
    },
    undefined,
    "NotAdopted",
  ],
  ["--allowed-regions", "eu-central-*", reasonWith({ region: "eu-central-1" }), undefined, "NotAllowed"],
  ["--allowed-names", "other/*,team/prod_*", reasonWith({ jobDefinitionName: "prod_hello" }), undefined, "NotAllowed"],
  [
    "--allow-foreign-repoint",
    undefined,
    async (world) => {
      const repointing = { ...ec2, replacement: { foreignQueues: "Repoint" as const } };
      world.apply(computeEnvironment("ce", repointing), jobQueue("q1", ["ce"]));
      await world.untilReady();
      const [first] = environments(world);
      const computeEnvironmentOrder = [{ order: 1, computeEnvironment: first?.computeEnvironmentName ?? "" }];
      await world.aws.outside.createJobQueue({ jobQueueName: "theirs", priority: 1, computeEnvironmentOrder });
      await world.seconds(90);
      world.apply(computeEnvironment("ce", withTypes(["m5.large"], repointing)));
      await world.seconds(900);
      const theirs = world.aws.truth.jobQueues().find(({ jobQueueName }) => jobQueueName === "theirs");
      return theirs?.computeEnvironmentOrder?.[0]?.computeEnvironment === first?.computeEnvironmentArn;
    },
    false,
    true,
  ],
  [
    "--allow-foreign-dependencies",
    undefined,
    async (world) => {
      const manifests = [computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("hello")];
      world.apply(...manifests);
      await world.untilReady();
      const theirs = { jobName: "theirs", jobQueue: "team_q", jobDefinition: "team_hello" };
      const { jobId } = await world.aws.outside.submitJob(theirs);
      const refs = { jobQueueRef: { name: "q" }, jobDefinitionRef: { name: "hello" } };
      world.apply(batchJob("second", { ...refs, dependsOn: [{ jobId }] }));
      await world.seconds(90);
      return world.condition("BatchJob", "second", "Stalled")?.reason;
    },
    undefined,
    "ReferenceNotAllowed",
  ],
  [
    "--ignore-tag-keys",
    "cost-*",
    async (world) => {
      world.apply(computeEnvironment("ce", ec2));
      await world.untilReady();
      const resourceArn = environments(world)[0]?.computeEnvironmentArn ?? "";
      await world.aws.outside.tagResource({ resourceArn, tags: { "cost-centre": "7" } });
      await world.seconds(300);
      return environments(world)[0]?.tags?.["cost-centre"];
    },
    "7",
    undefined,
  ],
  [
    "--max-environments-per-namespace",
    "2",
    async (world) => {
      world.apply(...["a", "b", "c"].map((name) => computeEnvironment(name, ec2)));
      await world.seconds(300);
      return environments(world).length;
    },
    2,
    3,
  ],
  [
    "--max-concurrent-replacements",
    "1",
    async (world) => {
      const all = ["ce", "second"];
      world.apply(
        ...all.map((name) => computeEnvironment(name, ec2)),
        jobQueue("q1", ["ce"]),
        jobQueue("q2", ["second"]),
      );
      await world.untilReady();
      world.apply(...all.map((name) => computeEnvironment(name, withTypes(["m5.large"]))));
      await world.seconds(20);
      return environments(world).length;
    },
    3,
    4,
  ],
  [
    "--allowed-policy-arns",
    readBuckets,
    reasonWith({ iam: { jobRole: { policyArns: [readBuckets] } } }),
    undefined,
    "NotAllowed",
  ],
  [
    "--allowed-role-arns",
    "arn:aws:iam::123456789012:role/jobs-*",
    async (world) => {
      world.apply(computeEnvironment("ce", ec2));
      await world.seconds(60);
      return world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason;
    },
    "NotAllowed",
    undefined,
  ],
  [
    "--permissions-boundary",
    boundary,
    async (world) => {
      world.apply(jobDefinition("hello", { iam: { jobRole: {} } }));
      await world.untilReady();
      return world.aws.truth.roles().map((role) => role.boundary);
    },
    [boundary],
    [undefined],
  ],
  [
    "--allow-inline-policies",
    undefined,
    reasonWith({ iam: { jobRole: { inlinePolicies: { read: JSON.stringify(readPolicy) } } } }),
    undefined,
    "NotAllowed",
  ],
  ["--shard-selector", "shard=b", madeWith({ shard: "a" }), 0, 1],
  ["--watch-namespace", "other", madeWith({}), 0, 1],
  [
    "--cluster-name",
    "blue",
    async (world) => {
      await madeWith({})(world);
      return active(world)[0]?.tags?.["awsbatch.dev/cluster"];
    },
    "blue",
    "default",
  ],
  [
    "--take-over-cluster-uid",
    "lost",
    async (world) => {
      const { clock, aws } = world;
      const lost = await createWorld({ clock, aws, cluster: { name: "default", uid: "lost" }, seed: 2 });
      await madeWith({})(lost);
      await lost.stop();
      await madeWith({})(world);
      return active(world)[0]?.tags?.["awsbatch.dev/cluster-uid"];
    },
    "cluster-1",
    "lost",
  ],
  [
    "--names-with-cluster",
    undefined,
    async (world) => {
      await madeWith({})(world);
      return active(world)[0]?.jobDefinitionName;
    },
    "default_team_hello",
    "team_hello",
  ],
  [
    "--rename-cluster-from",
    "blue",
    async (world) => {
      const { clock, aws } = world;
      const before = await createWorld({ clock, aws, cluster: { name: "blue", uid: "cluster-1" }, seed: 2 });
      await madeWith({})(before);
      await before.stop();
      await madeWith({})(world);
      return active(world)[0]?.tags?.["awsbatch.dev/cluster"];
    },
    "default",
    "blue",
  ],
  [
    "--aws-requests-per-second",
    "0.5",
    async (world) => {
      for (let index = 0; index < 20; index++) world.apply(jobDefinition(`job-${index}`));
      await world.seconds(20);
      return active(world).length === 20;
    },
    false,
    true,
  ],
  [
    "--submit-rate",
    "1",
    async (world) => {
      world.apply(...place);
      await world.untilReady();
      for (let index = 0; index < 40; index++) world.apply(batchJob(`job-${index}`, hour));
      await world.seconds(20);
      return jobs(world).length === 40;
    },
    false,
    true,
  ],
];

async function outcomeOf(outcome: Outcome, flags: ComposedFlags): Promise<unknown> {
  const world = await createWorld({ flags });
  try {
    return await outcome(world);
  } finally {
    await world.stop();
  }
}

/** Functions of the same text differ each time, so its labels represent it. */
const comparable = ({ shardSelector, ...flags }: ComposedFlags) => ({
  ...flags,
  shards: [{}, { shard: "a" }, { shard: "b" }].map((labels) => shardSelector?.(labels)),
});

const argsOf = (flag: string, value: string | undefined): readonly string[] =>
  value === undefined ? [flag] : [flag, value];

/** The environment variable of a flag. */
const envOf = (flag: string, value: string | undefined) => ({
  [`AWS_BATCH_OPERATOR_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`]: value ?? "true",
});

describe("a flag of run", () => {
  it.each(rows)("%s %s decides, and as a variable as well", async (flag, value, outcome, given, without) => {
    const flags = await runFlagsOf(argsOf(flag, value));
    expect(comparable(await runFlagsOf([], envOf(flag, value)))).toEqual(comparable(flags));
    expect(await outcomeOf(outcome, flags)).toEqual(given);
    expect(await outcomeOf(outcome, await runFlagsOf([]))).toEqual(without);
  });
});

/** There the directory is the cluster: it has neither shards nor namespaces that others work in. */
const notOfLocal: readonly string[] = ["--shard-selector", "--watch-namespace"];

describe("a flag of local", () => {
  it.each(rows.filter(([flag]) => !notOfLocal.includes(flag)))(
    "%s %s decides as that of run, and as a variable as well",
    async (flag, value, outcome, given) => {
      const flags = await localFlagsOf(argsOf(flag, value));
      expect(await localFlagsOf([], envOf(flag, value))).toEqual(flags);
      expect(await outcomeOf(outcome, flags)).toEqual(given);
    },
  );
});
