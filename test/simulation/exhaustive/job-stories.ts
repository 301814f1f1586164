import type { BatchJob, BatchJobSpec } from "../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../src/api/v1alpha1/kinds.ts";
import { recordedResult } from "../../../src/controllers/kinds/batch-job/result.ts";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import type { StoredJob } from "../../../src/simulator/stored-job.ts";
import { eventsQueueName, eventsQueueUrl } from "../../listening.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import { isReady } from "../../world.ts";
import type { Simulation } from "../world.ts";
import { allDone, type Story } from "./story.ts";

/** Longer than anything takes that is not stuck. */
const limitSeconds = 3600;

async function aPlace(world: Simulation): Promise<void> {
  world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd"));
  await world.until(() => world.store.objects().length > 0 && allDone(world), limitSeconds);
}

function job(name: string, command: readonly string[], spec: Partial<BatchJobSpec> = {}): Manifest {
  return batchJob(name, {
    jobQueueRef: { name: "q" },
    jobDefinitionRef: { name: "jd" },
    containerOverrides: { command: [...command] },
    ...spec,
  });
}

/** By then the operator has seen it, where nothing goes wrong. */
const seenSeconds = 15;

/** Ends only when it is ended. */
const long = ["sleep", "864000"];
const short = ["sleep", "20"];
const needs = (name: string): Partial<BatchJobSpec> => ({ dependsOn: [{ jobRef: { name } }] });

const jobObjects = ({ store }: Simulation): readonly BatchJob[] => store.objects(BatchJobKind) as readonly BatchJob[];
const inAws = ({ aws }: Simulation): readonly StoredJob[] => aws.truth.jobs();

/** Every job has its result, and everything else is Ready. */
function finished(world: Simulation): boolean {
  return world.store
    .objects()
    .every((object) =>
      object.kind === "BatchJob" ? recordedResult(object as BatchJob) !== undefined : isReady(object),
    );
}

const applying = (...manifests: readonly Manifest[]) => ({
  before: aPlace,
  act: async (world: Simulation): Promise<void> => {
    world.apply(...manifests);
  },
  over: (world: Simulation): boolean => jobObjects(world).length === manifests.length && finished(world),
});

/** A job in some state, which is ended in one of two ways. */
interface Ended {
  readonly state: string;
  readonly manifests: readonly Manifest[];
  readonly knobs?: Story["knobs"];
  /** What keeps it in that state. */
  readonly given?: (world: Simulation) => void;
  readonly until: (world: Simulation) => boolean;
  /** Writes of AWS with which it is ended, in addition to those that submit. */
  readonly writes: number;
}

const hasOne = (status: string) => (world: Simulation) => inAws(world).some((one) => one.status === status);

const states: readonly Ended[] = [
  {
    state: "suspended",
    manifests: [job("a", short, { suspend: true })],
    until: ({ store }) => store.objects(BatchJobKind).length === 1,
    writes: 0,
  },
  {
    state: "SUBMITTED",
    manifests: [job("a", long)],
    knobs: { jobSubmittedMs: 7_200_000 },
    until: hasOne("SUBMITTED"),
    writes: 1,
  },
  {
    state: "PENDING",
    manifests: [job("b", long, needs("a")), job("a", long)],
    until: hasOne("PENDING"),
    writes: 2,
  },
  {
    state: "RUNNABLE",
    manifests: [job("a", long)],
    given: ({ aws }) => aws.outside.shortage(aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? "", true),
    until: hasOne("RUNNABLE"),
    writes: 1,
  },
  {
    state: "STARTING",
    manifests: [job("a", long)],
    knobs: { containerStartMs: 7_200_000 },
    until: hasOne("STARTING"),
    writes: 1,
  },
  { state: "RUNNING", manifests: [job("a", long)], until: hasOne("RUNNING"), writes: 1 },
  {
    state: "RUNNING, an array",
    manifests: [job("a", long, { arrayProperties: { size: 2 } })],
    until: hasOne("RUNNING"),
    writes: 1,
  },
  { state: "SUCCEEDED", manifests: [job("a", short)], until: finished, writes: 0 },
  { state: "FAILED", manifests: [job("a", ["false"])], until: finished, writes: 0 },
];

function ended(how: "cancel" | "delete", { state, manifests, knobs, given, until, writes }: Ended): Story {
  const names = manifests.map(({ metadata }) => metadata.name);
  return {
    name: `${how} a job that is ${state}`,
    writes: (state === "suspended" ? 0 : manifests.length) + writes,
    ...(knobs === undefined ? {} : { knobs }),
    before: aPlace,
    act: async (world) => {
      given?.(world);
      world.apply(...manifests);
      await world.until(() => until(world), limitSeconds);
      await world.seconds(seenSeconds);
      if (how === "delete") for (const name of names) world.delete("BatchJob", name);
      else for (const one of manifests) world.apply({ ...one, spec: { ...(one.spec as BatchJobSpec), cancel: true } });
    },
    over: (world) => (how === "delete" ? jobObjects(world).length === 0 : finished(world)),
  };
}

/** Jobs are trusted to be announced from the second one on. The queue is as long in the account as the place. */
const heard: Pick<Story, "before" | "act" | "over"> = {
  ...applying(job("a", short), job("b", short)),
  before: async (world) => {
    await world.aws.outside.sqs.createQueue({ QueueName: eventsQueueName });
    await aPlace(world);
    world.apply(job("a", short));
    await world.until(() => finished(world) && inAws(world).length === 1, limitSeconds);
  },
};

export const jobStories: readonly Story[] = [
  { name: "a job", writes: 1, ...applying(job("a", short)) },
  { name: "a job, with a standby", writes: 1, replicas: 2, ...applying(job("a", short)) },
  { name: "a job of which events are heard", writes: 1, flags: { eventsQueue: [eventsQueueUrl] }, ...heard },
  { name: "a job that fails", writes: 1, ...applying(job("a", ["false"])) },
  { name: "an array of jobs", writes: 1, ...applying(job("a", short, { arrayProperties: { size: 3 } })) },
  {
    name: "a chain of jobs",
    writes: 3,
    ...applying(job("c", short, needs("b")), job("b", short, needs("a")), job("a", short)),
  },
  {
    name: "a job whose object goes after it",
    writes: 1,
    ...applying(job("a", short, { ttlSecondsAfterFinished: 30 })),
    over: (world) => inAws(world).length > 0 && jobObjects(world).length === 0,
  },
  ...states.flatMap((state) => [ended("cancel", state), ended("delete", state)]),
];
