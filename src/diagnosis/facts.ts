import type { Environment, Queue } from "../aws/batch.ts";
import type { InstanceTypes } from "../aws/instance-types.ts";
import type { ConsumableNeed } from "../aws/job-needs.ts";
import type { QueueJobs } from "../aws/queue-jobs.ts";

/** Facts of a diagnosis: plain data, read before. */
export interface QueueFacts {
  readonly queue: Queue;
  /** In the order of the queue. */
  readonly environments: readonly EnvironmentFacts[];
  /** Undefined: not read yet. */
  readonly jobs: QueueJobs | undefined;
  /** Names of other queues that share an environment with this one and have a higher priority. */
  readonly preferred: readonly string[];
  readonly instanceTypes: InstanceTypes;
  /** The consumables that the first job needs, as far as they have been read. */
  readonly consumables: readonly ConsumableFact[];
}

/** A consumable that a job needs. */
export interface ConsumableFact {
  readonly name: string;
  /** What the job holds of it while it runs. */
  readonly needed: number;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Undefined: AWS has no consumable of that name. */
  readonly quantity: { readonly total: number; readonly available: number; readonly isUsedUp: boolean } | undefined;
  /** The jobs that hold it; undefined: not read. */
  readonly holders?: ConsumableHolders;
}

export interface ConsumableHolders {
  readonly jobs: readonly { readonly name: string; readonly status: string; readonly quantity: number }[];
  /** There are more than were read. */
  readonly more: boolean;
}

export interface EnvironmentFacts {
  readonly name: string;
  /** Undefined: it does not exist in AWS. */
  readonly environment: Environment | undefined;
  /** Whether its instances reach AWS; undefined: not checked yet. */
  readonly network: NetworkFact | undefined;
}

export interface NetworkFact {
  readonly state: "Reachable" | "Unreachable" | "Unknown";
  /** What is missing, with the subnet. */
  readonly sentence: string;
  /** May be empty if the sentence contains it. */
  readonly fix: string;
}

/** The facts of a queue, from the snapshot of its region. @param networkOf by the environment's name */
export function queueFacts(
  queue: Queue,
  region: {
    readonly environments: ReadonlyMap<string, Environment>;
    readonly queues: Iterable<Queue>;
    readonly networkOf: (environment: Environment) => NetworkFact | undefined;
    readonly instanceTypes: InstanceTypes;
    /** Undefined: not read. */
    readonly consumableOf: (need: ConsumableNeed) => ConsumableFact | undefined;
  },
  jobs: QueueJobs | undefined,
): QueueFacts {
  const names = namesIn(queue);
  const preferred = [...region.queues].filter(
    (other) =>
      other.jobQueueName !== queue.jobQueueName &&
      (other.priority ?? 0) > (queue.priority ?? 0) &&
      namesIn(other).some((name) => names.includes(name)),
  );
  return {
    queue,
    environments: names.map((name) => {
      const environment = region.environments.get(name);
      const network = environment === undefined ? undefined : region.networkOf(environment);
      return { name, environment, network };
    }),
    jobs,
    preferred: preferred.map(({ jobQueueName }) => jobQueueName),
    instanceTypes: region.instanceTypes,
    consumables: (jobs?.head?.described?.needs.consumables ?? []).flatMap((need) => region.consumableOf(need) ?? []),
  };
}

function namesIn({ computeEnvironmentOrder = [] }: Queue): readonly string[] {
  return [...computeEnvironmentOrder]
    .sort((left, right) => (left.order ?? 0) - (right.order ?? 0))
    .map(({ computeEnvironment = "" }) => computeEnvironment.slice(computeEnvironment.lastIndexOf("/") + 1));
}
