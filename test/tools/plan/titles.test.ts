import { expect, test } from "vitest";
import type { StructuralSchema } from "../../../src/api/crd.ts";
import { manifestAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import { kindOf } from "../../../src/api/v1alpha1/kinds.ts";
import { ownerIn } from "../../../src/controllers/ownership/ownership.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { crds, withSchemaDefaults } from "../../../src/tools/manifests.ts";
import type { Entry } from "../../../src/tools/plan/entry.ts";
import { namedIn } from "../../../src/tools/plan/objects.ts";
import { type Titled, titleOf } from "../../../src/tools/plan/titles.ts";
import { objectFindings, schemaOf } from "../../../src/tools/validation/object.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import type { World } from "../../world.ts";
import { apiVersion, others, planned, tried, worldOf } from "./tried.ts";

/** Each sentence of a plan is compared with what AWS has before and after it was carried out, for each kind and each field. */

type Spec = Readonly<Record<string, unknown>>;

/** Values that no schema can give, by path below the spec. */
const given: Readonly<Record<string, Spec>> = {
  BatchComputeEnvironment: {
    "computeResources.instanceTypes": ["c5.xlarge"],
    "computeResources.tags": { instance: "tagged" },
    "computeResources.ec2KeyPair": "key",
  },
  JobQueue: {
    computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "second" } }],
    jobStateTimeLimitActions: [
      { reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" },
    ],
  },
  JobDefinition: {
    "containerProperties.image": "alpine:4",
    "containerProperties.command": ["true"],
    parameters: { a: "b" },
    timeout: { attemptDurationSeconds: 60 },
  },
  ServiceEnvironment: { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 12 }] },
  QuotaShare: { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 6 }] },
  SchedulingPolicy: { "fairsharePolicy.shareDistribution": [{ shareIdentifier: "a*", weightFactor: 0.5 }] },
  ConsumableResource: {},
};

interface Variant {
  readonly path: string;
  readonly spec: Spec;
}

/** The object with one field changed, for each field of its schema of which another value is valid. */
function variantsOf({ kind, spec, ...rest }: Manifest): readonly Variant[] {
  const crd = crds.find((one) => one.spec.names.kind === kind);
  if (crd === undefined) throw new Error(kind);
  const before = withSchemaDefaults({ ...stored({ kind, spec, ...rest }) });
  const schema = schemaOf(crd).properties?.["spec"] ?? { type: "object" };
  const values = [
    ...scalarPaths(schema, spec as Spec, ""),
    ...Object.entries(given[kind] ?? {}),
    ["tags", { cost: "7" }] as const,
  ];
  return values.flatMap(([path, value]): Variant[] => {
    const changed = withValue(spec as Spec, path.split("."), value);
    const manifest = { ...rest, kind, spec: changed };
    const isValid = objectFindings(crd, manifest, before).length === 0;
    return isValid ? [{ path, spec: changed }] : [];
  });
}

function stored(manifest: Manifest) {
  const { name, namespace = "team" } = manifest.metadata;
  const created = { uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" };
  return { apiVersion, kind: manifest.kind, metadata: { name, namespace, ...created }, spec: manifest.spec };
}

/** Scalars with another value than they have now. */
function scalarPaths(schema: StructuralSchema, value: unknown, at: string): readonly (readonly [string, unknown])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = at === "" ? name : `${at}.${name}`;
    const now = (value as Spec | undefined)?.[name];
    if (member.properties !== undefined) return now === undefined ? [] : scalarPaths(member, now, path);
    const other = otherValue(member, now);
    return other === undefined ? [] : [[path, other] as const];
  });
}

function otherValue({ type, enum: values, minimum = 0 }: StructuralSchema, now: unknown): unknown {
  if (values !== undefined) return values.find((one) => one !== now);
  if (type === "boolean") return now !== true;
  return type === "integer" ? (typeof now === "number" ? now + 1 : Math.max(minimum, 2)) : undefined;
}

