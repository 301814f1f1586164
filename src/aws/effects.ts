import { jsonEqual } from "../runtime/json-equal.ts";
import type {
  ComputeEnvironmentOrder,
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  CreateJobQueueRequest,
  Environment,
  Queue,
  UpdateComputeEnvironmentRequest,
  UpdateJobQueueRequest,
} from "./batch.ts";
import { environmentArn, type Location, queueArn } from "./names.ts";
import type { RevisionSeen, TagChange } from "./region.ts";

/** AWS may answer a read as of this long ago (milliseconds). Documented are about 3 s. */
export const stalenessMs = 5000;
/** The same where to believe such a read would cost a queue its last environment. */
export const stalestMs = 15_000;

/** What one write of ours does to one record, as far as AWS's next description of it can be told. */
export interface Effect<R> {
  /** The record as it is after the write; undefined: there is none. */
  apply(record: R | undefined): R | undefined;
  /** Whether a read already contains the write. */
  shows(read: R | undefined): boolean;
  /** It says all there is to say: earlier writes no longer matter. */
  readonly supersedes: boolean;
}

export function environmentCreated(request: CreateComputeEnvironmentRequest, at: Location): Effect<Environment> {
  const name = request.computeEnvironmentName ?? "";
  const { computeResources, context: _reserved, tags, ...rest } = request;
  const record: Environment = {
    ...rest,
    computeEnvironmentName: name,
    computeEnvironmentArn: environmentArn(at, name),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    tags: { ...tags },
    ...(computeResources === undefined ? {} : { computeResources }),
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

export function environmentUpdated(request: UpdateComputeEnvironmentRequest): Effect<Environment> {
  const { computeEnvironment: _name, computeResources: changes, context: _reserved, ...plain } = request;
  const contained = (read: Environment): boolean => {
    if (!contains(plain, read)) return false;
    if (changes === undefined) return true;
    const { updateToLatestImageVersion: _edge, ...wished } = changes;
    return contains(isFargate(read.computeResources) ? withoutEmptyLists(wished) : wished, read.computeResources);
  };
  /** New instances without another field, or a role looked at again: what AWS describes afterwards is as before. */
  let leavesNoMark = false;
  return {
    supersedes: false,
    apply(record) {
      if (record === undefined) return undefined;
      leavesNoMark = contained(record);
      const updated: Environment = { ...record, ...present(plain), status: "UPDATING" };
      const { computeResources } = record;
      return changes === undefined || computeResources === undefined
        ? updated
        : { ...updated, computeResources: resourcesUpdated(computeResources, changes) };
    },
    shows: (read) => read !== undefined && contained(read) && (!leavesNoMark || read.status === "UPDATING"),
  };
}

export function queueCreated(request: CreateJobQueueRequest, at: Location): Effect<Queue> {
  const name = request.jobQueueName ?? "";
  const { computeEnvironmentOrder, tags, ...rest } = request;
  const record: Queue = {
    ...rest,
    jobQueueName: name,
    jobQueueArn: queueArn(at, name),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    computeEnvironmentOrder: orderOfArns(computeEnvironmentOrder ?? [], at),
    tags: { ...tags },
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

export function queueUpdated(request: UpdateJobQueueRequest, at: Location): Effect<Queue> {
  const { jobQueue: _name, computeEnvironmentOrder: order, ...plain } = request;
  return {
    supersedes: false,
    apply: (record) =>
      record === undefined
        ? undefined
        : {
            ...record,
            ...present(plain),
            ...(order === undefined ? {} : { computeEnvironmentOrder: orderOfArns(order, at) }),
            status: "UPDATING",
          },
    shows: (read) =>
      read !== undefined &&
      contains(plain, read) &&
      (order === undefined || containsValue(orderOfArns(order, at), read.computeEnvironmentOrder)),
  };
}

/**
 * An update of which nobody knows whether it happened: until AWS shows it, or is sure not to, the thing may be UPDATING
 * and nothing is to be made of its last description.
 */
export function inDoubt<R extends Environment | Queue>(effect: Effect<R>): Effect<R> {
  return { ...effect, apply: (record) => (record === undefined ? undefined : { ...record, status: "UPDATING" }) };
}

/** An environment or a queue is being deleted; a tombstone counts as no record. */
export function deletion<R extends Environment | Queue>(): Effect<R> {
  return {
    supersedes: true,
    apply: (record) => (record === undefined ? undefined : { ...record, status: "DELETING" }),
    shows: (read) => read === undefined || read.status === "DELETING",
  };
}

/** The tags of an environment or a queue were changed. */
export function retagged<R extends Environment | Queue>(change: TagChange): Effect<R> {
  return {
    supersedes: false,
    apply: (record) => (record === undefined ? undefined : { ...record, tags: changedTags(record.tags, change) }),
    shows: (read) => read !== undefined && showsTags(read.tags, change),
  };
}

/** The ACTIVE revisions of one name, highest first. */
export type Revisions<T extends RevisionSeen = RevisionSeen> = readonly T[];

export function revisionRegistered<T extends RevisionSeen>(registered: T): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) => withRevision(revisions, registered),
    shows: (read = []) => read.some(({ arn }) => arn === registered.arn),
  };
}

export function revisionDeregistered<T extends RevisionSeen>(revision: number): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) => nonEmpty(revisions.filter((seen) => seen.revision !== revision)),
    shows: (read = []) => !read.some((seen) => seen.revision === revision),
  };
}

