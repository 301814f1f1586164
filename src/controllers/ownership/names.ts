/** Which names the objects of a namespace may have in AWS, and which resources of others they may adopt. Pure. */

import { nameAnnotations } from "../../api/v1alpha1/annotations.ts";
import { unwatchedCheckMs } from "../intervals.ts";
import type { Plan } from "../pass/agenda.ts";
import { firstOf } from "../wording.ts";
import { matchesAny } from "./glob.ts";
import {
  type AllowedList,
  flagOf,
  lackingList,
  listsInForce,
  listText,
  type NamespaceAnnotations,
  waitForNamespace,
} from "./limits.ts";
import { belongsTo, foreignNamespaceIn } from "./naming.ts";

/** The operator's flags, as `NAMESPACE/GLOB`; `*` as NAMESPACE is for all of them. */
export interface NameLimits {
  /** Names with the prefix of another namespace that objects may have nevertheless. */
  readonly allowedNames: readonly string[];
  /** `<cluster>_`, with which the names in AWS of this cluster begin by default; empty: they do not. */
  readonly clusterPrefix?: string;
  /** Names of resources that objects may adopt; those for one namespace count as allowed there. */
  readonly adoptableNames: readonly string[];
}

/** Whether an object may have its name in AWS. */
export type NameSeen =
  | {
      readonly kind: "allowed";
      /** Whether a resource of that name that has no owner may be adopted. */
      readonly mayAdopt: boolean;
      /** What to ask the operator's administrator for, so that it may; empty: it may. */
      readonly adoptableBy: string;
    }
  | { readonly kind: "refused"; readonly message: string }
  /** The namespace cannot be read, so what it may have is unknown. */
  | { readonly kind: "unread"; readonly why: string };

/** A name in AWS, and the object that has it. */
export interface NameInAws {
  readonly namespace: string;
  readonly name: string;
  /** The field of the spec that gives it. */
  readonly field: string;
}

/**
 * Whether an object of a namespace that was read may have its name.
 *
 * @param annotations of the namespace
 */
export function allowedName(
  { namespace, name, field }: NameInAws,
  flags: NameLimits,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
): NameSeen {
  const lacking = (annotation: string, globs: readonly string[]): AllowedList | undefined =>
    lackingList(listsInForce(annotation, globs, annotations, mode), name);
  const adoptable = flags.adoptableNames.map(entryOf);
  const own = globsFor([namespace], adoptable);
  const notAdopted = lacking(nameAnnotations.adoptable, globsFor([namespace, "*"], adoptable));
  // Entries for all namespaces say which resources may be adopted, and not that a namespace may have names of another one.
  const mayHave = lacking(nameAnnotations.adoptable, own) === undefined;
  const allowed = globsFor([namespace, "*"], flags.allowedNames.map(entryOf));
  const unlisted = lacking(nameAnnotations.allowed, allowed);
  const mayAdopt = notAdopted === undefined;
  const other = whoseName(name, namespace, flags);
  if (other === undefined || mayHave || unlisted === undefined) {
    return {
      kind: "allowed",
      mayAdopt,
      adoptableBy: notAdopted === undefined ? "" : entryText(notAdopted, namespace, name),
    };
  }
  return {
    kind: "refused",
    message: `${field}: ${name} ${other}, and is not allowed in namespace ${namespace} (${listText(unlisted)}). Ask the operator's administrator to allow the name. Or, where AWS has nothing of this object yet, recreate it without ${field} or with a name that begins with ${flags.clusterPrefix ?? ""}${namespace}_`,
  };
}

/** Why a name belongs to other namespaces, as a part of a sentence; undefined: it does not. */
export function whoseName(
  name: string,
  namespace: string,
  { allowedNames, adoptableNames, clusterPrefix = "" }: NameLimits,
): string | undefined {
  if (belongsTo(namespace, name, clusterPrefix)) return undefined;
  const prefix = foreignNamespaceIn(name, namespace, clusterPrefix);
  if (prefix !== undefined) {
    const whose = clusterPrefix === "" || name.startsWith(clusterPrefix) ? "namespace" : "namespace or cluster";
    return `begins like the names of ${whose} ${prefix}`;
  }
  // Whom the administrator lets adopt a resource is to have its name, also before the adoption and after a deletion.
  const entries = [...allowedNames, ...adoptableNames].map(entryOf);
  const listed = entries.filter(({ glob }) => matchesAny([glob], name)).map((entry) => entry.namespace);
  const others = listed.filter((one) => one !== "*");
  if (others.length === 0 || listed.includes(namespace)) return undefined;
  return `is listed for ${firstOf(others)} by --allowed-names or --adoptable-names`;
}

interface AllowedGlob {
  readonly namespace: string;
  readonly glob: string;
}

/** `NAMESPACE/GLOB`, whose form the flags have checked. */
function entryOf(text: string): AllowedGlob {
  const [namespace = "", glob = ""] = text.split("/");
  return { namespace, glob };
}

function globsFor(namespaces: readonly string[], entries: readonly AllowedGlob[]): readonly string[] {
  return entries.filter(({ namespace }) => namespaces.includes(namespace)).map(({ glob }) => glob);
}

/** Why a resource without an owner is not adopted, as the end of a sentence; undefined: the lists allow it. */
export function notAdoptable(seen: NameSeen): string | undefined {
  if (seen.kind !== "allowed" || seen.mayAdopt) return undefined;
  return `this namespace may not adopt it: ask the operator's administrator ${seen.adoptableBy}`;
}

/** What would be added to a list: the annotation of a Namespace has names alone. */
function entryText({ from }: AllowedList, namespace: string, name: string): string {
  const entry = from === flagOf(nameAnnotations.adoptable) ? `${namespace}/${name}` : name;
  return `for the entry ${entry} in ${from}`;
}

/**
 * The plan of an object that is not being deleted, as far as it may have its name. Where it may not, what it has in AWS
 * stays as it is: nothing is changed or removed, also none of its roles.
 */
export function asNamed<Action>(plan: Plan<Action>, name: NameSeen, namespace: string): Plan<Action> {
  if (name.kind === "allowed") return plan;
  const reason = name.kind === "refused" ? "NotAllowed" : "NamespaceUnreadable";
  const change = { action: "None", id: plan.change.id, reason, changes: [] } as const;
  if (name.kind === "refused") {
    const { message } = name;
    return { ...plan, change, agenda: [{ kind: "blocked", reason, message, checkInMs: unwatchedCheckMs }] };
  }
  const unread = waitForNamespace(namespace, name.why, "names it may use, and writes nothing");
  return { ...plan, change, agenda: [{ ...unread, holds: "writes" }, ...plan.agenda] };
}
