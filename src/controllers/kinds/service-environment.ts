/** Keeps AWS Batch service environments as their objects say. */

import { ServiceEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { ServiceEnvironment, ServiceEnvironmentSpec } from "../../api/v1alpha1/service-environment.ts";
import type {
  CreateServiceEnvironmentRequest,
  ServiceEnvironmentRecord,
  UpdateServiceEnvironmentRequest,
} from "../../aws/batch.ts";
import type { BatchRegion, JobsCounted, UnfinishedJob } from "../../aws/region.ts";
import { limitsOf } from "../../aws/resources/service-environments.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { type CountedJobs, countedJobs } from "../draining/counted-jobs.ts";
import type { JobsSeen } from "../draining/drain.ts";
import { namesIn } from "../draining/queue-order.ts";
import { namesOfUsers, queuesWith } from "../draining/queue-users.ts";
import { type MarksSeen, markShownForMs, newMarksSeen } from "../draining/retirement-marks.ts";
import { requireUnnamed } from "../draining/unnamed.ts";
import { fieldsOf } from "../fields/rows.ts";
import { emptyForMs } from "../intervals.ts";
import { memoryKey } from "../ownership/naming.ts";
import { retiredAtTag } from "../ownership/ownership.ts";
import type { Blocked, Plan, Serves } from "../pass/agenda.ts";
import type { Ports } from "../ports.ts";
import type { Acts } from "./resource/act.ts";
import { askedReconciler } from "./resource/controller.ts";
import { resourceSeen } from "./resource/observe.ts";
import { servesByState } from "./resource/plan.ts";
import { type Upkeep, upkeepPlan } from "./resource/upkeep.ts";
import { type Action, removal, type Seen } from "./service-environment/delete.ts";

type Create = CreateServiceEnvironmentRequest;
type Update = UpdateServiceEnvironmentRequest;

export const serviceEnvironmentFields = fieldsOf<
  ServiceEnvironmentSpec,
  Create,
  Update,
  "serviceEnvironmentName",
  ServiceEnvironmentRecord
>({
  serviceEnvironmentType: {
    in: "creation",
    fixed: ({ serviceEnvironmentType: desired }, record) => {
      const { serviceEnvironmentName: name, serviceEnvironmentType: found } = record;
      if (desired === found) return undefined;
      const message = `${name} is of serviceEnvironmentType ${found}, which cannot be changed to ${desired}: restore it, or create another object with another spec.serviceEnvironmentName`;
      return { reason: "ServiceEnvironmentTypeFixed", message };
    },
  },
  state: { absent: "kept", initially: "ENABLED" },
  capacityLimits: { form: limitsOf },
  allowedNamespaces: { sentBy: "nobody" },
});

const upkeep: Upkeep<ServiceEnvironmentSpec, ServiceEnvironmentRecord, Seen, Create, Update, Action> = {
  kind: ServiceEnvironmentKind,
  fields: serviceEnvironmentFields,
  // A mark that a deletion before has left would keep queues from it.
  ownTags: () => ({ [retiredAtTag]: undefined }),
  update: (changed, { arn }) => ({ serviceEnvironment: arn, ...changed }),
  serves,
  removal,
};

export function planFor(object: ServiceEnvironment, seen: Seen, now: number): Plan<Action> {
  return upkeepPlan(upkeep, object, seen, now);
}

function serves(_spec: ServiceEnvironmentSpec, seen: Seen): Serves | Blocked {
  const toCheck =
    "its capacityLimits, and that the account has the service-linked role AWSServiceRoleForAWSBatchWithSagemaker";
  const { users } = seen;
  return servesByState(seen, {
    toCheck,
    whileDisabled: users.length === 0 ? "" : `: no job of ${namesOfUsers(users)} starts`,
  });
}

/** The first count of jobs of a service environment that is out of service. */
interface FirstCount {
  /** Monotonic ms. */
  readonly at: number;
  /** The jobs that had started by then, or shortly after: AWS may answer late. None that starts later can be in it. */
  readonly started: ReadonlySet<string>;
}

/** What this process remembers between passes, by region and name (`memoryKey`). Empty after a restart: then more jobs count than need to. */
export interface Memory {
  readonly marks: MarksSeen;
  readonly firstCounts: Map<string, FirstCount>;
  readonly zeroSince: CountedJobs;
}

export function newMemory(): Memory {
  return { marks: newMarksSeen(), firstCounts: new Map(), zeroSince: new Map() };
}

export async function observe(
  object: ServiceEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Memory,
  signal: AbortSignal,
): Promise<Seen> {
  const observed = { object, kind: ServiceEnvironmentKind, type: "service-environment", region } as const;
  const seen = await resourceSeen<ServiceEnvironmentRecord, ServiceEnvironment>(observed, ports, signal);
  const snapshot = region.snapshot();
  const { name } = seen;
  const mark = seen.record?.tags?.[retiredAtTag];
  return {
    ...seen,
    users: queuesWith(snapshot, (queue) => namesIn(queue, "service-environment").includes(name), ports),
    mayBeNamed: !snapshot.showsQueuesOf(name),
    markShownForMs: markShownForMs(memory.marks, memoryKey(region, name), mark, ports.clock),
    jobs: await jobsSeen(object, seen, { region, ports, memory }, signal),
  };
}

/** Counted only in a deletion, once it is disabled. What was counted before it served again says nothing of its jobs now. */
async function jobsSeen(
  { metadata: { deletionTimestamp } }: ServiceEnvironment,
  { name, record }: Pick<Seen, "name" | "record">,
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: Memory },
  signal: AbortSignal,
): Promise<JobsSeen<UnfinishedJob> | undefined> {
  const { clock } = ports;
  const { firstCounts, zeroSince } = memory;
  const key = memoryKey(region, name);
  const before = firstCounts.get(key);
  // A count that fails says nothing of the ones before.
  firstCounts.delete(key);
  if (deletionTimestamp === undefined || record?.state !== "DISABLED") {
    zeroSince.delete(key);
    return undefined;
  }
  const mayRunInIt = async (from: number): Promise<JobsCounted<UnfinishedJob>> => {
    const counted = await region.startedServiceJobs(from, signal);
    const { at, started } = before ?? { at: counted.endedAt, started: new Set<string>() };
    const ids = counted.jobs.map(({ jobId }) => jobId);
    const first = counted.endedAt - at < emptyForMs ? new Set([...started, ...ids]) : started;
    firstCounts.set(key, { at, started: first });
    return { ...counted, jobs: counted.jobs.filter(({ jobId }) => first.has(jobId)) };
  };
  return countedJobs(key, zeroSince, mayRunInIt, clock);
}

