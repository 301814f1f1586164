import { keyText } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobDefinition, JobDefinitionStatus } from "../../api/v1alpha1/job-definition.ts";
import { JobDefinitionKind } from "../../api/v1alpha1/kinds.ts";
import type { Queue } from "../../aws/batch.ts";
import { nameIn, revisionIn } from "../../aws/names.ts";
import type { RevisionSeen } from "../../aws/region.ts";
import type { Around } from "../consumables.ts";
import { barredFrom, type Held, notYet, queueAt, referred, referringOf, resolutionOf } from "../fixed-reference.ts";
import { withConsumables } from "../job-definition/consumables.ts";
import { entriesOf } from "../job-definition/entries.ts";
import { fingerprintOfSpec } from "../job-definition/normalise.ts";
import { definitionNameOf } from "../job-definition/observe.ts";
import { definitionRoleUser } from "../job-definition/roles.ts";
import { identityOf, namedOwner, type Tags } from "../ownership.ts";
import { type NamedThing, refusalOfArn } from "../reference.ts";
import { filledObject } from "../roles/part.ts";

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
export async function queueOf(object: BatchJob, around: Around): Promise<Resolution> {
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
export async function definitionOf(object: BatchJob, around: Around): Promise<Resolution> {
  const { jobDefinitionRef } = object.spec;
  if (jobDefinitionRef === undefined) return await namedDefinition(object, around);
  const found = await referred<JobDefinition>(definitionThing, jobDefinitionRef, object, around);
  if (found.kind === "unresolved") return resolutionOf(found);
  const { object: target } = found;
  const { region, ports, signal } = around;
  const { object: named } = await withConsumables(target, region, ports, signal);
  const whole = filledObject(named, definitionRoleUser, region, ports.cluster);
  const name = definitionNameOf(whole);
  const entry = entriesOf({
    identity: identityOf(target, ports.cluster),
    revisions: region.snapshot().definitions?.get(name) ?? [],
    reported: (target.status as JobDefinitionStatus | undefined)?.revisions ?? [],
    fingerprint: fingerprintOfSpec(whole.spec),
  }).find(({ owner, equal }) => owner.kind === "ours" && equal);
  if (entry !== undefined) return { kind: "resolved", name, value: entry.name };
  return notYet(
    "WaitingForDefinition",
    `JobDefinition ${keyText(target.metadata)} has no ACTIVE revision yet that matches its spec: its conditions say why`,
  );
}

async function namedDefinition(object: BatchJob, around: Around): Promise<Resolution> {
  const { region, signal } = around;
  const given = object.spec.jobDefinition ?? "";
  const { name, revision } = revisionIn(given) ?? { name: nameIn(given), revision: undefined };
  const elsewhere = refusalOfArn(given, definitionThing, referringOf(object, around));
  if (elsewhere !== undefined) return resolutionOf(elsewhere);
  // Definitions of others are not kept.
  const known = region.snapshot().definitions?.get(name);
  const revisions = known ?? (await region.refreshDefinition(name, signal)).definitions?.get(name) ?? [];
  const meant = revisions.find((one) => revision === undefined || one.revision === revision);
  if (meant === undefined) {
    return notYet(
      "ReferenceNotFound",
      `AWS has no ACTIVE job definition ${nameIn(given)} in ${region.region}: register it, or delete this object and create it again with another definition`,
    );
  }
  // A revision that somebody registered by hand under the name of an object does not get around its owner.
  const tags = tagsWithOwner([meant, ...revisions], around);
  const barred = await barredFrom(name, tags, definitionThing, object, around);
  return barred ?? { kind: "resolved", name, value: `${name}:${meant.revision}` };
}

function tagsWithOwner(revisions: readonly RevisionSeen[], { ports }: Around): Tags {
  return revisions.find(({ tags }) => namedOwner(tags, ports.cluster) !== undefined)?.tags ?? {};
}
