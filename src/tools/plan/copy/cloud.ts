/**
 * The door of the copy of an account: reads of the real one, each asked once (`reads.ts`), and a simulated AWS that is filled
 * from them as the rehearsal asks.
 */

import { type BatchApi, guardedBatch } from "../../../aws/batch-calls.ts";
import type { AwsConnection } from "../../../aws/connection.ts";
import { guardedEc2 } from "../../../aws/ec2-calls.ts";
import { guardedIam } from "../../../aws/iam-calls.ts";
import type { Cloud } from "../../../operator/cloud.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { once } from "../../../runtime/once.ts";
import { seededRandom } from "../../../runtime/random.ts";
import type { Knobs } from "../../../simulator/knobs.ts";
import { createSimulatedAws, type SimulatedAws } from "../../../simulator/simulated-aws.ts";
import { readOnlyGuard } from "../../read-only.ts";
import { SimulatedCloud } from "../../simulated-cloud.ts";
import { type BatchRecords, copiedBatch, readBatch } from "./batch.ts";
import { copiedEc2 } from "./ec2.ts";
import { type CopiedIam, copiedIam } from "./iam.ts";
import { CopiedJobs } from "./jobs.ts";
import { AccountReads } from "./reads.ts";

export interface AccountOptions {
  /** Real time. */
  readonly clock: Clock;
  readonly requestsPerSecond: number;
  readonly signal: AbortSignal;
}

/** A real account that is only read: budget, deadline and classification are around each call, and a write fails. */
export class ReadAccount {
  readonly cloud: Cloud;
  readonly reads = new AccountReads();
  readonly #options: AccountOptions;

  constructor(cloud: Cloud, options: AccountOptions) {
    this.cloud = cloud;
    this.#options = options;
  }

  /** @throws AwsError when AWS Batch in the region cannot be read */
  region(name: string): Promise<ReadRegion> {
    return this.reads.of(name, () => this.#open(name));
  }

  async #open(name: string): Promise<ReadRegion> {
    const { signal } = this.#options;
    const { account, partition, batch, iam, ec2 } = await this.cloud.connect(name, signal);
    const options = { ...this.#options, why: "plan only reads" };
    const guarded = guardedBatch(batch, readOnlyGuard(options));
    const records = await readBatch(guarded, { account, partition, region: name }, signal);
    return {
      name,
      account,
      partition,
      records,
      batch: guarded,
      iam: once(async () => guardedIam(await iam(), readOnlyGuard(options))),
      ec2: once(async () => guardedEc2(await ec2(), readOnlyGuard(options))),
    };
  }
}

/** A region of the account, for reads only. */
export interface ReadRegion extends Omit<AwsConnection, "close" | "logs"> {
  readonly name: string;
  readonly records: BatchRecords;
}

/** The copy shows each write at once: what AWS takes to show it changes no write. */
const knobs: Partial<Knobs> = {
  latencyMs: 0,
  stalenessMs: 0,
  iamVisibleMs: 0,
  iamPropagationMs: 0,
  otherRolesExist: true,
  otherPoliciesExist: true,
  // Whether instances reach their cluster is the preflight's to say.
  neverJoinedMs: Number.POSITIVE_INFINITY,
};

/** A simulated AWS with what the account has, as far as anybody asks for it. Writes change the copy alone. */
export class CopiedCloud implements Cloud {
  readonly account: string;
  readonly region: string;
  readonly label = "a simulated copy of the account";
  readonly jobs = new CopiedJobs();
  readonly #read: ReadAccount;
  readonly #clock: Clock;
  readonly #copies = new Map<string, SimulatedAws>();
  readonly #connections = new Map<string, Promise<AwsConnection>>();
  #iam: CopiedIam | undefined;

  /** @param clock the time of the copy */
  constructor(read: ReadAccount, clock: Clock) {
    this.account = read.cloud.account;
    this.region = read.cloud.region;
    this.#read = read;
    this.#clock = clock;
  }

  connect(name: string): Promise<AwsConnection> {
    const known = this.#connections.get(name) ?? this.#connect(name);
    this.#connections.set(name, known);
    return known;
  }

  async #connect(name: string): Promise<AwsConnection> {
    const { account, partition, records, batch, iam, ec2: readEc2 } = await this.#read.region(name);
    const { reads } = this.#read;
    const copy = this.copy(name);
    const ec2 = copiedEc2({ copy, real: readEc2, reads });
    const api = copiedBatch({ copy, records, real: batch, reads, ec2, jobs: this.jobs });
    // IAM has no regions.
    const showsAll = !(this.#read.cloud instanceof SimulatedCloud);
    this.#iam ??= copiedIam({ copy: this.copy(this.region), partition, real: iam, reads, showsAll });
    const roles = this.#iam;
    const withRoles = withNamedRoles(api, roles);
    return {
      account,
      partition,
      batch: withRoles,
      iam: async () => roles.api,
      ec2: async () => ec2.api,
      logs: async () => copy.logs,
      close: () => undefined,
    };
  }

  /** The simulated AWS of a region. */
  copy(name: string): SimulatedAws {
    const known = this.#copies.get(name);
    if (known !== undefined) return known;
    const identities = name === this.region ? undefined : this.copy(this.region).identities;
    const { account } = this;
    const random = seededRandom(this.#copies.size + 1);
    const copy = createSimulatedAws({ clock: this.#clock, random, account, region: name, knobs, identities });
    this.#copies.set(name, copy);
    const { prefixLists = [] } = copy.snapshot().ec2?.records ?? {};
    // Only what is read from the account exists.
    const ec2 = { described: false, made: true, records: { prefixLists } };
    copy.restore({ computeEnvironments: [], jobQueues: [], jobDefinitions: [], ec2 });
    // What a job does is not for a plan to guess: a job that it submits succeeds.
    copy.outside.planJobs({ job: "*", attempts: [{ exitCode: 0 }] });
    return copy;
  }
}

interface NamesRoles {
  readonly serviceRole?: string | undefined;
  readonly computeResources?: { readonly instanceRole?: string | undefined } | undefined;
}

/** AWS marks an environment as INVALID whose roles it cannot use: the copy needs them as the account has them. */
function withNamedRoles(batch: BatchApi, { named }: CopiedIam): BatchApi {
  const read = async ({ serviceRole, computeResources }: NamesRoles): Promise<void> => {
    if (serviceRole) await named(serviceRole, "role");
    if (computeResources?.instanceRole) await named(computeResources.instanceRole, "instance-profile");
  };
  return {
    ...batch,
    createComputeEnvironment: async (input, options) => {
      await read(input);
      return await batch.createComputeEnvironment(input, options);
    },
    updateComputeEnvironment: async (input, options) => {
      await read(input);
      return await batch.updateComputeEnvironment(input, options);
    },
  };
}
