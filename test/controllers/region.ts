/** An AWS Batch that only says what it is told to say, and keeps a list of what it was asked to do. */

import type { Kind, KubeObject } from "../../src/api/object.ts";
import type { Environment, Queue } from "../../src/aws/batch.ts";
import type { AwsError } from "../../src/aws/errors.ts";
import type { JobsSeen } from "../../src/aws/queue-jobs.ts";
import type { BatchRegion, BatchSnapshot, UnfinishedJob } from "../../src/aws/region.ts";
import type { Objects } from "../../src/controllers/ports.ts";

export interface FakeRegion extends BatchRegion {
  /** What is there; a test changes it as it likes. */
  environments: readonly Environment[];
  queues: readonly Queue[];
  jobsByQueue: Readonly<Record<string, readonly UnfinishedJob[]>>;
  jobsSeenByQueue: Readonly<Record<string, JobsSeen>>;
  failure: AwsError | undefined;
  listedAt: number | undefined;
  absent: boolean;
  /** Every call but `snapshot`, in order: `createJobQueue`, `jobs q1 RUNNING`, ... */
  readonly calls: string[];
  /** Called before each call is noted; throws what the call shall reject with. */
  before: (call: string) => void;
}

export function fakeRegion(
  change: Partial<Pick<FakeRegion, "environments" | "queues" | "jobsByQueue">> = {},
): FakeRegion {
  const called = async (call: string): Promise<void> => {
    region.before(call);
    region.calls.push(call);
  };
  const region: FakeRegion = {
    account: "123456789012",
    region: "eu-west-1",
    partition: "aws",
    environments: [],
    queues: [],
    jobsByQueue: {},
    jobsSeenByQueue: {},
    failure: undefined,
    listedAt: 1,
    absent: true,
    calls: [],
    before: () => {},
    snapshot: () => snapshotOf(region),
    async refresh() {
      await called("refresh");
      return snapshotOf(region);
    },
    async refreshDefinition(name) {
      await called(`refreshDefinition ${name}`);
      return snapshotOf(region);
    },
    expectChange() {
      region.calls.push("expectChange");
    },
    expectAbsence(thing, name) {
      region.calls.push(`expectAbsence ${thing} ${name}`);
    },
    createComputeEnvironment: (request) => called(`createComputeEnvironment ${request.computeEnvironmentName}`),
    updateComputeEnvironment: (request) => called(`updateComputeEnvironment ${request.computeEnvironment}`),
    deleteComputeEnvironment: (name) => called(`deleteComputeEnvironment ${name}`),
    createJobQueue: (request) => called(`createJobQueue ${request.jobQueueName}`),
    updateJobQueue: (request) => called(`updateJobQueue ${request.jobQueue}`),
    deleteJobQueue: (name) => called(`deleteJobQueue ${name}`),
    registerJobDefinition: (request) => called(`registerJobDefinition ${request.jobDefinitionName}`),
    deregisterJobDefinition: (name) => called(`deregisterJobDefinition ${name}`),
    changeTags: (arn) => called(`changeTags ${arn.slice(arn.lastIndexOf("/") + 1)}`),
    async jobs(queue, states) {
      await called(`jobs ${queue} ${states.join(",")}`);
      return (region.jobsByQueue[queue] ?? []).filter(({ status }) => (states as readonly string[]).includes(status));
    },
    async jobsOfDefinition(name) {
      await called(`jobsOfDefinition ${name}`);
      const jobs = Object.values(region.jobsByQueue).flat();
      return jobs.filter(({ definition }) => definition?.includes(`:job-definition/${name}:`)).length;
    },
    jobsSeen: (queue) => region.jobsSeenByQueue[queue],
    terminateJob: (jobId) => called(`terminateJob ${jobId}`),
    ...change,
  };
  return region;
}

function snapshotOf(region: FakeRegion): BatchSnapshot {
  const { environments, queues, failure, listedAt, absent } = region;
  return {
    listedAt,
    failure,
    failingSince: undefined,
    definitionsFailure: undefined,
    environments: new Map(environments.map((one) => [one.computeEnvironmentName, one])),
    queues: new Map(queues.map((one) => [one.jobQueueName, one])),
    definitions: undefined,
    isAsked: () => false,
    isSettled: () => absent,
    isAbsent: (thing, name) =>
      absent &&
      (thing === "job-queue"
        ? queues.every(({ jobQueueName }) => jobQueueName !== name)
        : environments.every(({ computeEnvironmentName }) => computeEnvironmentName !== name)),
    believesListing: () => absent,
    lastWriteAt: () => 0,
  };
}

/** The cached objects, all namespaces but `elsewhere` watched. */
export function objectsOf(
  objects: readonly KubeObject[],
  labels: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Objects {
  const list = (kind: Kind): readonly KubeObject[] => objects.filter((object) => object.kind === kind.kind);
  return {
    list,
    get: (kind, { namespace, name }) =>
      list(kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    watches: (namespace) => namespace !== "elsewhere",
    namespaceLabels: async (namespace) => labels[namespace],
    namespaceAnnotations: async () => ({}),
  };
}
