import type { KubeObject } from "../api/object.ts";
import { cleanupFinalizer, locationAnnotation } from "../api/v1alpha1/annotations.ts";
import { AwsError, isWorthTelling } from "../aws/errors.ts";
import type { BatchRegion } from "../aws/region.ts";
import type { ObjectEvent } from "../kube/store.ts";
import type { Again, Reconciler, Report } from "../runtime/controller.ts";
import { leftInAws } from "./abandoned.ts";
import { againAfter, noLaterThan } from "./again.ts";
import { agreed } from "./agreed.ts";
import { circumstancesOf, requestedAtOf } from "./circumstances.ts";
import { conditionsFor, reasonOf, unreadableConditions } from "./conditions.ts";
import type { Decision, FieldChange, Next, Outcome } from "./decision.ts";
import { yieldTo } from "./drift.ts";
import { type Failing, failedOutcome, type Unread, unread } from "./failures.ts";
import type { Undone } from "./field-history.ts";
import { drifted, held, isMarked, misplacement, sameWish } from "./holds.ts";
import { putOff } from "./in-vain.ts";
import { lasted, type Memory, newMemory, standing } from "./memory.ts";
import type { Ports } from "./ports.ts";
import type { Steps } from "./steps.ts";
import { turnEvents } from "./turn-events.ts";
import { type Wish, wishOf } from "./wish.ts";
import { shortened } from "./wording.ts";

/** What AWS cannot be read for is looked at again at this pace, for it may be over. */
const unreadLookMs = 60_000;
const failingLookMs = 2000;

type Act<Action> = Extract<Next<Action>, { kind: "act" }>;

/** When a pass was planned (wall ms), and when it began to read (monotonic ms). */
interface Pass {
  readonly now: number;
  readonly beganAtMs: number;
}

/**
 * One pass over one object, the same for every kind. What differs between kinds is `Steps`; what is the same
 * (location, finalizer, pause, dry-run, the live read before what cannot be undone, contested fields) is here once.
 */
