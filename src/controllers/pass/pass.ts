/**
 * The door of the pass, which is the same for each object of every kind.
 *
 *     observe → plan → choose a step of the agenda → approval, guard of repeated writes → act → observe and plan again → report
 *
 * A kind gives the parts that differ (`kind.ts`). `agenda.ts` has the forms of plans and steps, `choose.ts` which step is next,
 * `write-guard.ts` when a write waits, `report.ts` the status.
 */

import type { KubeObject } from "../../api/object.ts";
import { abandonAnnotation, cleanupFinalizer, locationAnnotation } from "../../api/v1alpha1/annotations.ts";
import { AwsError } from "../../aws/errors.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Log } from "../../runtime/log.ts";
import type { Reconciler, Report } from "../../runtime/object-reconciler.ts";
import type { ObjectEvent } from "../../runtime/store.ts";
import { unreadCheckMs, unwatchedCheckMs } from "../intervals.ts";
import { type Ports, RegionNotAllowed } from "../ports.ts";
import { failureText } from "../wording.ts";
import { leftInAws } from "./abandoned.ts";
import type { Act, ConditionDraft, Failure, Outcome, Refusal, Release } from "./agenda.ts";
import { type Choice, choose } from "./choose.ts";
import { circumstancesOf } from "./circumstances.ts";
import { failureReason } from "./conditions.ts";
import { agreed } from "./confirmed-action.ts";
import { type Directives, directivesOf } from "./directives.ts";
import { normalEvent } from "./events.ts";
import { type Failing, failedOutcome, type UnreadableAws, unread } from "./failures.ts";
import { blocked, heldByAnnotation, isMarked, isSameSpec, misplacement } from "./holds.ts";
import type { KindModule } from "./kind.ts";
import { type Decided, failing, keptFields, type Reporting, reported, silent, unreadable } from "./report.ts";
import { againAfter } from "./requeue.ts";
import { WriteGuard } from "./write-guard.ts";

