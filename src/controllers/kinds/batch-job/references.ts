import { isWhole, type KubeObject, keyText } from "../../../api/object.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../../api/v1alpha1/kinds.ts";
import type { Queue } from "../../../aws/batch.ts";
import { nameIn, revisionIn } from "../../../aws/names.ts";
import { identityOf, namedOwner } from "../../ownership/ownership.ts";
import { filledObject } from "../../parts/roles/with-roles.ts";
import type { Ports } from "../../ports.ts";
import type { Resolving } from "../../references/consumables.ts";
import {
  barredFrom,
  barredFromForeign,
  changeableSteps,
  type Held,
  type NextSteps,
  notYet,
  queueAt,
  referred,
  referringOf,
  resolutionOf,
} from "../../references/fixed-reference.ts";
import { type NamedThing, refusalOfArn } from "../../references/reference.ts";
import { withConsumables } from "../job-definition/consumables.ts";
import { entriesOf, isByHand } from "../job-definition/entries.ts";
import { fingerprintOfSpec } from "../job-definition/normalise.ts";
import { definitionNameOf } from "../job-definition/observe.ts";
import { definitionRoleUser } from "../job-definition/roles.ts";
import { type Answered, heldByRevision } from "./revision-rights.ts";

/** What a job is to be submitted with, in AWS's words; or why not yet. */
export type Resolution =
  /** `name` and what SubmitJob is sent: an ARN, or `name:revision`. */
  { readonly kind: "resolved"; readonly name: string; readonly value: string } | Held;

const definitionThing: NamedThing = {
  type: "job-definition",
  kind: JobDefinitionKind,
  called: "job definition",
  oneOf: "a definition",
};

/** The queue of a job. At rest it costs no call. */
export async function queueOf(object: BatchJob, around: Resolving): Promise<Resolution> {
  const found = await queueAt(object, around);
  return found.kind === "queue" ? usable(found.queue, found.called) : found;
}

function usable({ jobQueueName: name, jobQueueArn: value, state, status }: Queue, what: string): Resolution {
  if (state !== "ENABLED")
    return notYet("WaitingForQueue", `${what} is ${state ?? "not ENABLED"}, and takes no jobs: enable it`);
  if (status === "VALID" || status === "UPDATING") return { kind: "resolved", name, value };
  return notYet("WaitingForQueue", `${what} is ${status ?? "not VALID"}, and takes no jobs until it is VALID`);
}

/**
 * The revision that a job runs. For an object it is the newest of its own that matches its spec, so that a job that is
 * applied together with a change of its definition waits for the change.
 */
export async function definitionOf(
  object: BatchJob,
  around: Resolving & { readonly ports: Pick<Ports, "store"> },
): Promise<Resolution> {
  const { jobDefinitionRef } = object.spec;
  return jobDefinitionRef === undefined
    ? await namedDefinition(object, around)
    : await revisionOf(object, jobDefinitionRef, around);
}

/**
 * The revision of a definition that is referred to, where `object` may refer to it; see `definitionOf`.
 *
 * @param steps what a person does about the reference itself
 */
export async function revisionOf(
  object: KubeObject,
  reference: NonNullable<BatchJob["spec"]["jobDefinitionRef"]>,
  around: Resolving & { readonly ports: Pick<Ports, "store"> },
  steps?: NextSteps,
): Promise<Resolution> {
  const found = await referred<JobDefinition>(definitionThing, reference, object, around);
  if (found.kind === "unresolved") return resolutionOf(found, steps);
  const { region, ports, signal } = around;
  const target = await wholeOf(found.object, around);
  if (target === undefined) return notYet("WaitingForDefinition", noRevision(found.object));
  const { object: named, hindrances } = await withConsumables(target, region, ports, signal);
  const refused = hindrances.find((one) => one.kind === "unresolved");
  if (refused !== undefined) return resolutionOf(refused, changeableSteps(`JobDefinition ${keyText(target.metadata)}`));
  const whole = filledObject(named, definitionRoleUser, region, ports);
  const name = definitionNameOf(whole);
  const entry = entriesOf({
    identity: identityOf(target, ports.cluster),
    revisions: region.snapshot().jobDefinitions?.get(name) ?? [],
    reported: (target.status as JobDefinitionStatus | undefined)?.revisions ?? [],
    fingerprint: fingerprintOfSpec(whole.spec),
  }).find(({ owner, equal }) => owner.kind === "ours" && equal);
  if (entry !== undefined) return await asked({ revision: entry.revision, by: target, isNobodys: false }, around);
  return notYet("WaitingForDefinition", noRevision(target));
}

