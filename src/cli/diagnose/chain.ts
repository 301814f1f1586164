import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { reasonsOf, worded } from "../../api/reasons.ts";
import { referencesOf } from "../../api/references.ts";
import { BatchJobKind, kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../controllers/conditions.ts";
import { awsWords } from "../../diagnosis/words.ts";

/** An object that keeps another one from being Ready. */
export interface ChainLink {
  /** `JobQueue team/main`. */
  readonly what: string;
  /** Reason and message of its Ready; undefined: there is no such object. */
  readonly ready: { readonly reason: string; readonly message: string } | undefined;
  /** The object that refers to it. */
  readonly referredBy: string;
  /** What a person does about the reason, in one line; empty: nothing, or it is not known. */
  readonly todo: string;
}

/** Reads an object; undefined: there is none. */
export type GetObject = (kind: Kind, key: ObjectKey) => Promise<KubeObject | undefined>;

/** No chain of references is longer: job, queue, policy. */
const longest = 5;

/**
 * What an object waits for, from object to object along its references: the last one is the cause. Jobs are left out, which
 * wait for each other in ways of their own.
 *
 * @throws whatever `get` throws
 */
export async function chainFrom(object: KubeObject, kind: OperatorKind, get: GetObject): Promise<readonly ChainLink[]> {
  const links: ChainLink[] = [];
  let from: { readonly object: KubeObject; readonly kind: OperatorKind } | undefined = { object, kind };
  while (from !== undefined && links.length < longest) {
    const next = await unreadyIn(from.object, from.kind, get);
    if (next === undefined) return links;
    links.push(next.link);
    from = next.at;
  }
  return links;
}

/** The first object that one refers to and that is not there, or not Ready. */
async function unreadyIn(
  object: KubeObject,
  kind: OperatorKind,
  get: GetObject,
): Promise<{ link: ChainLink; at: { object: KubeObject; kind: OperatorKind } | undefined } | undefined> {
  const { namespace, name } = object.metadata;
  const referredBy = `${kind.kind} ${keyText({ namespace, name })}`;
  for (const { to, key } of referencesOf(kind, { namespace, spec: object.spec })) {
    if (to === BatchJobKind.kind) continue;
    const target = kindOf(to);
    const what = `${to} ${keyText(key)}`;
    const found = await get(target, key);
    if (found === undefined) {
      const todo = `create it, or correct the reference in ${referredBy}`;
      return { link: { what, ready: undefined, referredBy, todo }, at: undefined };
    }
    const ready = conditionsOf(found).find(({ type }) => type === "Ready");
    if (ready === undefined || ready.status === "True") continue;
    const { reason, message } = ready;
    const known = reasonsOf(target.kind).find((one) => one.reason === reason && one.todo !== undefined);
    const todo = (known && worded(known, target).todo)?.replaceAll("`", "") ?? "";
    return { link: { what, ready: { reason, message }, referredBy, todo }, at: { object: found, kind: target } };
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
  const end = chain.at(-1);
  return end === undefined || end.todo === "" ? "" : `${end.what}: ${end.todo}`;
}