/** One pass over one object. */
interface Pass<O extends KubeObject, Seen, Action> extends Reporting<O, Seen, Action> {
  readonly directives: Directives;
  /** Forgets the object, which is gone. */
  readonly forget: () => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What a pass has found, and what follows from it. */
interface Planned<Seen, Action> extends Decided<Action> {
  readonly seen: Seen;
  /** When it was planned, wall ms. */
  readonly now: number;
  /** When the pass began to read, monotonic ms. */
  readonly beganAtMs: number;
}

/** Reconciles objects, and remembers something of each until the deletion of one that it has written for has ended. */
export interface KindReconciler extends Reconciler {
  /** The object of this uid is gone, whoever removed it. */
  readonly forget: (uid: string) => void;
}

/** Reconciles the objects of one kind, one pass at a time. */
export function reconcilerOf<O extends KubeObject, Seen, Action>(
  module: KindModule<O, Seen, Action>,
  ports: Ports,
): KindReconciler {
  const guards = new Map<string, WriteGuard>();
  const forget = (uid: string): void => {
    guards.delete(uid);
  };
  return {
    kind: module.kind,
    forget,
    async reconcile(given, { signal, log }) {
      const { uid } = given.metadata;
      const guard = guards.get(uid) ?? new WriteGuard(ports.clock.now());
      guards.set(uid, guard);
      const object = given as O;
      return await pass({
        module,
        ports,
        object,
        directives: directivesOf(object, ports.settings),
        guard,
        forget: () => forget(uid),
        log,
        signal,
      });
    },
  };
}

/**
 * One pass over one object, the same for every kind.
 *
 * Expected flow: the region is open; AWS and Kubernetes are observed; the kind plans; the first step of its agenda that
 * nothing holds is chosen. A wait is reported. Before a write the finalizer and the location are on the object, and object
 * and AWS are read live; the write is sent where both lead to the same action. The next pass follows at once.
 *
 * Assumptions: one process reconciles an object at a time. What was observed may be minutes old. The process may end
 * between any two lines.
 *
 * Guarantees: at most one action of the agenda is carried out. Nothing is written for an object that is paused, in dry-run, in
 * another account or region, or changed since it was planned for. Nothing is remembered that the next pass needs, but
 * what others have undone or AWS has refused. The finalizer goes only after AWS, read live, has nothing of the object.
 *
 * Errors: what AWS refuses is reported by conditions, with the next step.
 * @throws whatever is neither an answer of AWS nor a sign that the object has changed
 */
async function pass<O extends KubeObject, Seen, Action>(p: Pass<O, Seen, Action>): Promise<Report> {
  const { ports, object, directives } = p;
  if (!ports.reconciles(object) || (directives.deleting && !directives.finalized)) return silent({ kind: "onChange" });
  if (directives.abandon) return await abandon(p);
  const opened = await openRegion(p);
  // The observer wakes every object with its first listing; until then there is nothing to report.
  if (opened.kind === "notYetRead") return silent({ kind: "onChange" });
  if (opened.kind === "notAllowed") {
    const { message } = opened;
    const choice = blocked({ reason: "NotAllowed", message, checkInMs: unwatchedCheckMs });
    return reported(p, undefined, { choice, fields: keptFields(object) }, { kind: "none" });
  }
  if (opened.kind === "unreadable") return unreadable(p, opened);
  if (opened.kind === "failing") return failing(p, opened);
  const { region } = opened;
  const misnamed = ports.misnamed(object);
  const elsewhere =
    misplacement(directives, region, p.module.kind.global) ??
    (misnamed === undefined ? undefined : blocked({ reason: "LocationMismatch", message: misnamed }));
  if (elsewhere !== undefined) {
    return reported(p, region, { choice: elsewhere, fields: keptFields(object) }, { kind: "none" });
  }
  if (p.module.isRead?.(object, region) === false) return silent({ kind: "after", delayMs: unreadCheckMs });
  const again = await p.module.notYet?.(object, region, p.signal);
  if (again !== undefined) return silent(again);
  const planned = await observedAndPlanned(p, region);
  if ("kind" in planned) return unreadable(p, planned);
  const { next } = planned.choice;
  if (next.kind === "release") return await release(p, region, planned, next);
  if (next.kind === "act") return await write(p, region, planned, next);
  return await rest(p, region, planned);
}

async function openRegion<O extends KubeObject, Seen, Action>({
  object,
  ports,
  signal,
}: Pass<O, Seen, Action>): Promise<
  | { kind: "open"; region: BatchRegion }
  | { kind: "notYetRead" }
  | { kind: "notAllowed"; message: string }
  | Failing
  | UnreadableAws
> {
  const { region: name } = object.spec as { readonly region?: string | undefined };
  try {
    const region = await ports.regions.open(name, signal, object.metadata.namespace);
    const { failure: error, failingSince: since, listedAt } = region.snapshot();
    if (error !== undefined) return { kind: "failing", error, since: listedAt === undefined ? undefined : since };
    return listedAt === undefined ? { kind: "notYetRead" } : { kind: "open", region };
  } catch (error) {
    if (error instanceof RegionNotAllowed) return { kind: "notAllowed", message: error.message };
    if (error instanceof AwsError) return unread(error);
    throw error;
  }
}

async function observedAndPlanned<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
): Promise<Planned<Seen, Action> | UnreadableAws> {
  const { module, ports, object, signal } = p;
  const beganAtMs = ports.clock.monotonic();
  try {
    const seen = await module.observe(object, region, signal);
    const now = ports.clock.now();
    const choice = chosen(p, object, seen, now);
    return { seen, choice, fields: module.status(object, seen, choice, now), now, beganAtMs };
  } catch (error) {
    if (error instanceof AwsError) return unread(error);
    throw error;
  }
}

