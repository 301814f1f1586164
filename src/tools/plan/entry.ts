import type { FieldChange } from "../../controllers/pass/agenda.ts";
import { isOnlyTagged } from "./effects.ts";
import type { Step } from "./steps.ts";

/** What a plan says of one object. */

export type EntryAction =
  | "create"
  | "adopt"
  | "update"
  | "replace"
  | "register"
  | "delete"
  /** The object goes, and AWS keeps what it has under its name. */
  | "forget"
  /** It goes on with a replacement that was begun before: none of this change's doing. */
  | "finish"
  | "none";

export interface Entry {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Where its manifest is; undefined when there is none. */
  readonly file: string | undefined;
  readonly region: string;
  /** What AWS calls it, now or after the change. */
  readonly awsName: string;
  readonly action: EntryAction;
  /** The action in words, e.g. `updated in place: capacity only`. */
  readonly title: string;
  /** How the spec differs from AWS, and what each difference needs. */
  readonly fields: readonly FieldChange[];
  /** Every write that follows, in order, and what is waited for in between. */
  readonly steps: readonly Step[];
  readonly queues: readonly AffectedQueue[];
  readonly jobs: JobsEffect;
  /** Why it does not become ready before a person does something. */
  readonly blocked: string | undefined;
  /** Whatever else a reviewer should know. */
  readonly notes: readonly string[];
}

/** A queue in AWS that the change touches. */
export interface AffectedQueue {
  readonly name: string;
  /** Jobs that start or run now; undefined when they could not be counted. */
  readonly jobs: number | undefined;
}

/** What happens to running jobs when the change is carried out. */
export type JobsEffect =
  | { readonly kind: "none" }
  /** None is ended: they end by themselves. */
  | { readonly kind: "waitedFor"; readonly why: string }
  | { readonly kind: "mayEnd"; readonly why: string };

export const noJobs: JobsEffect = { kind: "none" };

export interface Plan {
  readonly clusterName: string;
  readonly account: string;
  readonly entries: readonly Entry[];
  readonly warnings: readonly string[];
}

/** Whether the change has something done about the object, or would have. */
export function isChange({ action, blocked }: Entry): boolean {
  return (action !== "none" && action !== "finish") || blocked !== undefined;
}

/** Whether anything waits for a person in such a way that the object does not become ready. */
export function isBlocked({ blocked }: Entry): boolean {
  return blocked !== undefined;
}

/** A replacement, a deletion, or jobs that may be ended: what a reviewer must not miss. */
export function isDisruptive({ action, blocked, jobs }: Entry): boolean {
  if (blocked !== undefined || action === "finish") return false;
  return action === "replace" || action === "delete" || jobs.kind === "mayEnd";
}

interface Words {
  readonly one: string;
  readonly many: string;
}

const words: Readonly<Record<EntryAction | "blocked", Words>> = {
  replace: { one: "replacement", many: "replacements" },
  delete: { one: "deletion", many: "deletions" },
  update: { one: "update", many: "updates" },
  register: { one: "new revision", many: "new revisions" },
  create: { one: "creation", many: "creations" },
  adopt: { one: "adoption", many: "adoptions" },
  forget: { one: "forgotten", many: "forgotten" },
  blocked: { one: "blocked", many: "blocked" },
  finish: { one: "under way before", many: "under way before" },
  none: { one: "unchanged", many: "unchanged" },
};

/** The sentence that a reviewer reads first: `1 replacement, 2 unchanged; no running job is ended`. */
export function headline({ entries }: Plan): string {
  const counts = Object.entries(words).flatMap(([action, { one, many }]) => {
    const counted = entries.filter((entry) => bucketOf(entry) === action);
    if (counted.length === 0) return [];
    const also = action === "adopt" ? updatesWithin(counted) : "";
    return [`${counted.length} ${counted.length === 1 ? one : many}${also}`];
  });
  return `${counts.length === 0 ? "no objects" : counts.join(", ")}; ${jobsWords(entries)}`;
}

/** An adoption alone writes tags; one that writes more is an update as well. */
function updatesWithin(adopted: readonly Entry[]): string {
  const isUpdate = ({ steps }: Entry): boolean => !isOnlyTagged(steps.filter((step) => step.kind === "write"));
  const updates = adopted.filter(isUpdate).length;
  if (updates === 0) return "";
  return adopted.length === 1 ? " with an update" : `, ${updates} of them with an update`;
}

function bucketOf({ action, blocked }: Entry): string {
  return blocked === undefined ? action : "blocked";
}

function jobsWords(entries: readonly Entry[]): string {
  const mayEnd = entries.filter(({ jobs, blocked }) => jobs.kind === "mayEnd" && blocked === undefined);
  const ending = mayEnd.filter(({ action }) => action !== "finish");
  if (ending.length === 0) return `no running job is ended${mayEnd.length === 0 ? "" : " by this change"}`;
  return `RUNNING JOBS MAY BE ENDED by ${ending.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`;
}

/** `kind namespace/name`. */
export function entryText({ kind, namespace, name }: Entry): string {
  return `${kind} ${namespace}/${name}`;
}

/** One sign per action, as people know them from other tools. */
export function symbolOf({ action, blocked }: Entry): string {
  if (blocked !== undefined) return "!";
  const symbols: Readonly<Record<EntryAction, string>> = {
    create: "+",
    adopt: "~",
    update: "~",
    register: "~",
    replace: "±",
    delete: "-",
    forget: ".",
    finish: ">",
    none: "=",
  };
  return symbols[action];
}