function withValue(spec: Spec, [first = "", ...rest]: readonly string[], value: unknown): Spec {
  const inner = rest.length === 0 ? value : withValue((spec[first] ?? {}) as Spec, rest, value);
  return { ...spec, [first]: inner };
}

interface InAws {
  readonly body: string;
  readonly tags: string;
}

/** What AWS has for the objects that are tried, by kind, then by name in AWS. */
function inAws({ aws }: World): ReadonlyMap<string, ReadonlyMap<string, InAws>> {
  const { truth } = aws;
  const records = {
    computeEnvironments: truth.computeEnvironments(),
    jobQueues: truth.jobQueues(),
    jobDefinitions: truth.jobDefinitions().filter(({ status }) => status === "ACTIVE"),
    schedulingPolicies: truth.schedulingPolicies(),
    serviceEnvironments: truth.serviceEnvironments(),
    consumableResources: truth.consumableResources().map((one) => ({ inUseQuantity: 0, ...one })),
    quotaShares: truth.quotaShares(),
  };
  const all: readonly object[] = Object.values(records).flat();
  const found = new Map<string, Map<string, InAws>>();
  for (const { kind, awsName, tags = {} } of namedIn(records)) {
    const owner = ownerIn(tags);
    if (owner?.name !== "tried") continue;
    const record = all.find((one) => "tags" in one && one.tags === tags) as Spec | undefined;
    const { tags: _tags, status: _status, statusReason: _reason, uuid: _uuid, ...body } = record ?? {};
    const users = Object.entries(tags).filter(([key]) => !key.startsWith("awsbatch.dev/"));
    const ofKind = found.get(kind) ?? new Map<string, InAws>();
    found.set(kind, ofKind.set(awsName, { body: JSON.stringify(body), tags: JSON.stringify(users) }));
  }
  return found;
}

/** The sentences that are true of what has happened. */
function truthOf(
  before: ReadonlyMap<string, InAws> = new Map(),
  after: ReadonlyMap<string, InAws> = new Map(),
): RegExp {
  const created = [...after.keys()].filter((name) => !before.has(name));
  const deleted = [...before.keys()].filter((name) => !after.has(name));
  const kept = [...after].flatMap(([name, now]) => {
    const old = before.get(name);
    return old === undefined ? [] : [{ old, now }];
  });
  if (created.length > 0 && before.size === 0) return new RegExp(`^is created as ${created[0]?.replace(/:\d+$/, "")}$`);
  if (created.length > 0 && deleted.length > 0) return new RegExp(`^${deleted[0]} is replaced by `);
  if (created.length > 0) return /^is registered as /;
  if (deleted.length > 0) return new RegExp(`^${deleted.join(", ")} is deleted: `);
  if (kept.some(({ old, now }) => old.body !== now.body)) return /^is updated in place/;
  return kept.some(({ old, now }) => old.tags !== now.tags) ? /^gets other tags in place$/ : /^stays as it is$/;
}

/** What a plan says of the objects that are tried, and what would have been true. */
async function sentencesOf(world: World, manifests: readonly Manifest[]) {
  const entries = await planned(world, manifests);
  const before = inAws(world);
  world.apply(...manifests);
  const named = new Set(manifests.map(({ kind, metadata: { name } }) => `${kind} ${name}`));
  for (const object of world.store.objects()) {
    if (!named.has(`${object.kind} ${object.metadata.name}`)) world.store.delete(kindOf(object.kind), object.metadata);
  }
  await world.seconds(3600);
  const after = inAws(world);
  return tried.map(({ kind }) => {
    const entry = entries.find((one) => one.kind === kind && one.name === "tried");
    return { kind, entry, truth: truthOf(before.get(kind), after.get(kind)) };
  });
}

