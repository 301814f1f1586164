import type { JobDefinitionSpec } from "../../../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec } from "../../../src/api/v1alpha1/job-queue.ts";
import type { Chance } from "./chance.ts";

const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";

/** Queues and job definitions, and how they are changed. */

export function queueOrder(names: readonly string[]): JobQueueSpec["computeEnvironmentOrder"] {
  return names.map((name, index) => ({ order: index + 1, computeEnvironmentRef: { name } }));
}

export function queueSpec(chance: Chance, environments: readonly string[]): JobQueueSpec {
  const names = chance.shuffled(environments).slice(0, chance.whole(1, Math.min(3, environments.length)));
  return { priority: chance.whole(1, 5), computeEnvironmentOrder: queueOrder(names) };
}

type QueueEdit = (spec: JobQueueSpec, chance: Chance, environments: readonly string[]) => JobQueueSpec;

const queueEdits: readonly QueueEdit[] = [
  (spec, chance) => ({ ...spec, priority: chance.whole(1, 9) }),
  (spec, chance, environments) => ({
    ...spec,
    computeEnvironmentOrder: queueSpec(chance, environments).computeEnvironmentOrder,
  }),
  (spec, chance, environments) => ({
    ...spec,
    computeEnvironmentOrder: queueSpec(chance, environments).computeEnvironmentOrder,
  }),
  ({ state: _state, ...spec }, chance) =>
    chance.is(0.5) ? spec : { ...spec, state: chance.of(["ENABLED", "DISABLED"]) },
  (spec, chance) => ({ ...spec, tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }, {}]) }),
  (spec, chance) => ({
    ...spec,
    drain: chance.of([
      { policy: "Wait" as const },
      { policy: "Terminate" as const, timeoutSeconds: chance.of([0, 120]) },
    ]),
  }),
  ({ deletionPolicy: _policy, ...spec }, chance) => (chance.is(0.6) ? spec : { ...spec, deletionPolicy: "Retain" }),
  (spec, chance) => ({
    ...spec,
    jobStateTimeLimitActions: chance.is(0.5)
      ? []
      : [
          {
            reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            state: "RUNNABLE",
            maxTimeSeconds: chance.of([600, 1200]),
            action: "CANCEL",
          },
        ],
  }),
];

export function editQueue(spec: JobQueueSpec, chance: Chance, environments: readonly string[]): JobQueueSpec {
  let edited = spec;
  for (let count = 1 + chance.skewed(2); count > 0; count--)
    edited = chance.of(queueEdits)(edited, chance, environments);
  return edited;
}

export function definitionSpec(chance: Chance, family: "instances" | "fargate"): JobDefinitionSpec {
  const fargate = family === "fargate";
  return {
    type: "container",
    ...(fargate ? { platformCapabilities: ["FARGATE"] } : {}),
    ...(chance.is(0.15) ? { iam: { jobRole: { policyArns: [readImages] } } } : {}),
    containerProperties: {
      image: "public.ecr.aws/docker/library/alpine:3",
      command: ["echo", chance.of(["one", "two"])],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "2048" },
      ],
      ...(fargate ? { executionRoleArn: "arn:aws:iam::123456789012:role/execution" } : {}),
    },
  };
}

type DefinitionEdit = (spec: JobDefinitionSpec, chance: Chance) => JobDefinitionSpec;

const body =
  (edit: (given: NonNullable<JobDefinitionSpec["containerProperties"]>, chance: Chance) => object): DefinitionEdit =>
  (spec, chance) =>
    spec.containerProperties === undefined
      ? spec
      : { ...spec, containerProperties: { ...spec.containerProperties, ...edit(spec.containerProperties, chance) } };

const definitionEdits: readonly DefinitionEdit[] = [
  body((_given, chance) => ({ command: ["echo", chance.of(["one", "two", "three"])] })),
  body((_given, chance) => ({ command: ["echo", chance.of(["one", "two", "three"])] })),
  body((_given, chance) => ({ image: `public.ecr.aws/docker/library/alpine:${chance.whole(1, 3)}` })),
  // The order of these means nothing to AWS: no new revision.
  body((given) => ({ resourceRequirements: [...(given.resourceRequirements ?? [])].reverse() })),
  (spec, chance) => ({ ...spec, tags: chance.of([{ team: "a" }, { team: "b", cost: "1" }, {}]) }),
  ({ iam: _roles, ...spec }, chance) =>
    chance.is(0.5) ? spec : { ...spec, iam: { jobRole: chance.is(0.5) ? {} : { policyArns: [readImages] } } },
  (spec, chance) => ({ ...spec, parameters: chance.of([{}, { input: "x" }]) }),
  (spec, chance) => ({
    ...spec,
    revisionHistoryLimit: chance.of([0, 1, 10]),
    revisionMinAgeSeconds: chance.of([0, 30]),
  }),
  ({ deletionPolicy: _policy, ...spec }, chance) => (chance.is(0.6) ? spec : { ...spec, deletionPolicy: "Retain" }),
];

export function editDefinition(spec: JobDefinitionSpec, chance: Chance): JobDefinitionSpec {
  let edited = spec;
  for (let count = 1 + chance.skewed(2); count > 0; count--) edited = chance.of(definitionEdits)(edited, chance);
  return edited;
}
