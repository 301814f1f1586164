import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { reasonsOf, worded } from "../../api/reasons.ts";
import { referencesOf } from "../../api/references.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { awsWords } from "../../diagnosis/words.ts";

/** An object that keeps another one from being Ready. */
export interface ChainLink {
  /** `JobQueue team/main`. */
  readonly what: string;
  /** Reason and message of its Ready; undefined: there is no such object. */
  readonly ready: { readonly reason: string; readonly message: string } | undefined;
  /** What a person does about it, with the object to edit, in one line; empty: nothing, or it is not known. */
  readonly fix: string;
}

/** Reads an object; undefined: there is none. */
export type GetObject = (kind: Kind, key: ObjectKey) => Promise<KubeObject | undefined>;

/** Reasons of a job that waits for an object that it refers to. */
const held: ReadonlySet<string | undefined> = new Set([
  "ReferenceNotFound",
  "WaitingForJob",
  "WaitingForQueue",
  "WaitingForDefinition",
  "WaitingForConsumable",
]);

/** Whether a job waits for an object that it refers to, and not for something of its own. */
export function isHeldJob(object: KubeObject): boolean {
  return held.has(reasonOf(object));
}

/** Jobs that are not submitted may wait for each other in a long line. */
const longest = 20;

/**
 * What an object waits for, from object to object along its references: the last one is the cause. A job waits for those that
 * it depends on only until AWS has them. The last link of jobs that wait for each other in a circle closes it.
 *
 * @throws whatever `get` throws
 */
export async function chainFrom(object: KubeObject, kind: OperatorKind, get: GetObject): Promise<readonly ChainLink[]> {
  const links: ChainLink[] = [];
  const passed = new Set<string>();
  let from: { readonly object: KubeObject; readonly kind: OperatorKind } | undefined = { object, kind };
  while (from !== undefined && links.length < longest) {
    const what = whatIs(from.kind.kind, from.object.metadata);
    passed.add(what);
    const next = await unreadyIn(from.object, from.kind, get);
    if (next === undefined) return links;
    const isCircle = passed.has(next.link.what);
    links.push(isCircle ? closing(next.link.what, what) : next.link);
    from = isCircle ? undefined : next.at;
  }
  return links;
}

function whatIs(kind: string, key: ObjectKey): string {
  return `${kind} ${keyText(key)}`;
}

/** A job that another one depends on, which waits for that other one in turn. */
function closing(what: string, dependent: string): ChainLink {
  const message = "these jobs wait for each other in a circle, so none of them is submitted";
  return {
    what,
    ready: { reason: "DependencyCycle", message },
    fix: `${dependent}: delete it, and create it again without its dependency on ${what}`,
  };
}

/** The first object that one refers to and that is not there, or not Ready. */
async function unreadyIn(
  object: KubeObject,
  kind: OperatorKind,
  get: GetObject,
): Promise<{ link: ChainLink; at: { object: KubeObject; kind: OperatorKind } | undefined } | undefined> {
  const { namespace, name } = object.metadata;
  const referredBy = whatIs(kind.kind, { namespace, name });
  const waitsForJob = reasonOf(object) === "WaitingForJob";
  for (const { to, key, isFixed } of referencesOf(kind, { namespace, spec: object.spec })) {
    const isJob = to === BatchJobKind.kind;
    if (isJob !== waitsForJob) continue;
    const target = kindOf(to);
    const what = whatIs(to, key);
    const found = await get(target, key);
    if (isJob && (found as BatchJob | undefined)?.status?.jobId !== undefined) continue;
    if (found === undefined) {
      const other = isFixed
        ? `create another ${kind.kind} in place of ${referredBy}, whose reference cannot be changed`
        : `correct the reference in ${referredBy}`;
      return { link: { what, ready: undefined, fix: `${what}: create it, or ${other}` }, at: undefined };
    }
    const ready = conditionsOf(found).find(({ type }) => type === "Ready");
    if (ready === undefined || ready.status === "True") continue;
    const { reason, message } = ready;
    // It is on its way.
    if (isJob && (reason === "Pending" || reason === "Submitting")) continue;
    const todo = todoOf(reason, target);
    const goesOn = !isJob || isHeldJob(found);
    const at = goesOn ? { object: found, kind: target } : undefined;
    return { link: { what, ready: { reason, message }, fix: todo === "" ? "" : `${what}: ${todo}` }, at };
  }
  return undefined;
}

/**
 * From an object to the cause: `the job needs JobQueue team/main, and that one needs …`. Pure.
 * @param subject what waits
 */
export function chainText(subject: string, chain: readonly ChainLink[]): string {
  return chain
    .map(({ what, ready }, at) => {
      const needs = at === 0 ? `${subject} needs ${what}` : `that one needs ${what}`;
      if (ready === undefined) return `${needs}, which does not exist`;
      return at < chain.length - 1 ? needs : `${needs}, which is not Ready: ${awsWords(ready.message)}`;
    })
    .join(", and ");
}

/** What a person does about the cause; empty: nothing, or it is not known. Pure. */
export function chainFix(chain: readonly ChainLink[]): string {
  return chain.at(-1)?.fix ?? "";
}

/** What a person does about a reason of a kind, as plain text; empty: nothing, or it is not known. Pure. */
export function todoOf(reason: string, kind: OperatorKind): string {
  const known = reasonsOf(kind.kind).find((one) => one.reason === reason && one.todo !== undefined);
  return (known && worded(known, kind).todo)?.replaceAll("`", "") ?? "";
}

function reasonOf(object: KubeObject): string | undefined {
  return conditionsOf(object).find(({ type }) => type === "Ready")?.reason;
}
