import { activeJobsIn } from "../../aws/active-jobs.ts";
import type { BatchApi, DefinitionRevision } from "../../aws/batch.ts";
import { guardedBatch } from "../../aws/batch-calls.ts";
import { createIamAccount } from "../../aws/cached-iam.ts";
import { NotSent } from "../../aws/calls.ts";
import type { AwsConnection } from "../../aws/connection.ts";
import { countedInAll } from "../../aws/definition-jobs.ts";
import { guardedEc2 } from "../../aws/ec2-calls.ts";
import { createEc2Region, type Ec2Region } from "../../aws/ec2-region.ts";
import type { IamAccount } from "../../aws/iam-account.ts";
import { guardedIam } from "../../aws/iam-calls.ts";
import { queuesOfJobs, stillActive, unfinishedJobs } from "../../aws/jobs.ts";
import type { ResourceType } from "../../aws/names.ts";
import type { BatchRegion, BatchSnapshot, RevisionSeen } from "../../aws/region.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { activeRevisions } from "../../aws/resources/job-definitions.ts";
import { jobQueues } from "../../aws/resources/job-queues.ts";
import { rolesNamedBy } from "../../aws/revision-roles.ts";
import { fingerprintOf } from "../../controllers/job-definition/normalise.ts";
import type { Clock } from "../../runtime/clock.ts";
import { readOnlyGuard } from "../read-only.ts";

export interface ReadOptions {
  readonly clock: Clock;
  readonly requestsPerSecond: number;
  readonly signal: AbortSignal;
}

/** A region as it was read once, whole; every write to it is refused. */
export type ReadRegion = BatchRegion;

/** @throws AwsError when anything of it cannot be read */
export async function readRegion(
  region: string,
  { account, partition, batch }: AwsConnection,
  options: ReadOptions,
): Promise<ReadRegion> {
  const { clock, signal } = options;
  const reading = guardedBatch(batch, readOnlyGuard({ ...options, why: onlyReads }));
  const listedAt = clock.now();
  const environments = await computeEnvironments.list(reading, undefined, signal);
  const queues = await jobQueues.list(reading, undefined, signal);
  const { definitions, bodies } = await definitionsOf(reading, signal);
  const records = { "compute-environment": environments, "job-queue": queues, "job-definition": definitions };
  const snapshot: BatchSnapshot = {
    listedAt,
    failure: undefined,
    failingSince: undefined,
    definitionsFailure: undefined,
    environments,
    queues,
    definitions,
    // This process writes nothing, so what a whole listing does not show is not there.
    isAbsent: (type: ResourceType, name: string) => !records[type].has(name),
    isSettled: () => true,
    isAsked: () => false,
    showsQueuesOf: () => true,
    lastWriteAt: () => 0,
  };
  const refused = (): Promise<never> => Promise.reject(new NotSent("batch:Write", new Error(onlyReads)));
  return {
    account,
    region,
    partition,
    snapshot: () => snapshot,
    refresh: async () => snapshot,
    refreshDefinition: async () => snapshot,
    definitionBody: async (arn) => bodies.get(arn),
    expectChange: () => undefined,
    expectAbsence: () => undefined,
    jobs: (queue, jobsSignal) => unfinishedJobs(reading, queue, jobsSignal),
    async activeJobs(given, _from, jobsSignal) {
      const begunAt = clock.monotonic();
      const jobs = await activeJobsIn(reading, given === "all" ? queuesOfJobs(queues) : given, jobsSignal);
      return { jobs, begunAt, endedAt: clock.monotonic() };
    },
    stillActive: (jobs, jobsSignal) => stillActive(reading, jobs, jobsSignal),
    async jobsOfDefinition(name, jobsSignal) {
      return (await countedInAll(reading, queuesOfJobs(queues), jobsSignal)).get(name) ?? 0;
    },
    jobsSeen: () => undefined,
    createComputeEnvironment: refused,
    updateComputeEnvironment: refused,
    deleteComputeEnvironment: refused,
    createJobQueue: refused,
    updateJobQueue: refused,
    deleteJobQueue: refused,
    registerJobDefinition: refused,
    deregisterJobDefinition: refused,
    changeTags: refused,
    terminateJob: refused,
  };
}

const onlyReads = "plan only reads";

/** IAM of the account, read when it is asked for; every write to it is refused. */
export async function readIam(
  { account, partition, iam }: AwsConnection,
  options: Omit<ReadOptions, "signal">,
): Promise<IamAccount> {
  const api = guardedIam(await iam(), readOnlyGuard({ ...options, why: onlyReads }));
  return createIamAccount({ api, account, partition, clock: options.clock });
}

/** EC2 of a region, read when it is asked for; every write to it is refused. */
export async function readEc2(
  region: string,
  { account, partition, ec2 }: AwsConnection,
  iam: () => Promise<IamAccount>,
  options: Omit<ReadOptions, "signal">,
): Promise<Ec2Region> {
  const api = guardedEc2(await ec2(), readOnlyGuard({ ...options, why: onlyReads }));
  return createEc2Region({ api, account, region, partition, clock: options.clock, iam });
}

async function definitionsOf(batch: BatchApi, signal: AbortSignal) {
  const definitions = new Map<string, RevisionSeen[]>();
  const highest = new Map<string, DefinitionRevision>();
  for await (const page of activeRevisions(batch, undefined, signal)) {
    for (const described of page) {
      const { jobDefinitionName: name, jobDefinitionArn: arn, revision, type = "container", tags = {} } = described;
      const digest = { fingerprint: fingerprintOf(described), roles: rolesNamedBy(described) };
      const seen = { name, revision, arn, type, tags, ...digest };
      definitions.set(name, [...(definitions.get(name) ?? []), seen]);
      if (revision > (highest.get(name)?.revision ?? 0)) highest.set(name, described);
    }
  }
  // Of each name the highest revision is compared, and no other.
  const bodies = new Map([...highest.values()].map((described) => [described.jobDefinitionArn, described]));
  for (const revisions of definitions.values()) revisions.sort((left, right) => right.revision - left.revision);
  return { definitions, bodies };
}