/** Of a large one the cache may keep only a part; its revisions and what its roles may do follow from all of it. */
async function wholeOf(
  shown: JobDefinition,
  { ports, signal }: Resolving & { readonly ports: Pick<Ports, "store"> },
): Promise<JobDefinition | undefined> {
  const found: KubeObject | undefined = isWhole(shown)
    ? shown
    : await ports.store.get(JobDefinitionKind, shown.metadata, signal);
  return found?.kind === JobDefinitionKind.kind ? (found as JobDefinition) : undefined;
}

function noRevision({ metadata }: JobDefinition): string {
  return `JobDefinition ${keyText(metadata)} has no ACTIVE revision yet that matches its spec: its conditions say why`;
}

/** The revision, if its jobs may use now what they would use. */
async function asked(
  answered: Answered,
  around: Resolving & { readonly ports: Pick<Ports, "store"> },
): Promise<Resolution> {
  const { name, revision } = answered.revision;
  const held = await heldByRevision(answered, around);
  return held ?? { kind: "resolved", name, value: `${name}:${revision}` };
}

async function namedDefinition(
  object: BatchJob,
  around: Resolving & { readonly ports: Pick<Ports, "store"> },
): Promise<Resolution> {
  const { region, ports, signal } = around;
  const given = object.spec.jobDefinition ?? "";
  const { name, revision } = revisionIn(given) ?? { name: nameIn(given), revision: undefined };
  const elsewhere = refusalOfArn(given, definitionThing, referringOf(object, around));
  if (elsewhere !== undefined) return resolutionOf(elsewhere);
  // Definitions of others are not kept.
  const known = region.snapshot().jobDefinitions?.get(name);
  const revisions = known ?? (await region.refreshDefinition(name, signal)).jobDefinitions?.get(name) ?? [];
  const owned = revisions.find(({ tags }) => namedOwner(tags, ports.cluster) !== undefined);
  // A revision that somebody registered by hand under the name of an object does not get around its owner.
  const barred = await barredFrom(name, owned ?? revisions[0], definitionThing, object, around);
  if (barred !== undefined) return barred;
  const meant = revisions.find((one) => revision === undefined || one.revision === revision);
  if (meant === undefined) {
    return notYet(
      "ReferenceNotFound",
      `AWS has no ACTIVE job definition ${nameIn(given)} in ${region.region}: register it, or delete this object and create it again with another definition`,
    );
  }
  const owner = namedOwner(owned?.tags, ports.cluster);
  if (owner === undefined) return await asked({ revision: meant, by: object, isNobodys: true }, around);
  const shown = ports.objects.get(JobDefinitionKind, owner) as JobDefinition | undefined;
  const definition = shown === undefined ? undefined : await wholeOf(shown, around);
  const reported = (definition?.status as JobDefinitionStatus | undefined)?.revisions ?? [];
  const identity = { ...owner, cluster: ports.cluster, uid: definition?.metadata.uid ?? "" };
  if (!isByHand(meant, { revisions, identity, reported })) {
    return await asked({ revision: meant, by: definition ?? object, isNobodys: false }, around);
  }
  // The tags of its neighbours do not count for it: what is allowed to definitions of nobody decides.
  const unlisted = await barredFromForeign(name, definitionThing, object, around);
  return unlisted ?? (await asked({ revision: meant, by: object, isNobodys: false }, around));
}
