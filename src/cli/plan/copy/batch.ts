import type {
  BatchApi,
  Consumable,
  DefinitionRevision,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../../../aws/batch.ts";
import type { Location } from "../../../aws/names.ts";
import { computeEnvironments } from "../../../aws/resources/compute-environments.ts";
import { consumableResources } from "../../../aws/resources/consumable-resources.ts";
import { activeRevisions } from "../../../aws/resources/job-definitions.ts";
import { jobQueues } from "../../../aws/resources/job-queues.ts";
import { quotaShares } from "../../../aws/resources/quota-shares.ts";
import type { AskedResource } from "../../../aws/resources/resource.ts";
import { schedulingPolicies } from "../../../aws/resources/scheduling-policies.ts";
import { serviceEnvironments } from "../../../aws/resources/service-environments.ts";
import type { SimulatedAws } from "../../../simulator/simulated-aws.ts";
import { withReferred } from "../../simulated-cloud.ts";
import type { CopiedEc2 } from "./ec2.ts";
import type { CopiedJobs } from "./jobs.ts";
import type { AccountReads } from "./reads.ts";

/** AWS Batch in a region of the account, as the operator's listing reads it. */
export interface BatchRecords {
  readonly environments: readonly Environment[];
  readonly queues: readonly Queue[];
  /** ACTIVE revisions. */
  readonly definitions: readonly DefinitionRevision[];
  readonly policies: readonly Policy[];
  readonly serviceEnvironments: readonly ServiceEnvironmentRecord[];
  readonly consumables: readonly Consumable[];
  readonly quotaShares: readonly QuotaShareRecord[];
}

/** @throws AwsError when anything of it cannot be read */
export async function readBatch(batch: BatchApi, at: Location, signal: AbortSignal): Promise<BatchRecords> {
  const environments = await computeEnvironments.list(batch, undefined, signal);
  const queues = await jobQueues.list(batch, undefined, signal);
  const definitions: DefinitionRevision[] = [];
  for await (const page of activeRevisions(batch, undefined, signal)) definitions.push(...page);
  const readAll = async <R>(resource: AskedResource<R>): Promise<readonly R[]> => {
    const names = await resource.names(batch, signal, queues.values());
    const records: R[] = [];
    for (let start = 0, all = [...names]; start < all.length; start += resource.namesPerCall) {
      const some = new Set(all.slice(start, start + resource.namesPerCall));
      records.push(...(await resource.describe({ batch, at, names: some }, signal)).values());
    }
    return records;
  };
  const policies = await readAll<Policy>(schedulingPolicies);
  const services = await readAll<ServiceEnvironmentRecord>(serviceEnvironments);
  const consumables = await readAll<Consumable>(consumableResources);
  const shares = await readAll<QuotaShareRecord>(quotaShares);
  return {
    environments: [...environments.values()],
    queues: [...queues.values()],
    definitions,
    policies,
    serviceEnvironments: services,
    consumables,
    quotaShares: shares,
  };
}

export interface CopiedBatchOptions {
  readonly copy: SimulatedAws;
  readonly records: BatchRecords;
  /** AWS Batch of the account in this region, for reads only. */
  readonly real: BatchApi;
  readonly reads: AccountReads;
  readonly ec2: CopiedEc2;
  readonly jobs: CopiedJobs;
}

/** AWS Batch of the copy: its records are those of the account, and so are its jobs. */
export function copiedBatch({ copy, records, real, reads, ec2, jobs }: CopiedBatchOptions): BatchApi {
  copy.add({
    computeEnvironments: records.environments.map((one) => ({ ...one, uuid: one.uuid ?? one.computeEnvironmentArn })),
    jobQueues: records.queues.map((detail) => ({ id: detail.jobQueueArn, detail, typeGiven: false })),
    jobDefinitions: records.definitions,
    schedulingPolicies: records.policies,
    serviceEnvironments: records.serviceEnvironments,
    quotaShares: records.quotaShares,
    // Their jobs are not in the copy.
    consumableResources: records.consumables.map((one) => ({ ...one, heldByOthers: one.inUseQuantity })),
  });
  const queues = new Set(records.queues.flatMap(({ jobQueueName, jobQueueArn }) => [jobQueueName, jobQueueArn]));
  const asked = <T>(name: keyof BatchApi, input: object, ask: () => Promise<T>): Promise<T> =>
    reads.of(`${copy.region} ${name} ${JSON.stringify(input)}`, ask);
  const batch = withReferred(copy);
  /** Whether the plan has submitted this job: then it is in the copy alone. */
  const isMade = (jobId: string): boolean => copy.truth.jobs().some(({ id }) => id === jobId);
  /** The ID of a job in its ARN, unless the plan has submitted it. */
  const jobOfAccount = (arn: string | undefined): string | undefined => {
    const jobId = /:job\/(.+)$/.exec(arn ?? "")?.[1];
    return jobId === undefined || isMade(jobId) ? undefined : jobId;
  };
  return {
    ...batch,
    async createComputeEnvironment(input, options) {
      await ec2.provide(input.computeResources);
      return await batch.createComputeEnvironment(input, options);
    },
    async updateComputeEnvironment(input, options) {
      await ec2.provide(input.computeResources);
      return await batch.updateComputeEnvironment(input, options);
    },
    async listJobs(input, options) {
      // A queue that the plan creates has no jobs.
      if (input.jobQueue !== undefined && !queues.has(input.jobQueue)) return await batch.listJobs(input, options);
      const made = await batch.listJobs(input, options);
      const theirs = jobs.summaries(await asked("listJobs", input, () => real.listJobs(input)));
      return { ...theirs, jobSummaryList: [...(made.jobSummaryList ?? []), ...(theirs.jobSummaryList ?? [])] };
    },
    async listServiceJobs(input, options) {
      if (!queues.has(input.jobQueue ?? "")) return await batch.listServiceJobs(input, options);
      return jobs.summaries(await asked("listServiceJobs", input, () => real.listServiceJobs(input)));
    },
    async terminateServiceJob(input) {
      jobs.terminate(input.jobId);
    },
    async describeJobs(input, options) {
      const ids = input.jobs ?? [];
      const made = ids.filter(isMade);
      const others = ids.filter((id) => !isMade(id));
      const ours = made.length === 0 ? {} : await batch.describeJobs({ jobs: made }, options);
      const theirs =
        others.length === 0
          ? {}
          : await asked("describeJobs", { jobs: others }, () => real.describeJobs({ jobs: others }));
      const shown = (theirs.jobs ?? []).map((job) => jobs.described(job));
      return { ...theirs, jobs: [...(ours.jobs ?? []), ...shown] };
    },
    async getJobQueueSnapshot(input, options) {
      if (!queues.has(input.jobQueue ?? "")) return await batch.getJobQueueSnapshot(input, options);
      const { frontOfQueue } = await asked("getJobQueueSnapshot", input, () => real.getJobQueueSnapshot(input));
      const waiting = (frontOfQueue?.jobs ?? []).filter(({ jobArn }) => !jobs.isOver(jobArn?.split("/").at(-1)));
      return { frontOfQueue: { ...frontOfQueue, jobs: waiting } };
    },
    async tagResource(input, options) {
      const theirs = jobOfAccount(input.resourceArn);
      if (theirs === undefined) await batch.tagResource(input, options);
      else jobs.retag(theirs, (tags) => ({ ...tags, ...input.tags }));
    },
    async untagResource(input, options) {
      const theirs = jobOfAccount(input.resourceArn);
      const removed = new Set(input.tagKeys);
      if (theirs === undefined) await batch.untagResource(input, options);
      else jobs.retag(theirs, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))));
    },
    async terminateJob(input, options) {
      if (isMade(input.jobId ?? "")) await batch.terminateJob(input, options);
      else jobs.terminate(input.jobId);
    },
  };
}