/** How each action is carried out. What a queue names since it was planned is neither disabled nor deleted. */
export function actsWith({ marks }: Pick<Memory, "marks">): Acts<Action> {
  const unnamed = (name: string, region: BatchRegion) => () => requireUnnamed("service-environment", name, region);
  return {
    create: ({ request }, region, signal) => region.createServiceEnvironment(request, signal),
    update: ({ request }, region, signal) => region.updateServiceEnvironment(request, signal),
    disable: ({ request, name }, region, signal) =>
      region.updateServiceEnvironment(request, signal, unnamed(name, region)),
    retire: ({ name, arn, mark }, region, signal) => {
      if (mark === undefined) return region.changeTags(arn, { set: {}, remove: [retiredAtTag] }, signal);
      marks.written.set(memoryKey(region, name), mark);
      return region.changeTags(arn, { set: { [retiredAtTag]: mark }, remove: [] }, signal);
    },
    delete: ({ arn, name }, region, signal) => region.deleteServiceEnvironment(arn, signal, unnamed(name, region)),
  };
}

export function disabledNote(name: string): string {
  return `no job starts in ${name} any more`;
}

export function serviceEnvironments(ports: Ports): Reconciler {
  const memory = newMemory();
  return askedReconciler<ServiceEnvironment, Seen, Action>(
    {
      kind: ServiceEnvironmentKind,
      observe: (object, region, signal) => observe(object, region, ports, memory, signal),
      plan: planFor,
      acts: actsWith(memory),
      disabledNote,
    },
    ports,
  );
}