function expectTrue(all: Awaited<ReturnType<typeof sentencesOf>>, what: (kind: string) => string): void {
  const untrue = all.flatMap(({ kind, entry, truth }) => {
    const title = entry?.title ?? "stays as it is";
    const wrong = [
      ...(truth.test(title) ? [] : [`${title}, and true is ${truth.source}`]),
      ...(entry === undefined ? [] : wrongIn(entry)),
    ];
    return wrong.map((text) => `${kind} ${what(kind)}: ${text}`);
  });
  expect(untrue).toEqual([]);
}

/** Sentences in addition to the title: of jobs where the kind can drain, and of each update what it changes. */
function wrongIn({ kind, jobs, steps }: Entry): readonly string[] {
  const crd = crds.find((one) => one.spec.names.kind === kind);
  const drains = crd !== undefined && schemaOf(crd).properties?.["spec"]?.properties?.["drain"] !== undefined;
  const silent = steps.filter(
    (step) => step.kind === "write" && step.operation.startsWith("Update") && step.fields.length === 0,
  );
  return [
    ...(jobs.kind !== "none" && !drains ? [`speaks of jobs: ${jobs.why}`] : []),
    ...silent.map((step) => `${step.kind === "write" ? step.operation : ""} shows no field`),
  ];
}

test("each sentence of a plan is true of what follows, for each kind and each field", async () => {
  const world = await worldOf(others);
  expectTrue(await sentencesOf(world, [...others, ...tried]), () => "new");
  const variants = new Map(tried.map((manifest) => [manifest.kind, variantsOf(manifest)]));
  const most = Math.max(...[...variants.values()].map(({ length }) => length));
  for (let index = 0; index < most; index++) {
    const changed = tried.map((manifest) => ({
      ...manifest,
      spec: variants.get(manifest.kind)?.[index]?.spec ?? manifest.spec,
    }));
    const pathOf = (kind: string): string => variants.get(kind)?.[index]?.path ?? "back to the first spec";
    expectTrue(await sentencesOf(world, [...others, ...changed]), pathOf);
  }
  expectTrue(await sentencesOf(world, others), () => "deleted");
  await world.stop();
});

