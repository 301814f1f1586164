import type { BatchApi } from "../aws/batch-calls.ts";
import type { AwsConnection } from "../aws/connection.ts";
import { consumablesNamedBy } from "../aws/revision-consumables.ts";
import type { ClosableLogs, DatedCloud } from "../operator/cloud.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { attachedTo } from "../simulator/job-queues.ts";
import { createSimulatedAws, type SimulatedAws } from "../simulator/simulated-aws.ts";
import type { AwsSnapshot } from "../simulator/snapshot.ts";
import type { Change } from "../simulator/world.ts";
import { describeIn, type ScenarioJob, type SimulatedAccount, submitPossible } from "./simulated-account.ts";

/** Default region of the simulated account. */
export const simulatedRegion = "us-east-1";

/** A simulated account; one world per region, made when it is first used. */
export class SimulatedCloud implements DatedCloud {
  readonly account = "123456789012";
  readonly label = "simulated AWS";
  readonly region: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #saved: Readonly<Record<string, AwsSnapshot>>;
  readonly #worlds = new Map<string, SimulatedAws>();
  readonly #listeners: ((change: Change) => void)[] = [];
  #account: SimulatedAccount | undefined;
  /** Jobs of the account's description that no queue could take yet. */
  #waiting: readonly ScenarioJob[] = [];

  /** @param saved by region, as `snapshot` gave it */
  constructor(
    options: { readonly clock: Clock; readonly random: Random; readonly region: string },
    saved: Readonly<Record<string, AwsSnapshot>> = {},
  ) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.region = options.region;
    this.#saved = saved;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Calls `listener` at each change in any region. */
  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a description of the account; one given later replaces what it describes, and submits no job again. */
  describe(account: SimulatedAccount): void {
    const first = this.#account === undefined;
    this.#account = account;
    const known = this.#worlds.get(account.region ?? this.region);
    if (known !== undefined) describeIn(known, account);
    if (first) this.#waiting = account.jobs ?? [];
    if (known !== undefined) this.#waiting = submitPossible(known, this.#waiting);
  }

  async connect(region: string): Promise<AwsConnection> {
    const aws = this.world(region);
    const { Arn: arn } = await aws.sts.getCallerIdentity();
    const partition = arn?.split(":")[1] ?? "aws";
    return {
      account: aws.account,
      partition,
      batch: withReferred(aws),
      iam: async () => aws.iam,
      ec2: async () => aws.ec2,
      logs: async () => aws.logs,
      events: async () => aws.events,
      close: () => undefined,
    };
  }

  async logs(region: string): Promise<ClosableLogs> {
    return { ...this.world(region).logs, close: () => undefined };
  }

  world(region: string): SimulatedAws {
    const known = this.#worlds.get(region);
    if (known !== undefined) return known;
    const { account } = this;
    const home = this.#home();
    const identities = region === home ? undefined : this.world(home).identities;
    const aws = createSimulatedAws({ clock: this.#clock, random: this.#random, account, region, identities });
    this.#worlds.set(region, aws);
    const saved = this.#saved[region];
    if (saved !== undefined) aws.restore(saved);
    if (this.#account !== undefined && this.#isDescribed(region)) describeIn(aws, this.#account);
    // Whoever follows the changes begins with what is there.
    for (const change of recordsOf(aws)) for (const listener of this.#listeners) listener(change);
    aws.onChange((change) => {
      for (const listener of this.#listeners) listener(change);
      if (change.kind !== "job" && this.#isDescribed(region)) this.#waiting = submitPossible(aws, this.#waiting);
    });
    return aws;
  }

  /** The region whose snapshot has the roles of all: IAM has no regions. */
  #home(): string {
    const [saved] = Object.entries(this.#saved).find(([, { roles }]) => roles !== undefined) ?? [];
    return saved ?? this.region;
  }

  #isDescribed(region: string): boolean {
    return this.#account !== undefined && (this.#account.region ?? this.region) === region;
  }

  /** Everything that outlives the process, by region; regions that were not used this time as they were saved. */
  snapshot(): Readonly<Record<string, AwsSnapshot>> {
    const current = [...this.#worlds].map(([region, aws]) => [region, aws.snapshot()] as const);
    return { ...this.#saved, ...Object.fromEntries(current) };
  }
}

/**
 * As with roles and networks, what manifests refer to is there: a scheduling policy of this account is made as soon
 * as a queue names it, and a consumable resource, of which there is always enough, as soon as a definition or job does.
 */
export function withReferred({ batch, outside }: SimulatedAws): BatchApi {
  const provide = async (arn: string | undefined): Promise<void> => {
    const name = /:scheduling-policy\/([^/]+)$/.exec(arn ?? "")?.[1];
    if (arn === undefined || name === undefined) return;
    const { schedulingPolicies = [] } = await outside.describeSchedulingPolicies({ arns: [arn] });
    if (schedulingPolicies.length === 0) await outside.createSchedulingPolicy({ name });
  };
  const provideConsumable = async (name: string): Promise<void> => {
    const { consumableResources = [] } = await outside.listConsumableResources({
      filters: [{ name: "CONSUMABLE_RESOURCE_NAME", values: [name] }],
    });
    if (consumableResources.some((one) => one.consumableResourceName === name)) return;
    await outside.createConsumableResource({ consumableResourceName: name, totalQuantity: Number.MAX_SAFE_INTEGER });
  };
  return {
    ...batch,
    registerJobDefinition: async (input, options) => {
      for (const name of consumablesNamedBy(input).consumables ?? []) await provideConsumable(name);
      return await batch.registerJobDefinition(input, options);
    },
    submitJob: async (input, options) => {
      const ranges = input.nodeOverrides?.nodePropertyOverrides ?? [];
      for (const { consumableResourcePropertiesOverride: consumableResourceProperties } of [input, ...ranges]) {
        const { consumables = [] } = consumablesNamedBy({ consumableResourceProperties });
        for (const name of consumables) await provideConsumable(name);
      }
      return await batch.submitJob(input, options);
    },
    createJobQueue: async (input, options) => {
      await provide(input.schedulingPolicyArn);
      return await batch.createJobQueue(input, options);
    },
    updateJobQueue: async (input, options) => {
      await provide(input.schedulingPolicyArn);
      return await batch.updateJobQueue(input, options);
    },
  };
}

/** The environments and queues of an account, as if each had just changed. */
function recordsOf(aws: SimulatedAws): Change[] {
  const at = aws.clock.now();
  const environments = aws.truth.computeEnvironments().map((one): Change => {
    const { computeEnvironmentName: name, computeEnvironmentArn: arn, state, status = "", statusReason } = one;
    return { at, kind: "computeEnvironment", name, arn, state, status, statusReason };
  });
  const queues = aws.truth.jobQueues().map((one): Change => {
    const { jobQueueName: name, jobQueueArn: arn, state, status = "", statusReason } = one;
    return { at, kind: "jobQueue", name, arn, state, status, statusReason, order: attachedTo(one) };
  });
  return [...environments, ...queues];
}
