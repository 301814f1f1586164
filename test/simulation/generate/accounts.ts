import type { ComputeResource } from "../../../src/aws/batch.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import type { Chance } from "./chance.ts";
import { editEnvironment, environmentSpec, instanceRole, settledEnvironment } from "./environments.ts";
import { consumableExamples, definitionExamples, environmentExamples, shareExamples } from "./examples.ts";
import { definitionSpec, editDefinition, editQueue, queueSpec } from "./others.ts";

/** What other tools make in an account: the first specs of the worlds, edited, without the fields of the operator. */

const toolTags = [{}, {}, { "crossplane-name": "x" }, { "managed-by": "terraform" }];

/** In the account and region of a world. */
const policies = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy";

type Call = (outside: SimulatedAws["outside"]) => Promise<unknown>;

type Example = "environment" | "definition" | "consumable" | "share";

/** How many resources of each sort an account has. */
interface Counts {
  readonly environments: number;
  readonly policies: number;
  readonly queues: number;
  readonly definitions: number;
  /** Service environments. */
  readonly services: number;
  /** Those without a queue, a job or a name in common with others have fields that the others have not. */
  readonly examples: readonly Example[];
}

const none: Counts = { environments: 0, policies: 0, queues: 0, definitions: 0, services: 0, examples: [] };

/** As little as each sort needs: more of them add nothing to what an import does with one. */
const smallCounts: readonly Counts[] = [
  { ...none, environments: 1 },
  { ...none, environments: 1 },
  { ...none, environments: 1, queues: 1 },
  { ...none, environments: 1, policies: 1, queues: 1 },
  { ...none, environments: 1, queues: 1, definitions: 1 },
  { ...none, definitions: 1 },
  { ...none, definitions: 1 },
  { ...none, policies: 1 },
  { ...none, services: 1 },
  { ...none, examples: ["environment"] },
  { ...none, examples: ["environment"] },
  { ...none, examples: ["definition"] },
  { ...none, examples: ["definition"] },
  { ...none, examples: ["consumable"] },
  { ...none, examples: ["share"] },
];

/** Several of a sort, with references in each combination. */
function largeCounts(chance: Chance): Counts {
  const environments = chance.whole(1, 3);
  return {
    environments,
    policies: chance.is(0.3) ? 1 : 0,
    queues: chance.whole(0, 2),
    definitions: chance.whole(0, 2),
    services: chance.is(0.2) ? 1 : 0,
    examples: chance.is(0.5) ? ["environment", "definition", "consumable", "share"] : [],
  };
}

/**
 * The calls that make some environments, queues, policies and job definitions, in phases: between two of them AWS finishes.
 */
export function accountCalls(chance: Chance, size: "small" | "large"): readonly (readonly Call[])[] {
  const counts = size === "small" ? chance.of(smallCounts) : largeCounts(chance);
  const family = chance.is(0.6) ? "instances" : "fargate";
  const tags = chance.of(toolTags);
  const named = (name: string): string => `a${chance.of(["-", "_"])}${chance.is(0.2) ? name.toUpperCase() : name}`;
  const environments = Array.from({ length: counts.environments }, (_, at) => named(`ce${at}`));
  const [creations, updates, states]: [Call[], Call[], Call[]] = [[], [], []];
  for (const computeEnvironment of environments) {
    const spec = settledEnvironment(editEnvironment(environmentSpec(chance, family), chance));
    const { type, serviceRole, updatePolicy, tags: own, computeResources } = spec;
    const onInstances = family === "instances" ? { instanceRole } : {};
    creations.push((outside) =>
      outside.createComputeEnvironment({
        computeEnvironmentName: computeEnvironment,
        type,
        serviceRole,
        computeResources: { ...onInstances, ...computeResources } as ComputeResource,
        tags: { ...own, ...tags },
      }),
    );
    if (updatePolicy !== undefined) {
      updates.push((outside) => outside.updateComputeEnvironment({ computeEnvironment, updatePolicy }));
    }
    if (chance.is(0.2)) {
      states.push((outside) => outside.updateComputeEnvironment({ computeEnvironment, state: "DISABLED" }));
    }
  }
  const policy = counts.policies > 0 ? named("policy") : undefined;
  if (policy !== undefined) creations.push(policyCall(chance, policy, tags));
  const naming = { named, tags, counts };
  const queues = queueCalls(chance, environments, { ...naming, policy });
  const definitions = definitionCalls(chance, family, naming);
  const service = counts.services > 0 ? serviceCalls(chance, naming) : undefined;
  if (service !== undefined) creations.push(service.environment);
  const examples = counts.examples.map((one) => exampleCalls[one](chance, naming));
  return [
    [...creations, ...examples.flatMap(([first]) => first)],
    updates,
    [...queues, ...definitions, ...(service?.queues ?? []), ...examples.flatMap(([, second = []]) => second)],
    [...states, ...examples.flatMap(([, , third = []]) => third)],
  ];
}