export function revisionRetagged<T extends RevisionSeen>(arn: string, change: TagChange): Effect<Revisions<T>> {
  return {
    supersedes: false,
    apply: (revisions = []) =>
      nonEmpty(revisions.map((seen) => (seen.arn === arn ? { ...seen, tags: changedTags(seen.tags, change) } : seen))),
    shows: (read = []) => read.every((seen) => seen.arn !== arn || showsTags(seen.tags, change)),
  };
}

/** The revisions with one added or replaced, highest first. */
export function withRevision<T extends RevisionSeen>(revisions: Revisions<T>, revision: T): Revisions<T> {
  return [...revisions.filter(({ arn }) => arn !== revision.arn), revision].toSorted(
    (left, right) => right.revision - left.revision,
  );
}

function nonEmpty<T extends RevisionSeen>(revisions: Revisions<T>): Revisions<T> | undefined {
  return revisions.length === 0 ? undefined : revisions;
}

function changedTags(tags: Readonly<Record<string, string>> | undefined, { set, remove }: TagChange) {
  const kept = Object.entries(tags ?? {}).filter(([key]) => !remove.includes(key));
  return { ...Object.fromEntries(kept), ...set };
}

function showsTags(tags: Readonly<Record<string, string>> | undefined, { set, remove }: TagChange): boolean {
  const seen = tags ?? {};
  return Object.entries(set).every(([key, value]) => seen[key] === value) && remove.every((key) => !(key in seen));
}

function orderOfArns(order: readonly ComputeEnvironmentOrder[], at: Location): ComputeEnvironmentOrder[] {
  return order.map((entry) => {
    const named = entry.computeEnvironment ?? "";
    return { ...entry, computeEnvironment: named.startsWith("arn:") ? named : environmentArn(at, named) };
  });
}

/** A partial merge, in which an empty value takes away (semantics of UpdateComputeEnvironment). */
function resourcesUpdated(described: ComputeResource, changes: ComputeResourceUpdate): ComputeResource {
  const { updateToLatestImageVersion: _edge, managedInstancesProvider, ...wished } = changes;
  const given = Object.entries(isFargate(described) ? withoutEmptyLists(wished) : wished);
  const taken = new Set(given.filter(([, value]) => isNothing(value)).map(([key]) => key));
  const kept = Object.entries(described).filter(([key]) => !taken.has(key));
  const set = given.filter(([key, value]) => value !== undefined && !taken.has(key));
  const merged =
    managedInstancesProvider === undefined
      ? []
      : [["managedInstancesProvider", { ...described.managedInstancesProvider, ...present(managedInstancesProvider) }]];
  return { type: described.type, maxvCpus: described.maxvCpus, ...Object.fromEntries([...kept, ...set, ...merged]) };
}

/** Whether a sent value means "none": `""`, `[]`, a launch template without a name, a delay of 0. */
function isNothing(sent: unknown): boolean {
  if (sent === "") return true;
  if (Array.isArray(sent)) return sent.length === 0;
  if (typeof sent !== "object" || sent === null) return false;
  const members = Object.values(sent).filter((member) => member !== undefined);
  return members.length > 0 && members.every((member) => member === "" || member === 0);
}

/** Whether every member that was sent is in what AWS describes; AWS fills in members and reorders lists. */
function contains(sent: object, seen: object | undefined): boolean {
  const members = new Map<string, unknown>(Object.entries(seen ?? {}));
  return Object.entries(sent).every(([key, value]: [string, unknown]) =>
    /tags$/i.test(key) && value !== undefined
      ? jsonEqual(value, members.get(key) ?? {})
      : containsValue(value, members.get(key)),
  );
}

function containsValue(sent: unknown, seen: unknown): boolean {
  if (sent === undefined) return true;
  if (isNothing(sent)) return seen === undefined || isNothing(seen) || jsonEqual(sent, seen);
  if (typeof sent === "string") return seen === sent || (typeof seen === "string" && seen.endsWith(`/${sent}`));
  if (Array.isArray(sent)) {
    return (
      Array.isArray(seen) &&
      seen.length === sent.length &&
      sent.every((item) => seen.some((other) => containsValue(item, other)))
    );
  }
  if (typeof sent !== "object" || sent === null) return sent === seen;
  return typeof seen === "object" && seen !== null && contains(sent, seen);
}

function isFargate(resources: ComputeResource | undefined): boolean {
  return resources?.type?.startsWith("FARGATE") ?? false;
}

/** On Fargate an empty list of subnets or security groups means "as it is". */
function withoutEmptyLists<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  ) as Partial<T>;
}

/** The members that are not undefined. */
function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
