import type { ComputeResource } from "../../../src/aws/batch.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import type { Chance } from "./chance.ts";
import { editEnvironment, environmentSpec, instanceRole, settledEnvironment } from "./environments.ts";
import { definitionSpec, editDefinition, editQueue, queueSpec } from "./others.ts";

/** What other tools make in an account: the first specs of the worlds, edited, without the fields of the operator. */

const toolTags = [{}, {}, { "crossplane-name": "x" }, { "managed-by": "terraform" }];

/** In the account and region of a world. */
const policies = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy";

type Call = (outside: SimulatedAws["outside"]) => Promise<unknown>;

/**
 * The calls that make some environments, queues, policies and job definitions, in phases: between two of them AWS finishes.
 *
 * @param prefix of their names, which no other account has
 */
export function accountCalls(chance: Chance, prefix: string): readonly (readonly Call[])[] {
  const family = chance.is(0.6) ? "instances" : "fargate";
  const tags = chance.of(toolTags);
  const named = (name: string): string =>
    `${prefix}${chance.of(["-", "_"])}${chance.is(0.2) ? name.toUpperCase() : name}`;
  const environments = Array.from({ length: chance.whole(0, 3) }, (_, at) => named(`ce${at}`));
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
  const policy = chance.is(0.3) ? named("policy") : undefined;
  if (policy !== undefined) creations.push(policyCall(chance, policy, tags));
  const queues = environments.length === 0 ? [] : queueCalls(chance, environments, { named, tags, policy });
  return [creations, updates, [...queues, ...definitionCalls(chance, family, { named, tags })], states];
}

interface Naming {
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

function queueCalls(
  chance: Chance,
  environments: readonly string[],
  { named, tags, policy }: Naming & { readonly policy: string | undefined },
): readonly Call[] {
  return Array.from({ length: chance.whole(0, 2) }, (_, at): Call => {
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

function definitionCalls(chance: Chance, family: "instances" | "fargate", { named, tags }: Naming): readonly Call[] {
  return Array.from({ length: chance.whole(0, 2) }, (_, at) => named(`d${at}`)).flatMap((jobDefinitionName) =>
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
