import { type Condition, type KubeObject, keyText } from "../../api/object.ts";
import { dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import {
  BatchComputeEnvironmentKind,
  BatchJobKind,
  JobDefinitionKind,
  JobQueueKind,
  type KindName,
  kindOf,
  QuotaShareKind,
} from "../../api/v1alpha1/kinds.ts";
import { resourceIn } from "../../aws/resources/index.ts";
import { orderOf } from "../../controllers/draining/queue-order.ts";
import { awsNameOf } from "../../controllers/ownership/naming.ts";
import { createdAtTag, type Tags, verifiesTag } from "../../controllers/ownership/ownership.ts";
import type { Change, FieldChange } from "../../controllers/pass/agenda.ts";
import { approvalIn, awaitingApproval } from "../../controllers/pass/approval.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { referredObjects } from "../../controllers/wakes.ts";
import { listed } from "../../diagnosis/words.ts";
import { rowOf } from "../local/rows.ts";
import { endedImages } from "../validation/warnings.ts";
import type { ReadRegion } from "./copy/cloud.ts";
import { effectsOf } from "./effects.ts";
import { type AffectedQueue, type Entry, type EntryAction, type JobsEffect, noJobs } from "./entry.ts";
import {
  countJobs,
  jobsOfDrain,
  jobsOfJob,
  jobsOfShare,
  jobsOfUpdate,
  startedJobs,
  unendedJobs,
  unendedJobsIn,
} from "./jobs.ts";
import { type ClusterNames, namedIn, type Owned, ownedUnder, type PlannedObject } from "./objects.ts";
import type { Rehearsed } from "./rehearsal.ts";
import { objectText, type Step, type WriteStep, withoutInvented } from "./steps.ts";
import { type Titled, titleOf } from "./titles.ts";
import { decidedLater, differing, userTagText } from "./written.ts";

export interface Outcome {
  readonly planned: readonly PlannedObject[];
  /** Each object's own plan, from a rehearsal in which the operator only plans. */
  readonly dry: Rehearsed;
  /** What the operator does. */
  readonly real: Rehearsed;
  readonly regions: readonly ReadRegion[];
  /** Another cluster may have objects of the same names in the account. */
  readonly names: ClusterNames;
  /** Of objects that name none. */
  readonly defaultRegion: string;
  /** Whether networks were read: if not, nothing is known of them. */
  readonly readsNetwork: boolean;
}

/**
 * One entry per object with a manifest, in the order of the files, then those of other objects that something is done
 * about.
 */
export async function entriesOf(outcome: Outcome, signal: AbortSignal): Promise<readonly Entry[]> {
  const made: { readonly planned: PlannedObject; readonly entry: Entry }[] = [];
  for (const planned of outcome.planned) made.push({ planned, entry: await entryOf(planned, outcome, signal) });
  const actions = new Map(made.map(({ planned: { object }, entry }) => [objectText(object), entry.action]));
  return made.flatMap(({ planned, entry }) => {
    if (planned.file === undefined && (entry.action === "none" || isBlockedAsBefore(planned, entry, outcome)))
      return [];
    const its = followsReplacement(planned.object, entry, actions) ? following(entry) : entry;
    return [withoutInvented(its, inventedOf(planned, outcome.real))];
  });
}

/** Whether a person had to act for an object already, for the same reason, and nothing is done about it. */
function isBlockedAsBefore({ object }: PlannedObject, { blocked, steps }: Entry, { real }: Outcome): boolean {
  const [before, after] = [object, real.objects.get(objectText(object))].map((one) => readyOf(one)?.reason);
  return blocked !== undefined && steps.every(({ kind }) => kind === "wait") && before === after;
}

/** Whether all that an object changes is that it names the successor of a replacement that was begun before. */
function followsReplacement(object: KubeObject, { action, fields }: Entry, actions: ReadonlyMap<string, EntryAction>) {
  if (action !== "update" || fields.length === 0 || !fields.every(({ isReference }) => isReference === true))
    return false;
  const named = referredObjects(object).map(({ kind, key }) => actions.get(`${kind.kind} ${keyText(key)}`));
  return named.includes("finish") && named.every((one) => one === undefined || one === "finish" || one === "none");
}

function following(entry: Entry): Entry {
  return { ...entry, action: "finish", title: "follows a replacement that is under way", fields: [] };
}

/** The name of a job ends with the uid of its object, and one that the copy has submitted has an ID of the copy. */
function inventedOf({ object, isNew }: PlannedObject, { invented, objects }: Rehearsed): Rehearsed["invented"] {
  const [before, after] = [object, objects.get(objectText(object))].map((one) => statusOf(one).jobId);
  return new Map([
    ...invented,
    ...(isNew === undefined ? [] : ([[object.metadata.uid, decidedLater]] as const)),
    ...(after === undefined || after === before ? [] : ([[after, decidedLater]] as const)),
  ]);
}

interface ShownStatus {
  readonly name?: string;
  /** Of an environment: which of its own serves this generation, or will. */
  readonly target?: string;
  readonly revision?: number;
  readonly jobId?: string;
  readonly plan?: Change & { readonly approval?: string };
}

async function entryOf(
  { object, file, isPruned }: PlannedObject,
  { dry, real, regions, names, defaultRegion, readsNetwork }: Outcome,
  signal: AbortSignal,
): Promise<Entry> {
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  const text = objectText(object);
  const regionName = (object.spec as { readonly region?: string }).region ?? defaultRegion;
  // One that is not allowed was not read.
  const region = regions.find((one) => one.name === regionName);
  const end = real.objects.get(text);
  const made = shownSteps(real.steps.get(text) ?? [], end, real.objects);
  const writes = made.filter((step) => step.kind === "write");
  const owned = (region === undefined ? [] : ownedUnder(names, [region])).filter(
    ({ key, kind: its }) => its === kind && key.namespace === namespace && key.name === name,
  );
  const adopted = real.adopted.get(text);
  const change = statusOf(dry.objects.get(text)).plan;
  const foreign = owned.length > 0 ? undefined : foreignRevision(object, region);
  const isNew = owned.length === 0 && foreign === undefined;
  const action = actionOf(object, { writes, owned, adopted, change, isNew, end });
  const awsName =
    owned.map((one) => one.awsName).join(", ") || adopted || nameIn(end) || awsNameOf(kindOf(kind), object);
  const blocked = heldBy(object, change) ?? blockedBy(end, real.objects);
  const jobs = jobsOf(object, { action, change, writes }, { owned, region });
  const titled: Titled = {
    kind: kind as KindName,
    awsName: foreign ?? awsName,
    owned,
    writes,
    change,
    adopted,
    end: statusOf(end),
    going: {
      why: isPruned === true ? "its manifest is missing" : "its object is being deleted",
      kept: foreign ?? sameName(object, region),
      lastWords: real.gone.get(text),
    },
  };
  return {
    kind,
    namespace,
    name,
    file,
    region: regionName,
    awsName,
    action,
    title:
      blocked !== undefined && (action === "none" || (action === "create" && writes.length === 0))
        ? "nothing is done"
        : titleOf(action, titled),
    fields: action === "finish" ? [] : withTagValues(change?.changes ?? [], object, owned.at(-1)),
    steps: action === "replace" ? made.map((step) => comparedWith(owned, region, step)) : made,
    queues: jobs.kind === "none" ? [] : await queuesOf(object, { owned, region }, signal),
    jobs,
    blocked,
    notes: notesFor(action, object, end, readsNetwork),
  };
}

/** What AWS has under the name of an object, whoever owns it; within another resource a name says too little. */
function sameName(object: KubeObject, region: ReadRegion | undefined): string | undefined {
  const kind = kindOf(object.kind);
  if (region === undefined || kind.awsName.within !== undefined) return undefined;
  const name = awsNameOf(kind, object);
  return namedIn(region.records).find((one) => one.kind === kind.kind && one.awsName === name)?.awsName;
}

/** The changes of tags with their values, which a status does not have: keys alone. */
function withTagValues(
  changes: readonly FieldChange[],
  { spec }: KubeObject,
  owned: Owned | undefined,
): readonly FieldChange[] {
  const { tags = {} } = spec as { readonly tags?: Tags };
  return changes.map((one) => {
    const key = /^spec\.tags\[(".*")\]$/.exec(one.path)?.[1];
    if (one.kind !== "tags" || key === undefined) return one;
    const [from, to] = [owned?.tags, tags].map((all) => all?.[JSON.parse(key) as string]);
    return {
      ...one,
      ...(from === undefined ? {} : { from: userTagText(from) }),
      ...(to === undefined ? {} : { to: userTagText(to) }),
    };
  });
}

/** The newest ACTIVE revision of the name, above which one of the object's is registered. */
function foreignRevision(object: KubeObject, region: ReadRegion | undefined): string | undefined {
  if (object.kind !== JobDefinitionKind.kind) return undefined;
  const name = awsNameOf(JobDefinitionKind, object);
  const same = (region?.records.jobDefinitions ?? []).filter(({ jobDefinitionName }) => jobDefinitionName === name);
  return same.length === 0 ? undefined : `${name}:${Math.max(...same.map(({ revision }) => revision))}`;
}

function statusOf(object: KubeObject | undefined): ShownStatus {
  return (object?.status ?? {}) as ShownStatus;
}

function nameIn(object: KubeObject | undefined): string | undefined {
  return statusOf(object).name;
}

/** A wait is shown where something follows it, or where the object still waits at the end. */
function shownSteps(steps: readonly Step[], end: KubeObject | undefined, ends: Rehearsed["objects"]): readonly Step[] {
  const last = steps.findLastIndex(({ kind }) => kind === "write");
  const waits = end !== undefined && !isReady(end) && !hasFailed(end) && blockedBy(end, ends) === undefined;
  return steps.filter((step, index) => step.kind === "write" || (step.reason !== "Pending" && (index < last || waits)));
}

/** Of a successor only what differs from its predecessor. */
function comparedWith(owned: readonly Owned[], region: ReadRegion | undefined, step: Step): Step {
  if (step.kind !== "write" || step.operation !== "CreateComputeEnvironment") return step;
  const predecessor = region?.records.computeEnvironments.find(
    ({ computeEnvironmentName }) => computeEnvironmentName === owned.at(-1)?.awsName,
  );
  return predecessor === undefined ? step : { ...step, fields: differing(step.fields, predecessor) };
}

function isReady(object: KubeObject): boolean {
  return conditionsOf(object).some(({ type, status }) => type === "Ready" && status === "True");
}

interface Circumstances {
  readonly writes: readonly WriteStep[];
  readonly owned: readonly Owned[];
  readonly adopted: string | undefined;
  readonly change: ShownStatus["plan"];
  readonly isNew: boolean;
  /** As it is at the end; undefined: it is gone. */
  readonly end: KubeObject | undefined;
}

function actionOf({ kind, metadata }: KubeObject, given: Circumstances): EntryAction {
  const { writes, owned, adopted, change, isNew, end } = given;
  const effects = effectsOf(kind as KindName, writes);
  if (metadata.deletionTimestamp !== undefined) {
    return end === undefined && !effects.has("deletes") && !effects.has("endsJobs") ? "forget" : "delete";
  }
  const begun = isReplacementBegun(owned, statusOf(end).target) && !effects.has("creates");
  if (change?.action === "Replace") return begun ? "finish" : "replace";
  if (adopted !== undefined) return "adopt";
  if (change?.action === "Create" || (isNew && effects.has("creates"))) return "create";
  if (change?.action === "Register") return isNew ? "create" : "register";
  const planned = change !== undefined && change.action !== "None";
  // What a replacement that was begun earlier still has to delete.
  if (!planned && effects.has("deletes") && kindOf(kind).awsName.isPrefix === true) return begun ? "finish" : "replace";
  return writes.length > 0 || planned ? "update" : "none";
}

/**
 * Whether the newest of an object's environments is what serves its spec: then the replacement of the others was begun before.
 * A spec that goes back to an older one replaces the newest.
 */
function isReplacementBegun(owned: readonly Owned[], target: string | undefined): boolean {
  const [newest, ...others] = owned.toSorted((left, right) => (createdAt(left) > createdAt(right) ? -1 : 1));
  return others.length > 0 && newest?.awsName === target;
}

function createdAt({ tags }: Owned): string {
  return tags[createdAtTag] ?? "";
}

/** Why a person keeps the change from being carried out. */
function heldBy({ metadata }: KubeObject, change: ShownStatus["plan"]): string | undefined {
  if (change === undefined || change.action === "None") return undefined;
  const annotation = [pausedAnnotation, dryRunAnnotation].find((key) => metadata.annotations?.[key] === "true");
  return annotation && `by the annotation ${annotation}`;
}

/**
 * Why an object does not become ready before a person does something; undefined: it does, or an approval is waited for.
 * @param ends all objects at the end
 */
function blockedBy(end: KubeObject | undefined, ends: Rehearsed["objects"]): string | undefined {
  if (end === undefined) return undefined;
  const ready = readyOf(end);
  // What has run is over: it gets ready by nothing that a person does.
  if (hasFailed(end)) return undefined;
  const stalled = conditionsOf(end).find(({ type, status }) => type === "Stalled" && status === "True");
  if (stalled !== undefined) return reasonText(stalled);
  const isHeld = [pausedAnnotation, dryRunAnnotation].some((key) => end.metadata.annotations?.[key] === "true");
  if (ready === undefined || ready.status === "True" || isHeld || statusOf(end).plan?.approval !== undefined)
    return undefined;
  return end.kind === BatchJobKind.kind ? jobBlockedBy(end as BatchJob, ready, ends) : reasonText(ready);
}

/** The same of a job: one that AWS has ends by itself, however long it runs, waits for its turn, or for one that ends. */
function jobBlockedBy(job: BatchJob, ready: Condition, ends: Rehearsed["objects"]): string | undefined {
  switch (ready.reason) {
    case "JobStarting":
    case "JobRunning":
      return undefined;
    case "JobRunnable":
      return isStuckInQueue(job, ends) ? reasonText(ready) : undefined;
    case "JobSubmitted":
    case "JobPending": {
      const { dependsOn = [], arrayProperties } = job.spec;
      const awaited = dependsOn.flatMap(({ jobRef }) => {
        if (jobRef === undefined) return [];
        const key = { namespace: job.metadata.namespace, name: jobRef.name };
        const isBlocked = blockedBy(ends.get(`${BatchJobKind.kind} ${keyText(key)}`), ends) !== undefined;
        return isBlocked ? [`BatchJob ${jobRef.name}`] : [];
      });
      if (awaited.length > 0) return `JobPending: its job waits for ${listed(awaited)}, on which it depends`;
      // The children of an array wait in its place.
      return arrayProperties !== undefined && isStuckInQueue(job, ends) ? reasonText(ready) : undefined;
    }
    default:
      return reasonText(ready);
  }
}

/** Whether its queue, or AWS, says that a person has to act before jobs start there. */
function isStuckInQueue({ spec, metadata, status }: BatchJob, ends: Rehearsed["objects"]): boolean {
  const { namespace = metadata.namespace, name = "" } = spec.jobQueueRef ?? {};
  const queue = ends.get(`${JobQueueKind.kind} ${keyText({ namespace, name })}`);
  const progress = queue && conditionsOf(queue).find(({ type }) => type === "JobsProgressing");
  return progress?.status === "False" || status?.statusReason?.startsWith("MISCONFIGURATION:") === true;
}

function readyOf(object: KubeObject | undefined): Condition | undefined {
  return object && conditionsOf(object).find(({ type }) => type === "Ready");
}

/** Whether it is a BatchJob whose job has failed in AWS; one that was never submitted has none. */
function hasFailed(end: KubeObject): boolean {
  const { jobId } = (end.status ?? {}) as { readonly jobId?: string };
  return jobId !== undefined && conditionsOf(end).some(({ type, status }) => type === "Failed" && status === "True");
}

function reasonText({ reason, message }: Condition): string {
  return `${reason}: ${message}`;
}

/** Problems of an object that stays as it is are not part of this change; what a person is asked to approve for it is. */
function notesFor(
  action: EntryAction,
  object: KubeObject,
  end: KubeObject | undefined,
  readsNetwork: boolean,
): readonly string[] {
  if (action === "delete" || action === "forget") return [];
  if (action === "none") return askedNotes(end);
  return [
    ...endedImages(object).map(({ message }) => message),
    ...notesOf(end),
    ...(readsNetwork ? networkNotes(end) : []),
  ];
}

function approvalNotes(end: KubeObject | undefined): readonly string[] {
  const approval = approvalIn(statusOf(end).plan);
  return approval === undefined ? [] : [`goes on after approval: annotate it with awsbatch.dev/approve=${approval}`];
}

/** What is asked for, in the operator's words. */
function askedNotes(end: KubeObject | undefined): readonly string[] {
  const asked = end === undefined ? [] : conditionsOf(end).filter(({ reason }) => reason === awaitingApproval);
  return [...new Set(asked.map(({ message }) => message))];
}

function notesOf(end: KubeObject | undefined): readonly string[] {
  if (end === undefined) return [];
  const selected = conditionsOf(end).filter(({ type, status }) => type === "SelectionReady" && status === "True");
  return [
    ...approvalNotes(end),
    ...selected.map(({ message }) => `selected: ${message}`),
    ...rowOf(end, "present")
      .warnings.filter(({ type }) => type !== "NetworkReady")
      .map(({ type, message }) => `${type}: ${message}`),
  ];
}

/** What `status.network` says, with a note for each finding. */
interface ShownNetwork {
  readonly findings?: readonly {
    readonly state: string;
    readonly neededBy: string;
    readonly message: string;
    readonly subnets?: readonly string[];
    readonly services?: readonly string[];
    readonly fixes?: readonly { readonly message: string }[];
  }[];
}

/** Why no job starts, or some do not; every finding, for a reader of the plan sees no status. */
function networkNotes(end: KubeObject | undefined): readonly string[] {
  const { network = {} } = (end?.status ?? {}) as { readonly network?: ShownNetwork };
  return (network.findings ?? []).map(({ state, neededBy, message, subnets = [], services = [], fixes = [] }) => {
    const effect = neededBy === "environment" ? "no job starts there" : "some jobs do not start";
    const where = subnets.length === 0 ? "" : `${subnets.join(", ")}: `;
    const missing = services.length === 0 ? "" : `; not reached: ${services.join(", ")}`;
    const fix = fixes.length === 0 ? "" : `. Fix: ${fixes.map((one) => one.message).join("; or ")}`;
    return `network: ${state === "Unreachable" ? effect : "jobs may not start"}: ${where}${message}${missing}${fix}`;
  });
}

/** What an object has in AWS. */
interface InAws {
  readonly owned: readonly Owned[];
  readonly region: ReadRegion | undefined;
}

/** What is done about an object. */
interface Done {
  readonly action: EntryAction;
  readonly change: ShownStatus["plan"];
  readonly writes: readonly WriteStep[];
}

function jobsOf(object: KubeObject, { action, change, writes }: Done, { owned, region }: InAws): JobsEffect {
  if (object.kind === BatchJobKind.kind) return jobsOfJob(object, writes);
  if (change?.action === "UpdateInfrastructure") return jobsOfUpdate(object);
  if (action === "replace" || action === "finish" || action === "delete") return jobsOfDrain(object);
  if (object.kind !== QuotaShareKind.kind) return noJobs;
  const names = owned.map(({ awsName, within }) => `${within}/${awsName}`);
  const share = region?.records.quotaShares.find(({ quotaShareArn }) =>
    names.includes(resourceIn(quotaShareArn)?.name ?? ""),
  );
  return share === undefined ? noJobs : jobsOfShare(object, share);
}

async function queuesOf(
  { kind }: KubeObject,
  { owned, region }: InAws,
  signal: AbortSignal,
): Promise<readonly AffectedQueue[]> {
  if (region === undefined) return [];
  if (kind === QuotaShareKind.kind) {
    const counted = owned.map(({ awsName, within = "" }) =>
      countJobs([within], region, signal, unendedJobsIn(awsName)),
    );
    return (await Promise.all(counted)).flat();
  }
  const names = owned.map(({ awsName }) => awsName);
  // Everything unfinished in a queue ends with it, unless it is waited for.
  if (kind === JobQueueKind.kind) return await countJobs(names, region, signal, unendedJobs);
  if (kind !== BatchComputeEnvironmentKind.kind) return [];
  const naming = region.records.jobQueues.filter(
    (queue) => queue.tags?.[verifiesTag] === undefined && orderOf(queue).some((one) => names.includes(one)),
  );
  return await countJobs(
    naming.map(({ jobQueueName }) => jobQueueName),
    region,
    signal,
    startedJobs,
  );
}