/** The step that is next, as far as no annotation and no guard holds it. */
function chosen<O extends KubeObject, Seen, Action>(
  { module, guard, ports }: Pass<O, Seen, Action>,
  object: O,
  seen: Seen,
  now: number,
): Choice<Action> {
  const directives = directivesOf(object, ports.settings);
  const refusals = guard.refusals(now);
  const plan = module.plan(object, seen, now, refusals);
  const refusalOf = (action: Action): Refusal | undefined => refusals.get(module.independentName?.(action) ?? "");
  const choice = choose(plan, now, refusalOf);
  const under = circumstancesOf(object);
  guard.observed(choice, under);
  return (
    heldByAnnotation(choice, directives) ??
    guard.guarded(choice, { under, now: ports.clock.now(), counts: !directives.deleting })
  );
}

/** Nothing is to be written now. */
async function rest<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  planned: Planned<Seen, Action>,
): Promise<Report> {
  const { module, directives } = p;
  const { next } = planned.choice;
  const outdated = module.outdated?.(region);
  if (outdated !== undefined) {
    const again = againAfter(planned.choice, { kind: "none" }, { lastedMs: 0, turnsInMs: undefined });
    return failing(p, outdated, planned.fields, again);
  }
  // The object has resources in AWS but lost its finalizer (`kubectl replace`).
  const moreInMs = module.moreInMs?.(planned.seen);
  if (moreInMs !== undefined) return silent({ kind: "after", delayMs: moreInMs });
  const isWritten = next.kind === "serves" || module.hasOwn?.(planned.seen) === true;
  const lacksFinalizer = isWritten && !isMarked(directives) && !directives.paused && !directives.dryRun;
  return reported(p, region, planned, lacksFinalizer ? await markedAgain(p, region, planned) : { kind: "none" });
}

/**
 * Whoever took the finalizer of an object with a location may have written in AWS, as `release` does: the next pass sees what AWS has
 * since. One without has never had it.
 */
async function markedAgain<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  { seen, beganAtMs }: Planned<Seen, Action>,
): Promise<Outcome> {
  try {
    if (p.directives.location !== undefined) await p.module.refresh(p.object, region, beganAtMs, p.signal);
  } catch (error) {
    return failedOutcome(error);
  }
  return await ensureFinalizer(p, region, seen);
}

async function write<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  planned: Planned<Seen, Action>,
  next: Act<Action>,
): Promise<Report> {
  const { choice, seen } = planned;
  const outcome = await carriedOut(p, region, planned, next.action);
  if (outcome.kind === "done") return reported(p, region, planned, outcome, doneEvents(p, choice, next));
  if (outcome.kind !== "failed") return reported(p, region, planned, outcome);
  const drafts = failureConditions(
    next,
    outcome.failure,
    p.module.conditionsOfFailure?.(next.action, outcome.failure, seen),
  );
  const others = choice.conditions.filter(({ type }) => drafts.every((one) => one.type !== type));
  return reported(p, region, { ...planned, choice: { ...choice, conditions: [...others, ...drafts] } }, outcome);
}

/** The condition that reports the step reports its failure, in the kind's own words where it has some. */
function failureConditions<Action>(
  { conditions = [] }: Act<Action>,
  failure: Failure,
  own: readonly ConditionDraft[] = [],
): readonly ConditionDraft[] {
  const [reason, message] = [failureReason(failure.kind), failureText(failure)];
  const others = conditions.filter(({ type, status }) => status !== "True" && own.every((one) => one.type !== type));
  return [...own, ...others.map(({ type }): ConditionDraft => ({ type, status: "False", reason, message }))];
}

async function carriedOut<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  planned: Planned<Seen, Action>,
  action: Action,
): Promise<Outcome> {
  const { directives } = p;
  try {
    if (!isMarked(directives)) return await ensureFinalizer(p, region, planned.seen);
    const live = await chosenLive(p, region, planned);
    const confirmed = live?.next.kind === "act" ? agreed(action, live.next.action) : undefined;
    if (confirmed === undefined) return { kind: "startOver" };
    p.log.info("acts", { reason: planned.choice.next.reason, why: planned.choice.next.message });
    return await acted(p, region, confirmed);
  } catch (error) {
    return failedOutcome(error);
  }
}

