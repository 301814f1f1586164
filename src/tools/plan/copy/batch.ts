import type { DefinitionRevision } from "../../../aws/batch.ts";
import type { BatchApi } from "../../../aws/batch-calls.ts";
import type { Location } from "../../../aws/names.ts";
import {
  type AskedKey,
  askedKeys,
  askedResources,
  type DescribedKey,
  type ListedKey,
  listedResources,
  type ResourceRecords,
} from "../../../aws/resources/index.ts";
import { activeRevisions } from "../../../aws/resources/job-definitions.ts";
import { verifiesTag } from "../../../controllers/ownership/ownership.ts";
import type { SimulatedAws } from "../../../simulator/simulated-aws.ts";
import { withReferred } from "../../simulated-cloud.ts";
import type { CopiedEc2 } from "./ec2.ts";
import type { CopiedJobs } from "./jobs.ts";
import type { AccountReads } from "./reads.ts";

/** What has one record under its name. */
export type DescribedRecords = { readonly [K in DescribedKey]: readonly ResourceRecords[K][] };

/** AWS Batch in a region of the account, as the operator's listing reads it. */
export interface BatchRecords extends DescribedRecords {
  /** ACTIVE revisions. */
  readonly jobDefinitions: readonly DefinitionRevision[];
}

/** @throws AwsError when anything of it cannot be read */
export async function readBatch(batch: BatchApi, at: Location, signal: AbortSignal): Promise<BatchRecords> {
  const listed = async <K extends ListedKey>(key: K): Promise<readonly ResourceRecords[K][]> => {
    return [...(await listedResources[key].list(batch, undefined, signal)).values()];
  };
  const computeEnvironments = await listed("computeEnvironments");
  const jobQueues = await listed("jobQueues");
  const jobDefinitions: DefinitionRevision[] = [];
  for await (const page of activeRevisions(batch, undefined, signal)) jobDefinitions.push(...page);
  const asked = async <K extends AskedKey>(key: K): Promise<readonly ResourceRecords[K][]> => {
    const resource = askedResources[key];
    const names = [...(await resource.names(batch, signal, jobQueues))];
    const records: ResourceRecords[K][] = [];
    for (let start = 0; start < names.length; start += resource.namesPerCall) {
      const some = new Set(names.slice(start, start + resource.namesPerCall));
      records.push(...(await resource.describe({ batch, at, names: some }, signal)).values());
    }
    return records;
  };
  const others = await Promise.all(askedKeys.map(async (key) => [key, await asked(key)] as const));
  return { computeEnvironments, jobQueues, jobDefinitions, ...(Object.fromEntries(others) as AskedRecords) };
}

type AskedRecords = Pick<BatchRecords, AskedKey>;

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
    ...records,
    computeEnvironments: records.computeEnvironments.map((one) => ({
      ...one,
      uuid: one.uuid ?? one.computeEnvironmentArn,
    })),
    jobQueues: records.jobQueues.map((detail) => ({ id: detail.jobQueueArn, detail, typeGiven: false })),
    // Their jobs are not in the copy.
    consumableResources: records.consumableResources.map((one) => ({ ...one, heldByOthers: one.inUseQuantity })),
  });
  const queues = new Set(records.jobQueues.flatMap(({ jobQueueName, jobQueueArn }) => [jobQueueName, jobQueueArn]));
  const verifying = new Set(
    records.jobQueues
      .filter(({ tags }) => tags?.[verifiesTag] !== undefined)
      .flatMap(({ jobQueueName, jobQueueArn }) => [jobQueueName, jobQueueArn]),
  );
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
      const listed = await asked("listJobs", input, () => real.listJobs(input));
      const verify = verifying.has(input.jobQueue ?? "");
      // AWS lists what has ended only where a filter is given, as by the name of the job.
      const theirs = verify && input.filters !== undefined ? listed : jobs.summaries(listed, verify);
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
      const shown = (theirs.jobs ?? []).map((job) => jobs.described(job, verifying.has(job.jobQueue ?? "")));
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