/** As `local` marks what a directory has: the operator deletes no such object after its job has ended. */
function marked(manifest: Manifest): Manifest {
  const annotations = { ...manifest.metadata.annotations, [manifestAnnotation]: "directory" };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** How far the job of an object is when its manifest changes. */
const courses: Readonly<Record<string, Partial<BatchJobSpec>>> = {
  suspended: { suspend: true },
  pending: { dependsOn: [{ jobRef: { name: "first" } }] },
  runs: { containerOverrides: { command: ["sleep", "36000"] } },
  ended: { containerOverrides: { command: ["true"] } },
};

/** A job as it is, as it becomes, and what happens to it. */
interface TriedJob {
  readonly name: string;
  readonly before: Manifest | undefined;
  /** Undefined: it is deleted. */
  readonly after: Manifest | undefined;
}

/** Each course with each field that can be changed, with its deletion under each policy, and as a new job. */
function triedJobs(): readonly TriedJob[] {
  return Object.entries(courses).flatMap(([course, spec]): TriedJob[] => {
    const changes = variantsOf(batchJob(course, spec)).map(({ path, spec: changed }): TriedJob => {
      const name = `${course}-${path.toLowerCase()}`;
      return { name, before: batchJob(name, spec), after: { ...batchJob(name), spec: changed } };
    });
    const deletions = (["Delete", "Retain"] as const).map((deletionPolicy): TriedJob => {
      const name = `${course}-${deletionPolicy.toLowerCase()}`;
      return { name, before: batchJob(name, { ...spec, deletionPolicy }), after: undefined };
    });
    const name = `${course}-new`;
    return [...changes, ...deletions, { name, before: undefined, after: batchJob(name, spec) }];
  });
}

/** What AWS has of the job of an object. */
function jobInAws({ aws }: World, name: string) {
  const job = aws.truth.jobs().find(({ request }) => request.jobName?.startsWith(`team_${name}_`));
  if (job === undefined) return undefined;
  const { request, status, isTerminated } = job;
  const users = Object.entries(request.tags ?? {}).filter(([key]) => !key.startsWith("awsbatch.dev/"));
  const isOver = status === "SUCCEEDED" || status === "FAILED";
  // One in PENDING ends only after the jobs that it waits for.
  return { isEnding: isOver || isTerminated === true, tags: JSON.stringify(users) };
}

function truthOfJob(
  name: string,
  { before, after }: Readonly<Record<"before" | "after", ReturnType<typeof jobInAws>>>,
  isThere: boolean,
): RegExp {
  if (before === undefined && after !== undefined) return new RegExp(`^is created as team_${name}_`);
  if (before?.isEnding === false && after?.isEnding === true) return /^its job is ended/;
  if (!isThere) return /^is forgotten: /;
  if (before === undefined) return /^nothing is done$/;
  return before.tags === after?.tags ? /^stays as it is$/ : /^gets other tags in place$/;
}

test("each sentence of a plan about a job is true of what follows, for each field and however far the job is", async () => {
  const first = batchJob("first", courses["runs"]);
  const place = [computeEnvironment("other", ec2), jobQueue("queue", ["other"]), jobDefinition("definition"), first];
  const all = triedJobs();
  const world = await worldOf([...place, ...all.flatMap(({ before }) => before ?? [])].map(marked));
  const manifests = [...place, ...all.flatMap(({ after }) => after ?? [])];
  const entries = await planned(world, manifests);
  const before = new Map(all.map(({ name }) => [name, jobInAws(world, name)]));
  world.apply(...manifests.map(marked));
  for (const { name, after } of all) if (after === undefined) world.delete("BatchJob", name);
  await world.seconds(3600);
  const said = all.map(({ name }) => {
    const title = entries.find((one) => one.kind === "BatchJob" && one.name === name)?.title ?? "stays as it is";
    const isThere = world.object("BatchJob", name) !== undefined;
    const inAwsOf = { before: before.get(name), after: jobInAws(world, name) };
    return { name, title, truth: truthOfJob(name, inAwsOf, isThere) };
  });
  expect(
    said.flatMap(({ name, title, truth }) =>
      truth.test(title) ? [] : `${name}: ${title}, and true is ${truth.source}`,
    ),
  ).toEqual([]);
  await world.stop();
});

test("the fields that are tried are all of which another value is known to be valid", () => {
  const paths = tried.map((manifest) => [manifest.kind, variantsOf(manifest).map(({ path }) => path)]);
  expect(Object.fromEntries(paths)).toMatchSnapshot();
});

test("a request that only lets AWS validate an environment again updates nothing", () => {
  const step = {
    kind: "write",
    operation: "UpdateComputeEnvironment",
    subject: "team_a",
    why: "",
    fields: [],
    hourly: undefined as never,
  } as const;
  const titled = (...reasons: readonly string[]): string =>
    titleOf("update", {
      kind: "BatchComputeEnvironment",
      awsName: "team_a",
      owned: [],
      writes: reasons.map((reason, index) => ({ ...step, number: index + 1, reason })),
      change: undefined,
      adopted: undefined,
      end: {},
      going: { why: "", kept: undefined, lastWords: undefined },
    });
  expect(titled("Revalidating")).toBe("stays as it is, and AWS validates it again");
  expect(titled("Updating", "Revalidating")).toBe("is updated in place");
});

test("what goes with a network is what the operator has made, and not the VPC whose name it has", () => {
  const titled: Titled = {
    kind: "BatchNetwork",
    awsName: "vpc-1",
    owned: [],
    writes: [],
    change: undefined,
    adopted: undefined,
    end: {},
    going: { why: "its manifest is missing", kept: undefined, lastWords: undefined },
  };
  expect(titleOf("create", titled)).toBe("would get in AWS what its spec asks for");
  expect(titleOf("delete", titled)).toBe(
    "what the operator has made for it in vpc-1 would be deleted: its manifest is missing",
  );
});
