import { type KindName, kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import type { Change } from "../../controllers/pass/agenda.ts";
import { effectOf, effectsOf, isOnlyTagged, type WriteEffect } from "./effects.ts";
import type { EntryAction } from "./entry.ts";
import type { Owned } from "./objects.ts";
import type { WriteStep } from "./steps.ts";

/**
 * What a plan says of an object in one sentence. It follows from the writes of the rehearsal by what each does (`effects.ts`),
 * never from the kind: so it is true of a new kind too. Pure.
 */

export interface Titled {
  readonly kind: KindName;
  /** What AWS calls it before, or by default. */
  readonly awsName: string;
  readonly owned: readonly Owned[];
  readonly writes: readonly WriteStep[];
  /** What the difference between the spec and AWS means. */
  readonly change: Change | undefined;
  /** What AWS calls what is adopted. */
  readonly adopted: string | undefined;
  /** The name in AWS at the end, and that of the environment that serves then. */
  readonly end: { readonly name?: string; readonly target?: string };
  readonly going: Going;
}

/** An object that is deleted. */
export interface Going {
  /** Why, as the end of a sentence. */
  readonly why: string;
  /** What AWS has under its name that is not its own; undefined: nothing. */
  readonly kept: string | undefined;
  /** The operator's last words about it; undefined: it is not gone at the end. */
  readonly lastWords: string | undefined;
}

export function titleOf(action: EntryAction, titled: Titled): string {
  const { kind, awsName, owned, writes, adopted, end, going } = titled;
  const effects = effectsOf(kind, writes);
  const made = writes.find((write) => effectOf(kind, write) === "creates")?.subject;
  // What no write follows is not said as a fact.
  const is = writes.length > 0 ? "is" : "would be";
  switch (action) {
    case "create":
      return isShared(kind) ? contentsTitle(writes) : `${is} created as ${end.name ?? made ?? awsName}`;
    case "register":
      return made === undefined ? `would be registered above ${awsName}` : `is registered as ${made}, above ${awsName}`;
    case "replace":
      return replacementTitle(namesIn(owned, awsName), made ?? end.target, writes.length > 0);
    case "finish":
      return `finishes the replacement of ${others(owned, end.target)} by ${end.target}, which is under way`;
    case "delete":
      if (effects.has("endsJobs") && owned.length === 0) return `its job is ended: ${going.why}`;
      return `${ownName(titled)} ${is} deleted: ${going.why}`;
    case "forget":
      return `is forgotten: ${keptWords(titled, effects)}`;
    case "adopt":
      return isOnlyTagged(writes)
        ? `adopts ${adopted}: these tags, nothing else`
        : `adopts ${adopted}, then changes it`;
    case "update":
      return updateTitle(titled, effects);
    case "none":
      return "stays as it is";
  }
}

function namesIn(owned: readonly Owned[], adopted: string): readonly string[] {
  return owned.length === 0 ? [adopted] : owned.map(({ awsName }) => awsName);
}

/**
 * @param names of what is replaced, the successor among them where it is there already
 * @param successor undefined: it is not created yet, because a person holds the replacement
 */
function replacementTitle(names: readonly string[], successor: string | undefined, isWritten: boolean): string {
  const left = names.filter((name) => name !== successor);
  const are = isWritten ? (left.length === 1 ? "is" : "are") : "would be";
  return `${left.join(", ")} ${are} replaced by ${successor ?? "a new environment"}`;
}

function others(owned: readonly Owned[], target: string | undefined): string {
  return owned.flatMap(({ awsName }) => (awsName === target ? [] : awsName)).join(", ");
}

/** Whether the name is that of what it is in, such as its VPC. */
function isShared(kind: KindName): boolean {
  const { awsName }: OperatorKind = kindOf(kind);
  return awsName.isShared === true;
}

function ownName({ kind, awsName }: Titled): string {
  return isShared(kind) ? `what the operator has made for it in ${awsName}` : awsName;
}

function contentsTitle(writes: Titled["writes"]): string {
  return `${writes.length > 0 ? "gets" : "would get"} in AWS what its spec asks for`;
}

function keptWords(titled: Titled, effects: ReadonlySet<WriteEffect>): string {
  const { owned, going } = titled;
  if (effects.has("tags")) return `AWS keeps ${ownName(titled)} without an owner (deletionPolicy: Retain)`;
  if (owned.length === 0 && going.kept !== undefined) return `AWS keeps ${going.kept}, which is not its own`;
  return going.lastWords ?? "AWS has nothing of it";
}

/** What else than the resource of the object is written, as a subject. */
const related: readonly (readonly [WriteEffect, string])[] = [
  ["roles", "its roles"],
  ["network", "its network"],
  ["queues", "the queues that name it"],
  ["verification", "the operator's own queue, in which it is verified,"],
];

function updateTitle({ kind, writes, change, owned }: Titled, effects: ReadonlySet<WriteEffect>): string {
  if (effects.has("endsJobs") && owned.length === 0) return "its job is ended";
  const { records, request } = kindOf(kind);
  // What it has in AWS is not of AWS Batch.
  if (records === undefined && request === undefined) return contentsTitle(writes);
  const deleted = writes.filter((write) => effectOf(kind, write) === "deletes").map(({ subject }) => subject);
  const goes = deleted.length === 0 ? "" : `; ${deleted.join(", ")} ${deleted.length === 1 ? "is" : "are"} deleted`;
  const own = `${ownTitle(writes, change, effects)}${goes}`;
  const parts = related.flatMap(([effect, what]) => (effects.has(effect) ? [what] : []));
  if (parts.length === 0) return own;
  const isOne = parts.length === 1 && (effects.has("network") || effects.has("verification"));
  const verb = isOne ? "changes" : "change";
  return `${own}; ${parts.join(" and ")} ${verb}`;
}

function ownTitle(writes: readonly WriteStep[], change: Change | undefined, effects: ReadonlySet<WriteEffect>): string {
  if (writes.length === 0) {
    return change?.action === "UpdateTags" ? "would get other tags in place" : "would be updated in place";
  }
  // The request has what AWS has already.
  if (writes.every(({ reason }) => reason === "Revalidating")) return "stays as it is, and AWS validates it again";
  if (effects.has("changes")) {
    if (change?.action === "UpdateInfrastructure")
      return "is updated in place: AWS replaces its instances under running jobs";
    return change?.action === "Scale" && !effects.has("tags")
      ? "is updated in place: capacity only"
      : "is updated in place";
  }
  if (effects.has("creates")) return "is updated in place";
  return effects.has("tags") ? "gets other tags in place" : "stays as it is";
}