async function acted<O extends KubeObject, Seen, Action>(
  { module, ports, object, guard, signal }: Pass<O, Seen, Action>,
  region: BatchRegion,
  action: Action,
): Promise<Outcome> {
  let outcome: Outcome = { kind: "done" };
  try {
    await module.act(action, object, region, signal);
  } catch (error) {
    outcome = failedOutcome(error);
  }
  guard.tried(module.independentName?.(action), outcome, ports.clock.now());
  return outcome;
}

/** Finalizer and location, before the first write to AWS. */
async function ensureFinalizer<O extends KubeObject, Seen, Action>(
  { module, ports, object, signal }: Pass<O, Seen, Action>,
  { account, region }: BatchRegion,
  seen: Seen,
): Promise<Outcome> {
  const annotations = { ...module.annotations?.(object, seen), [locationAnnotation]: `${account}/${region}` };
  try {
    await ports.store.patchMetadata(module.kind, object, { addFinalizer: cleanupFinalizer, annotations }, signal);
    return { kind: "startOver" };
  } catch (error) {
    return failedOutcome(error);
  }
}

/** The plan by object and AWS, both read live, for the same instant; undefined: the object is another one now. */
async function chosenLive<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  { now, beganAtMs }: Planned<Seen, Action>,
): Promise<Choice<Action> | undefined> {
  const { module, ports, object, signal } = p;
  const live = (await ports.store.get(module.kind, object.metadata, signal)) as O | undefined;
  if (live === undefined || !isSameSpec(live, object) || !ports.reconciles(live)) return undefined;
  await module.refresh(live, region, beganAtMs, signal);
  if (region.snapshot().failure !== undefined) return undefined;
  return chosen(p, live, await module.observe(live, region, signal), now);
}

/** A drift is counted and reported with the first act that corrects it, not with each that follows. */
function doneEvents<O extends KubeObject, Seen, Action>(
  { module, guard, object, directives, ports }: Pass<O, Seen, Action>,
  choice: Choice<Action>,
  next: Act<Action>,
): readonly ObjectEvent[] {
  const at = { under: circumstancesOf(object), now: ports.clock.now(), counts: !directives.deleting };
  const corrected = guard.sent(choice, next, at);
  const events = module.events(next.action);
  if (corrected.length === 0) return events;
  const note = `changed outside of Kubernetes and put back: ${corrected.join(", ")}`;
  return [normalEvent("DriftCorrected", "Reconcile", note), ...events];
}

/** Nothing reconciles an object that is gone. So AWS is read live once more before it goes. */
async function release<O extends KubeObject, Seen, Action>(
  p: Pass<O, Seen, Action>,
  region: BatchRegion,
  planned: Planned<Seen, Action>,
  { reason, message }: Release,
): Promise<Report> {
  const { module, ports, object, forget, signal } = p;
  try {
    const live = await chosenLive(p, region, planned);
    if (live?.next.kind !== "release") return reported(p, region, planned, { kind: "startOver" });
    await ports.store.patchMetadata(module.kind, object, { removeFinalizer: cleanupFinalizer }, signal);
  } catch (error) {
    return reported(p, region, planned, failedOutcome(error));
  }
  forget();
  return {
    status: undefined,
    events: [normalEvent(reason, "Delete", message)],
    again: { kind: "onChange" },
  };
}

async function abandon<O extends KubeObject, Seen, Action>({
  module,
  ports,
  object,
  forget,
  signal,
}: Pass<O, Seen, Action>): Promise<Report> {
  await ports.store.patchMetadata(module.kind, object, { removeFinalizer: cleanupFinalizer }, signal);
  forget();
  const note = `finalizer removed, AWS resources kept (${abandonAnnotation}): ${leftInAws(object)}`;
  return {
    status: undefined,
    events: [{ type: "Warning", reason: "Abandoned", action: "Delete", note }],
    again: { kind: "onChange" },
  };
}
