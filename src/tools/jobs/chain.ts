import { type Kind, type KubeObject, keyText, type ObjectKey } from "../../api/object.ts";
import { type Reason, reasonsOf, worded } from "../../api/reasons.ts";
import { type Referred, referencesOf } from "../../api/references.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind, type KindName, kindOf, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { conditionsOf, readyOf } from "../../controllers/pass/conditions.ts";
import { awsWords } from "../../diagnosis/words.ts";

/** An object that keeps another one from being Ready. */
export interface ChainLink {
  /** `JobQueue team/main`. */
  readonly what: string;
  /** Reason and message of its Ready; undefined: there is no such object. */
  readonly ready: { readonly reason: string; readonly message: string } | undefined;
  /** Only a person can end its state. */
  readonly isStalled: boolean;
  /** The object before it waits for no other one that may still come by itself. */
  readonly isOnlyWay: boolean;
  /** What a person does about it, with the object to edit, in one line; empty: nothing, or it is not known. */
  readonly fix: string;
}

/** Reads an object; undefined: there is none. */
export type GetObject = (kind: Kind, key: ObjectKey) => Promise<KubeObject | undefined>;

/** The kinds of the objects that an object with such a reason waits for. */
const awaited: Readonly<Partial<Record<Reason, readonly KindName[]>>> = {
  WaitingForJob: ["BatchJob"],
  WaitingForQueue: ["JobQueue"],
  WaitingForDefinition: ["JobDefinition"],
  WaitingForConsumable: ["ConsumableResource"],
  WaitingForEnvironment: ["BatchComputeEnvironment", "ServiceEnvironment"],
  WaitingForPolicy: ["SchedulingPolicy"],
  WaitingForNetwork: ["BatchNetwork"],
  WaitingForRole: ["BatchRole"],
};

/** Other reasons may come from every object that one refers to. A job waits for jobs only until AWS has them. */
function awaitedBy(object: KubeObject, { references }: OperatorKind): ReadonlySet<string> {
  const kinds = awaited[reasonOf(object) as Reason];
  return new Set(kinds ?? references.flatMap(({ to }) => to).filter((to) => to !== BatchJobKind.kind));
}

/** Whether a job waits for an object that it refers to, and not for something of its own. */
export function isHeldJob(object: KubeObject): boolean {
  const reason = reasonOf(object);
  return reason === "ReferenceNotFound" || awaited[reason as Reason] !== undefined;
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
    isStalled: true,
    isOnlyWay: true,
    fix: `${dependent}: delete it, and create it again without its dependency on ${what}`,
  };
}

interface Unready {
  readonly link: Omit<ChainLink, "isOnlyWay">;
  readonly at: { readonly object: KubeObject; readonly kind: OperatorKind } | undefined;
}

/** The first object that one waits for and that is not there, or not Ready. */
async function unreadyIn(
  object: KubeObject,
  kind: OperatorKind,
  get: GetObject,
): Promise<{ readonly link: ChainLink; readonly at: Unready["at"] } | undefined> {
  const { namespace } = object.metadata;
  const kinds = awaitedBy(object, kind);
  const awaitedOnes = referencesOf(kind, { namespace, spec: object.spec }).filter(({ to }) => kinds.has(to));
  const unready: Unready[] = [];
  for (const one of awaitedOnes) {
    const found = await get(kindOf(one.to), one.key);
    unready.push(...unreadyAt(one, found, { kind, key: object.metadata }));
  }
  const [first, ...others] = unready;
  if (first === undefined) return undefined;
  // A queue comes with any of its environments.
  return { ...first, link: { ...first.link, isOnlyWay: others.every(({ link }) => link.isStalled) } };
}

function unreadyAt(
  { to, key, isFixed }: Referred<KindName>,
  found: KubeObject | undefined,
  referring: { readonly kind: OperatorKind; readonly key: ObjectKey },
): readonly Unready[] {
  const target = kindOf(to);
  const what = whatIs(to, key);
  const isJob = to === BatchJobKind.kind;
  if (isJob && (found as BatchJob | undefined)?.status?.jobId !== undefined) return [];
  if (found === undefined) {
    const referredBy = whatIs(referring.kind.kind, referring.key);
    const other = isFixed
      ? `create another ${referring.kind.kind} in place of ${referredBy}, whose reference cannot be changed`
      : `correct the reference in ${referredBy}`;
    const link = { what, ready: undefined, isStalled: false, fix: `${what}: create it, or ${other}` };
    return [{ link, at: undefined }];
  }
  const { ready } = readyOf(found);
  if (ready === undefined || ready.status === "True") return [];
  const { reason, message } = ready;
  // It is on its way.
  if (isJob && (reason === "Pending" || reason === "Submitting")) return [];
  const todo = todoOf(reason, target);
  const at = isJob && !isHeldJob(found) ? undefined : { object: found, kind: target };
  const fix = todo === "" ? "" : `${what}: ${todo}`;
  return [{ link: { what, ready: { reason, message }, isStalled: isStalled(found), fix }, at }];
}

/** Of its present spec: that of an earlier one says nothing about what was just applied. */
function isStalled(object: KubeObject): boolean {
  return conditionsOf(object).some(
    ({ type, status, observedGeneration }) =>
      type === "Stalled" && status === "True" && observedGeneration === object.metadata.generation,
  );
}

/** Whether nothing on the way goes on until a person acts on the last object. Pure. */
export function needsPerson(chain: readonly ChainLink[]): boolean {
  return chain.at(-1)?.isStalled === true && chain.every(({ isOnlyWay }) => isOnlyWay);
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
