/** An AWS Batch that gives only scripted answers, and keeps a list of what it was asked to do. */

import type { KubeObject } from "../../src/api/object.ts";
import type {
  Consumable,
  Environment,
  Policy,
  Queue,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../../src/aws/batch.ts";
import type { AwsError } from "../../src/aws/errors.ts";
import type { JobsSeen } from "../../src/aws/queue-jobs.ts";
import type { ActiveJob, BatchRegion, BatchSnapshot, FailedJob, UnfinishedJob } from "../../src/aws/region.ts";
import { resourceIn } from "../../src/aws/resources/index.ts";
import { foundAmong } from "../../src/controllers/indexes.ts";
import type { NameSeen } from "../../src/controllers/ownership/names.ts";
import type { Objects } from "../../src/controllers/ports.ts";
import { type FakeJobs, fakeJobs } from "./jobs-of-objects.ts";

export interface FakeRegion extends BatchRegion {
  /** What is there; a test changes it as it likes. */
  computeEnvironments: readonly Environment[];
  jobQueues: readonly Queue[];
  schedulingPolicies: readonly Policy[];
  serviceEnvironments: readonly ServiceEnvironmentRecord[];
  /** Of SageMaker, in all queues. */
  startedJobs: readonly UnfinishedJob[];
  consumableResources: readonly Consumable[];
  quotaShares: readonly QuotaShareRecord[];
  /** What AWS lists of the queues, also what others have made. */
  sharesByQueue: Readonly<Record<string, readonly string[]>>;
  jobDefinitions: BatchSnapshot["jobDefinitions"];
  jobsByQueue: Readonly<Record<string, readonly ActiveJob[]>>;
  failed: readonly FailedJob[];
  /** Of whatever log. */
  lines: readonly string[];
  /** A count of active jobs is not there yet. */
  counting: boolean;
  /** Monotonic ms: when counts begin and end. */
  monotonic: () => number;
  jobsSeenByQueue: Readonly<Record<string, JobsSeen>>;
  failure: AwsError | undefined;
  failingSince: number | undefined;
  listedAt: number | undefined;
  absent: boolean;
  readonly jobsOfObjects: FakeJobs;
  /** Every call but `snapshot`, in order: `createJobQueue q1`, `jobs q1`, ... */
  readonly calls: string[];
  /** Called before each call is noted; throws what the call shall reject with. */
  before: (call: string) => void;
}

export function fakeRegion(
  change: Partial<
    Pick<
      FakeRegion,
      | "computeEnvironments"
      | "jobQueues"
      | "schedulingPolicies"
      | "serviceEnvironments"
      | "consumableResources"
      | "quotaShares"
      | "jobDefinitions"
      | "jobsByQueue"
      | "failed"
    >
  > = {},
): FakeRegion {
  const called = async (call: string): Promise<void> => {
    region.before(call);
    region.calls.push(call);
  };
  const active = (...queues: readonly string[]): readonly ActiveJob[] =>
    Object.entries(region.jobsByQueue)
      .flatMap(([queue, jobs]) => (queues.length === 0 || queues.includes(queue) ? jobs : []))
      .filter(({ status }) => status === "STARTING" || status === "RUNNING");
  const region: FakeRegion = {
    account: "123456789012",
    region: "eu-west-1",
    partition: "aws",
    computeEnvironments: [],
    jobQueues: [],
    schedulingPolicies: [],
    serviceEnvironments: [],
    startedJobs: [],
    consumableResources: [],
    quotaShares: [],
    sharesByQueue: {},
    jobDefinitions: undefined,
    jobsByQueue: {},
    failed: [],
    counting: false,
    monotonic: () => 0,
    jobsSeenByQueue: {},
    failure: undefined,
    failingSince: undefined,
    listedAt: 1,
    absent: true,
    calls: [],
    before: () => {},
    snapshot: () => snapshotOf(region),
    async refresh() {
      await called("refresh");
      return snapshotOf(region);
    },
    async refreshAsked(key, names) {
      await called(`refreshAsked ${key} ${names.join(",")}`.trim());
      return snapshotOf(region);
    },
    async refreshDefinition(name) {
      await called(`refreshDefinition ${name}`);
      return snapshotOf(region);
    },
    async definitionBody(arn) {
      await called(`definitionBody ${arn}`);
      return undefined;
    },
    expectChange() {
      region.calls.push("expectChange");
    },
    expectAbsence(thing, name) {
      region.calls.push(`expectAbsence ${thing} ${name}`);
    },
    createComputeEnvironment: (request) => called(`createComputeEnvironment ${request.computeEnvironmentName}`),
    async updateComputeEnvironment(request, _signal, beforeSend) {
      beforeSend?.();
      await called(`updateComputeEnvironment ${request.computeEnvironment}`);
    },
    async deleteComputeEnvironment(name, _signal, beforeSend) {
      beforeSend?.();
      await called(`deleteComputeEnvironment ${name}`);
    },
    async createJobQueue(request, _signal, beforeSend) {
      beforeSend?.();
      await called(`createJobQueue ${request.jobQueueName}`);
    },
    async updateJobQueue(request, _signal, beforeSend) {
      beforeSend?.();
      await called(`updateJobQueue ${request.jobQueue}`);
    },
    deleteJobQueue: (name) => called(`deleteJobQueue ${name}`),
    createSchedulingPolicy: (request) => called(`createSchedulingPolicy ${request.name}`),
    updateSchedulingPolicy: (request) => called(`updateSchedulingPolicy ${request.arn}`),
    deleteSchedulingPolicy: (arn) => called(`deleteSchedulingPolicy ${arn}`),
    createServiceEnvironment: (request) => called(`createServiceEnvironment ${request.serviceEnvironmentName}`),
    async updateServiceEnvironment(request, _signal, beforeSend) {
      beforeSend?.();
      await called(`updateServiceEnvironment ${request.serviceEnvironment}`);
    },
    async deleteServiceEnvironment(arn, _signal, beforeSend) {
      beforeSend?.();
      await called(`deleteServiceEnvironment ${arn}`);
    },
    createConsumableResource: (request) => called(`createConsumableResource ${request.consumableResourceName}`),
    updateConsumableResource: (request) =>
      called(`updateConsumableResource ${request.consumableResource} ${request.operation} ${request.quantity}`),
    deleteConsumableResource: (name) => called(`deleteConsumableResource ${name}`),
    createQuotaShare: (request) => called(`createQuotaShare ${request.jobQueue}/${request.quotaShareName}`),
    updateQuotaShare: (request) => called(`updateQuotaShare ${resourceIn(request.quotaShareArn ?? "")?.name}`),
    deleteQuotaShare: (arn) => called(`deleteQuotaShare ${resourceIn(arn)?.name}`),
    async sharesOf(queue) {
      await called(`sharesOf ${queue}`);
      return region.sharesByQueue[queue] ?? [];
    },
    registerJobDefinition: (request) => called(`registerJobDefinition ${request.jobDefinitionName}`),
    deregisterJobDefinition: (name) => called(`deregisterJobDefinition ${name}`),
    changeTags: (arn) => called(`changeTags ${arn.slice(arn.lastIndexOf("/") + 1)}`),
    async jobs(queue) {
      await called(`jobs ${queue}`);
      return { jobs: region.jobsByQueue[queue] ?? [], begunAt: region.monotonic(), endedAt: region.monotonic() };
    },
    async activeJobs(queues, from) {
      await called(`activeJobs ${queues === "all" ? queues : queues.join(",")} from ${from}`);
      if (region.counting) return undefined;
      const jobs = queues === "all" ? active() : queues.flatMap((queue) => active(queue));
      return { jobs, begunAt: region.monotonic(), endedAt: region.monotonic() };
    },
    async stillActive(jobs) {
      await called(`stillActive ${jobs.map(({ jobId }) => jobId).join(",")}`);
      return active().filter(({ jobId }) => jobs.some((job) => job.jobId === jobId));
    },
    async failedJobs({ queues }) {
      await called(`failedJobs ${queues.join(",")}`);
      return region.failed;
    },
    async jobsOfDefinition(name) {
      await called(`jobsOfDefinition ${name}`);
      const jobs = Object.values(region.jobsByQueue).flat();
      return jobs.filter(({ definition }) => definition?.includes(`:job-definition/${name}:`)).length;
    },
    async jobsOfRole(name, from) {
      await called(`jobsOfRole ${name} from ${from}`);
      return new Map();
    },
    jobsSeen: (queue) => region.jobsSeenByQueue[queue],
    async startedServiceJobs() {
      await called("startedServiceJobs");
      return { jobs: region.startedJobs, begunAt: region.monotonic(), endedAt: region.monotonic() };
    },
    terminateJob: (jobId) => called(`terminateJob ${jobId}`),
    terminateServiceJob: (jobId) => called(`terminateServiceJob ${jobId}`),
    lines: [],
    async lastLines({ group, stream }) {
      await called(`getLogEvents ${group} ${stream}`);
      return region.lines;
    },
    jobsOfObjects: fakeJobs(called),
    ...change,
  };
  return region;
}

function snapshotOf(region: FakeRegion): BatchSnapshot {
  const {
    computeEnvironments: environments,
    jobQueues: queues,
    schedulingPolicies: policies,
    serviceEnvironments,
    consumableResources: consumables,
    quotaShares,
    jobDefinitions: definitions,
  } = region;
  const shares = quotaShares.map((one) => [resourceIn(one.quotaShareArn)?.name ?? "", one] as const);
  const { failure, failingSince, listedAt, absent } = region;
  return {
    listedAt,
    failure,
    failingSince,
    definitionsFailure: undefined,
    failureOf: () => undefined,
    hasRead: () => true,
    computeEnvironments: new Map(environments.map((one) => [one.computeEnvironmentName, one])),
    jobQueues: new Map(queues.map((one) => [one.jobQueueName, one])),
    schedulingPolicies: new Map(policies.map((one) => [one.name, one])),
    serviceEnvironments: new Map(serviceEnvironments.map((one) => [one.serviceEnvironmentName, one])),
    consumableResources: new Map(consumables.map((one) => [one.consumableResourceName, one])),
    quotaShares: new Map(shares),
    jobDefinitions: definitions,
    isAsked: () => false,
    isSettled: () => absent,
    isAbsent: (thing, name) =>
      absent &&
      [
        ...queues.map((one) => `job-queue/${one.jobQueueName}`),
        ...environments.map((one) => `compute-environment/${one.computeEnvironmentName}`),
        ...policies.map((one) => `scheduling-policy/${one.name}`),
        ...serviceEnvironments.map((one) => `service-environment/${one.serviceEnvironmentName}`),
        ...consumables.map((one) => `consumable-resource/${one.consumableResourceName}`),
        ...shares.map(([share]) => `quota-share/${share}`),
      ].every((one) => one !== `${thing}/${name}`),
    showsQueuesOf: () => absent,
    lastWriteAt: () => 0,
  };
}

/** The cached objects, all namespaces but `elsewhere` watched. */
/** What is seen of a name that an object may have. */
export function mayAdopt(isAllowed: boolean): NameSeen {
  return { kind: "allowed", mayAdopt: isAllowed, adoptableBy: "for the entry team/x in --adoptable-names" };
}

export function objectsOf(
  objects: readonly KubeObject[],
  labels: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  annotations: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Objects {
  return {
    ...foundAmong(objects, { defaultRegion: "eu-west-1", cluster: { name: "default" } }),
    watches: (namespace) => namespace !== "elsewhere",
    namespace: async (name) => ({ labels: labels[name] ?? {}, annotations: annotations[name] ?? {} }),
  };
}