export function reconcilerOf<O extends KubeObject, Seen, Action>(
  steps: Steps<O, Seen, Action>,
  ports: Ports,
): Reconciler {
  const memories = new Map<string, Memory>();

  const memoryOf = (object: O): Memory => {
    const known = memories.get(object.metadata.uid) ?? newMemory(ports.clock.now());
    memories.set(object.metadata.uid, known);
    return known;
  };

  async function reconcile(given: KubeObject, signal: AbortSignal): Promise<Report> {
    const object = given as O;
    if (!ports.reconciles(object)) return silent({ kind: "onChange" });
    const wish = wishOf(object, ports.settings);
    if (wish.deleting && !wish.finalized) return silent({ kind: "onChange" });
    if (wish.abandon) return abandon(object, signal);

    const opened = await openRegion(object, signal);
    // The observer wakes every object with its first listing; until then there is nothing to tell.
    if (opened.kind === "notYetRead") return silent({ kind: "onChange" });
    if (opened.kind === "unreadable") return unreadable(object, opened);
    if (opened.kind === "failing") return failing(object, opened);
    const { region } = opened;

    const misplaced = misplacement(wish, region);
    if (misplaced !== undefined) return told(object, region, misplaced, { kind: "none" }, {});

    const beganAtMs = ports.clock.monotonic();
    const look = await lookAt(object, region, signal);
    if (look.kind === "unreadable") return unreadable(object, look);
    const { seen } = look;
    const now = ports.clock.now();
    const planned = considered(object, wish, steps.plan(object, seen, now));
    const fields = steps.report(object, seen, planned, now);
    if (planned.next.kind === "release")
      return await release(object, region, planned, fields, { now, beganAtMs }, signal);
    const goesOn = planned.next.kind === "act" && planned.next.irreversible;
    const outdated = goesOn ? undefined : steps.outdated?.(region);
    if (outdated !== undefined)
      return failing(
        object,
        outdated,
        fields,
        againAfter(planned.next, { kind: "none" }, { lastedMs: 0, turnsInMs: undefined }),
      );
    // What is ours and needs no write was made before somebody took the finalizer away.
    if (planned.next.kind === "settled" && !isMarked(wish) && !wish.paused && !wish.dryRun) {
      return told(object, region, planned, await mark(object, region, seen, signal), fields);
    }
    if (planned.next.kind !== "act") return told(object, region, planned, { kind: "none" }, fields);

    const outcome = await carryOut(object, wish, region, seen, planned.next, { now, beganAtMs }, signal);
    const events = outcome.kind === "done" ? doneEvents(object, wish, planned, planned.next) : [];
    return told(object, region, withFailure(planned, planned.next.action, outcome, seen), outcome, fields, events);
  }

  async function openRegion(
    object: O,
    signal: AbortSignal,
  ): Promise<{ kind: "open"; region: BatchRegion } | { kind: "notYetRead" } | Failing | Unread> {
    const wished = (object.spec as { readonly region?: string | undefined }).region;
    try {
      const region = await ports.regions.open(wished, signal);
      const { failure: error, failingSince: since, listedAt } = region.snapshot();
      if (error !== undefined) return { kind: "failing", error, since: listedAt === undefined ? undefined : since };
      return listedAt === undefined ? { kind: "notYetRead" } : { kind: "open", region };
    } catch (error) {
      if (error instanceof AwsError) return unread(error);
      throw error;
    }
  }

  async function lookAt(
    object: O,
    region: BatchRegion,
    signal: AbortSignal,
  ): Promise<{ kind: "seen"; seen: Seen } | Unread> {
    try {
      return { kind: "seen", seen: await steps.observe(object, region, ports, signal) };
    } catch (error) {
      if (error instanceof AwsError) return unread(error);
      throw error;
    }
  }

  /** Pause, dry-run, updates in vain and contested fields turn an act into a wait that says what would be done. */
  function considered(object: O, wish: Wish, decision: Decision<Action>): Decision<Action> {
    const { next } = decision;
    const { corrections, fields, inVain } = memoryOf(object);
    const under = circumstancesOf(object);
    inVain.look(decision, under);
    fields.look(decision, under.generation);
    if (wish.paused && next.kind !== "settled") return held(decision, "Paused", "paused by annotation");
    if (wish.dryRun && (next.kind === "act" || next.kind === "release")) {
      return held(decision, "DryRun", "dry-run by annotation");
    }
    if (next.kind !== "act") return decision;
    const now = ports.clock.now();
    const pause = inVain.pause(next, under, now);
    if (pause !== undefined && next.whilePutOff !== undefined) return { ...decision, next: next.whilePutOff };
    // What may end jobs is not sent again because somebody else may have undone it.
    if (pause?.kind === "untilAsked") return putOff(decision, pause, now);
    const fought = next.follows === true ? [] : [...foughtIn(object, wish, decision, next), ...othersIn(next)];
    const contested = corrections.contested(fought, under, now);
    if (contested !== undefined) {
      const yielded = yieldTo(decision, contested, now, next.ofOthers);
      return next.whilePutOff === undefined ? yielded : { ...yielded, next: next.whilePutOff };
    }
    return pause === undefined ? decision : putOff(decision, pause, now);
  }

  /** What an act would put back, or write once more. */
  function undoneIn(object: O, wish: Wish, decision: Decision<Action>, next: Act<Action>): Undone {
    if (wish.deleting) return { changed: [], repeated: [] };
    return memoryOf(object).fields.undone(decision, drifted(decision), next.action);
  }

  function foughtIn(object: O, wish: Wish, decision: Decision<Action>, next: Act<Action>): readonly FieldChange[] {
    const { changed, repeated } = undoneIn(object, wish, decision, next);
    return [...changed, ...repeated];
  }

  async function carryOut(
    object: O,
    wish: Wish,
    region: BatchRegion,
    seen: Seen,
    next: Act<Action>,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<Outcome> {
    try {
      if (!isMarked(wish)) return await mark(object, region, seen, signal);
      const action = next.irreversible ? await confirmed(object, region, next.action, pass, signal) : next.action;
      if (action === undefined) return { kind: "startOver" };
      await steps.act(action, object, region, ports, signal);
      return { kind: "done" };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  function withFailure(decision: Decision<Action>, action: Action, outcome: Outcome, seen: Seen): Decision<Action> {
    if (outcome.kind !== "failed") return decision;
    const news = steps.newsOfFailure?.(action, outcome.failure, seen) ?? [];
    const others = decision.news.filter(({ type }) => news.every((one) => one.type !== type));
    return { ...decision, news: [...others, ...news] };
  }

  /** Finalizer and location, before the first write to AWS. */
  async function mark(object: O, region: BatchRegion, seen: Seen, signal: AbortSignal): Promise<Outcome> {
    const location = `${region.account}/${region.region}`;
    const annotations = { ...steps.marks?.(object, seen), [locationAnnotation]: location };
    try {
      await ports.store.patchMetadata(steps.kind, object, { addFinalizer: cleanupFinalizer, annotations }, signal);
      return { kind: "startOver" };
    } catch (error) {
      return failedOutcome(error);
    }
  }

  /** What is left of the action once object and AWS were read live. */
  async function confirmed(
    object: O,
    region: BatchRegion,
    action: Action,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<Action | undefined> {
    const again = await plannedLive(object, region, pass, signal);
    return again?.kind === "act" ? agreed(action, again.action) : undefined;
  }

  /** What object and AWS, both read live, lead to (planned for the same instant); undefined: to another wish. */
  async function plannedLive(
    object: O,
    region: BatchRegion,
    { now, beganAtMs }: Pass,
    signal: AbortSignal,
  ): Promise<Next<Action> | undefined> {
    const live = await ports.store.get(steps.kind, object.metadata, signal);
    if (live === undefined || !sameWish(live, object) || !ports.reconciles(live)) return undefined;
    await steps.refresh(live as O, region, beganAtMs, signal);
    if (region.snapshot().failure !== undefined) return undefined;
    const seen = await steps.observe(live as O, region, ports, signal);
    return considered(live as O, wishOf(live, ports.settings), steps.plan(live as O, seen, now)).next;
  }

  /** A drift is counted and told with the first act that corrects it, not with each that follows. */
  function doneEvents(object: O, wish: Wish, decision: Decision<Action>, next: Act<Action>): readonly ObjectEvent[] {
    const { action } = next;
    const { changed: changes, repeated } = undoneIn(object, wish, decision, next);
    const { corrections, fields, inVain } = memoryOf(object);
    const under = circumstancesOf(object);
    inVain.note(next, under);
    corrections.note([...changes, ...repeated, ...othersIn(next)], under, ports.clock.now());
    fields.sent(decision, action);
    if (changes.length === 0) return steps.events(action);
    const paths = changes.map((change) => change.path);
    const note = `changed outside of Kubernetes and put back: ${paths.join(", ")}`;
    return [{ type: "Normal", reason: "DriftCorrected", action: "Reconcile", note }, ...steps.events(action)];
  }

  /** Nobody comes back to what is left of an object that is gone: AWS is read live before it goes. */
  async function release(
    object: O,
    region: BatchRegion,
    decision: Decision<Action>,
    fields: Readonly<Record<string, unknown>>,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<Report> {
    try {
      const again = await plannedLive(object, region, pass, signal);
      if (again?.kind !== "release") return told(object, region, decision, { kind: "startOver" }, fields);
      await ports.store.patchMetadata(steps.kind, object, { removeFinalizer: cleanupFinalizer }, signal);
    } catch (error) {
      return told(object, region, decision, failedOutcome(error), fields);
    }
    memories.delete(object.metadata.uid);
    return {
      status: undefined,
      events: [{ type: "Normal", reason: decision.next.reason, action: "Delete", note: decision.next.message }],
      again: { kind: "onChange" },
    };
  }

  async function abandon(object: O, signal: AbortSignal): Promise<Report> {
    await ports.store.patchMetadata(steps.kind, object, { removeFinalizer: cleanupFinalizer }, signal);
    memories.delete(object.metadata.uid);
    return {
      status: undefined,
      events: [
        {
          type: "Warning",
          reason: "Abandoned",
          action: "Delete",
          note: `let go without touching AWS, as annotated; left there: ${leftInAws(object)}`,
        },
      ],
      again: { kind: "onChange" },
    };
  }

  /**
   * The region's observer cannot read. What passes by itself is told when it has lasted; until then nothing is decided
   * from what is known, nothing done and nothing told.
   */
  function failing(object: O, { error, since }: Failing, fields = {}, again: Again = { kind: "onChange" }): Report {
    const lastedMs = since === undefined ? Number.POSITIVE_INFINITY : ports.clock.now() - since;
    if (!isWorthTelling(error.kind, lastedMs)) return silent({ kind: "after", delayMs: failingLookMs });
    const told = unreadable(object, unread(error), fields);
    return again.kind === "after" ? { ...told, again: noLaterThan(again.delayMs, told.again) } : told;
  }

  function unreadable(object: O, why: Unread, fields = {}): Report {
    const now = ports.clock.now();
    const known = asKnown(object);
    const unreadable = { ...why, lastedMs: lasted(memoryOf(object), "unreadable", now) };
    const { told, turnsInMs } = unreadableConditions(known, unreadable, now);
    const { conditions, stalls } = told;
    // A generation that nobody could act on is observed once it is known to need a person.
    const observed = stalls ? { observedGeneration: object.metadata.generation } : {};
    return {
      status: { ...(known.status as object | undefined), ...fields, ...observed, conditions },
      events: stalls ? turnEvents(known, conditions) : [],
      again: noLaterThan(turnsInMs, { kind: "after", delayMs: unreadLookMs }),
    };
  }

  /**
   * The object with the status that it is known to have by now. Where watches were silent for a while, a pass may begin
   * with an older one than it ends with: what has not changed would be told as a turn, at another time.
   */
  function asKnown(object: O): O {
    const known = ports.objects.get(steps.kind, object.metadata);
    return known?.metadata.uid === object.metadata.uid ? { ...object, status: known.status } : object;
  }

  function told(
    object: O,
    region: BatchRegion,
    decision: Decision<Action>,
    came: Outcome,
    fields: Readonly<Record<string, unknown>>,
    events: readonly ObjectEvent[] = [],
  ): Report {
    const memory = memoryOf(object);
    const outcome = standing(memory, decision.next, came, object.metadata.generation);
    if (outcome.kind === "done" || outcome.kind === "startOver") {
      // The state that follows is told by the pass that follows at once: one status write less for each step.
      return { status: undefined, events, again: { kind: "now" } };
    }
    const lastedMs = lasted(memory, reasonOf(decision, outcome), ports.clock.now());
    const known = asKnown(object);
    const { told: conditions, turnsInMs } = conditionsFor(known, { decision, outcome, lastedMs }, ports.clock.now());
    const requestedAt = requestedAtOf(object);
    const status = {
      observedGeneration: object.metadata.generation,
      ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: shortened(requestedAt, textLimit) }),
      accountId: region.account,
      region: region.region,
      plan: planOf(decision),
      ...fields,
      conditions,
    };
    return {
      status,
      events: [...events, ...turnEvents(known, conditions)],
      again: againAfter(decision.next, outcome, { lastedMs, turnsInMs }),
    };
  }

  return {
    kind: steps.kind,
    reconcile: (object, { signal }) => reconcile(object, signal),
  };
}

/** Bounds of the schema of status: of a reason or an echo, of a path, and of a value as JSON. */
const textLimit = 1024;
const pathLimit = 512;
const valueLimit = 4096;

/** `status.plan`, with what to approve where a person is asked to. */
function planOf({ change, next }: Decision<unknown>): object {
  const told = next.kind === "act" ? next.otherwise?.next : next;
  const approval = told !== undefined && "approval" in told ? told.approval : undefined;
  return {
    ...change,
    reason: shortened(change.reason, textLimit),
    changes: change.changes.slice(0, 64).map(shownChange),
    ...(approval === undefined ? {} : { approval }),
  };
}

function shownChange({ path, why, from, to, ...change }: FieldChange): FieldChange {
  return {
    ...change,
    path: shortened(path, pathLimit),
    why: shortened(why, textLimit),
    ...(from === undefined ? {} : { from: shortened(from, valueLimit) }),
    ...(to === undefined ? {} : { to: shortened(to, valueLimit) }),
  };
}

function silent(again: Again): Report {
  return { status: undefined, events: [], again };
}

function othersIn({ ofOthers }: Act<unknown>): readonly { readonly path: string }[] {
  return ofOthers === undefined ? [] : [{ path: ofOthers }];
}