interface Naming {
  readonly counts: Counts;
  readonly named: (name: string) => string;
  readonly tags: Readonly<Record<string, string>>;
}

function policyCall(chance: Chance, name: string, tags: Naming["tags"]): Call {
  const fairsharePolicy = chance.of([
    {},
    { shareDecaySeconds: chance.of([0, 600]), computeReservation: chance.of([0, 10]) },
    {
      shareDistribution: [
        { shareIdentifier: "b*", weightFactor: chance.of([0.5, 1]) },
        { shareIdentifier: "a", weightFactor: 2 },
      ],
    },
  ]);
  return (outside) => outside.createSchedulingPolicy({ name, fairsharePolicy, tags });
}

/** A service environment, and up to two queues of SageMaker. */
function serviceCalls(
  chance: Chance,
  { named, tags }: Pick<Naming, "named" | "tags">,
): { readonly environment: Call; readonly queues: readonly Call[] } {
  const serviceEnvironmentName = named("se");
  const capacityLimits = chance.of([
    [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 4 }],
    [
      { capacityUnit: "ml.m5.large", maxCapacity: 2 },
      { capacityUnit: "ml.g5.xlarge", maxCapacity: 0 },
    ],
  ]);
  const state = chance.of(["ENABLED", "DISABLED"] as const);
  const type = "SAGEMAKER_TRAINING" as const;
  const environment: Call = (outside) =>
    outside.createServiceEnvironment({
      serviceEnvironmentName,
      serviceEnvironmentType: type,
      state,
      capacityLimits,
      tags,
    });
  // One with limits by instance type is of one queue.
  const names = ["sq0", "sq1"].slice(0, chance.whole(0, capacityLimits.length === 1 ? 2 : 1)).map(named);
  const queues = names.map((jobQueueName): Call => {
    const serviceEnvironmentOrder = [{ order: chance.whole(0, 2), serviceEnvironment: serviceEnvironmentName }];
    const priority = chance.whole(0, 3);
    return (outside) =>
      outside.createJobQueue({ jobQueueName, priority, jobQueueType: type, serviceEnvironmentOrder, tags });
  });
  return { environment, queues };
}

function queueCalls(
  chance: Chance,
  environments: readonly string[],
  { named, tags, counts, policy }: Naming & { readonly policy: string | undefined },
): readonly Call[] {
  return Array.from({ length: counts.queues }, (_, at): Call => {
    const edited = editQueue(queueSpec(chance, environments), chance, environments);
    const { state, priority, jobStateTimeLimitActions = [], tags: own } = edited;
    const order = (edited.computeEnvironmentOrder ?? []).map(({ order: position, computeEnvironmentRef }) => ({
      order: position,
      computeEnvironment: computeEnvironmentRef?.name,
    }));
    const jobQueueName = named(`q${at}`);
    const isFair = policy !== undefined && chance.is(0.5);
    return (outside) =>
      outside.createJobQueue({
        jobQueueName,
        priority,
        state,
        ...(isFair ? { schedulingPolicyArn: `${policies}/${policy}` } : {}),
        computeEnvironmentOrder: order,
        jobStateTimeLimitActions: [...jobStateTimeLimitActions],
        tags: { ...own, ...tags },
      });
  });
}

function definitionCalls(
  chance: Chance,
  family: "instances" | "fargate",
  { named, tags, counts }: Naming,
): readonly Call[] {
  return Array.from({ length: counts.definitions }, (_, at) => named(`d${at}`)).flatMap((jobDefinitionName) =>
    Array.from({ length: chance.whole(1, 2) }, (): Call => {
      const edited = editDefinition(definitionSpec(chance, family), chance);
      const { type, platformCapabilities, containerProperties, parameters, tags: own } = edited;
      const body = { type, platformCapabilities, containerProperties, parameters };
      return (outside) =>
        outside.registerJobDefinition({
          ...structuredClone(body),
          jobDefinitionName,
          tags: { ...own, ...tags },
        } as never);
    }),
  );
}

type ExampleCalls = (
  chance: Chance,
  naming: Naming,
) => readonly [readonly Call[], (readonly Call[])?, (readonly Call[])?];

/** The calls, and those that follow each time that AWS has finished. */
const exampleCalls: Readonly<Record<Example, ExampleCalls>> = {
  share: (chance, naming) => shareCalls(chance, naming),
  environment: (chance, { named, tags }) => {
    const request = chance.of(environmentExamples);
    const call = { ...request, computeEnvironmentName: named("own"), tags: { ...tagsOf(request), ...tags } };
    return [[(outside) => outside.createComputeEnvironment(structuredClone(call) as never)]];
  },
  definition: (chance, { named, tags }) => {
    const request = chance.of(definitionExamples);
    const call = { ...request, jobDefinitionName: named("own"), tags: { ...tagsOf(request), ...tags } };
    return [[(outside) => outside.registerJobDefinition(structuredClone(call) as never)]];
  },
  consumable: (chance, { named, tags }) => {
    const request = chance.of(consumableExamples);
    const name = named("licences");
    const call = { ...request, consumableResourceName: name, tags: { ...tagsOf(request), ...tags } };
    const consumer = {
      ...definitionExamples[0],
      jobDefinitionName: named("consumer"),
      consumableResourceProperties: {
        consumableResourceList: [{ consumableResource: name, quantity: chance.whole(1, 3) }],
      },
    };
    return [
      [(outside) => outside.createConsumableResource(structuredClone(call) as never)],
      [(outside) => outside.registerJobDefinition(structuredClone(consumer) as never)],
    ];
  },
};

/** A queue with quota management, and one or two shares of it. */
const shareCalls: ExampleCalls = (chance, { named, tags }) => {
  const [policy, environment, queue] = [named("quotas"), named("by-type"), named("shared")];
  const type = "SAGEMAKER_TRAINING" as const;
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" as const };
  const capacityLimits = [{ capacityUnit: "ml.m5.large", maxCapacity: 8 }];
  const service = { serviceEnvironmentName: environment, serviceEnvironmentType: type, capacityLimits, tags };
  const created = {
    jobQueueName: queue,
    jobQueueType: type,
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: environment }],
    schedulingPolicyArn: `${policies}/${policy}`,
    tags,
  };
  const shares = ["share", "other"].slice(0, chance.whole(1, 2)).map((name) => {
    const request = chance.of(shareExamples);
    return { ...request, quotaShareName: named(name), jobQueue: queue, tags: { ...tagsOf(request), ...tags } };
  });
  return [
    [
      (outside) => outside.createSchedulingPolicy({ name: policy, quotaSharePolicy, tags }),
      (outside) => outside.createServiceEnvironment(service),
    ],
    [(outside) => outside.createJobQueue(created)],
    shares.map(
      (share): Call =>
        (outside) =>
          outside.createQuotaShare(structuredClone(share) as never),
    ),
  ];
};

function tagsOf({ tags = {} }: { readonly tags?: unknown }): object {
  return tags as object;
}
