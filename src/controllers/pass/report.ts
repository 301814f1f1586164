import type { KubeObject } from "../../api/object.ts";
import { isWorthReporting } from "../../aws/errors.ts";
import type { BatchRegion } from "../../aws/region.ts";
import type { Again } from "../../runtime/controller.ts";
import type { Report } from "../../runtime/object-reconciler.ts";
import type { ObjectEvent } from "../../runtime/store.ts";
import { rereadCheckMs, unreadCheckMs } from "../intervals.ts";
import type { Ports } from "../ports.ts";
import { displayed, shortened } from "../wording.ts";
import type { FieldChange, Outcome } from "./agenda.ts";
import type { Choice } from "./choose.ts";
import { requestedAtOf } from "./circumstances.ts";
import { conditionsFor, reasonOf, unreadableConditions } from "./conditions.ts";
import { turnEvents } from "./events.ts";
import { type Failing, type UnreadableAws, unread } from "./failures.ts";
import type { KindModule } from "./kind.ts";
import { againAfter, noLaterThan } from "./requeue.ts";
import type { WriteGuard } from "./write-guard.ts";

/** What a pass reports: status, events, and when the next pass follows; by the time that it is, and the status that is known. */

/** Whose pass it is, and what is known of the object. */
export interface Reporting<O extends KubeObject, Seen, Action> {
  readonly module: KindModule<O, Seen, Action>;
  readonly ports: Ports;
  /** As the watch shows it. */
  readonly object: O;
  readonly guard: WriteGuard;
}

/** What follows from what a pass has found. */
export interface Decided<Action> {
  readonly choice: Choice<Action>;
  /** The fields of status that only the kind has. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * The region's observer cannot read. What passes by itself is reported when it has lasted; until then nothing is decided
 * from what is known, nothing done and nothing reported.
 */
export function failing<O extends KubeObject, Seen, Action>(
  p: Reporting<O, Seen, Action>,
  { error, since }: Failing,
  fields = {},
  again: Again = { kind: "onChange" },
): Report {
  const lastedMs = since === undefined ? Number.POSITIVE_INFINITY : p.ports.clock.now() - since;
  if (!isWorthReporting(error.kind, lastedMs)) return silent({ kind: "after", delayMs: rereadCheckMs });
  const report = unreadable(p, unread(error), fields);
  return again.kind === "after" ? { ...report, again: noLaterThan(again.delayMs, report.again) } : report;
}

/** AWS could not be read for this object: the status stays as it is known, under conditions that say so. */
export function unreadable<O extends KubeObject, Seen, Action>(
  p: Reporting<O, Seen, Action>,
  why: UnreadableAws,
  fields = {},
): Report {
  const now = p.ports.clock.now();
  const known = asKnown(p);
  const lastedMs = p.guard.lasted("unreadable", now);
  const { report: unreadReport, turnsInMs } = unreadableConditions(known, { ...why, lastedMs }, now);
  const { conditions, stalls } = unreadReport;
  // A generation that nobody could act on is observed once it is known to need a person.
  const observed = stalls ? { observedGeneration: p.object.metadata.generation } : {};
  return {
    status: { ...(known.status as object | undefined), ...fields, ...observed, conditions },
    events: stalls ? turnEvents(known, conditions) : [],
    again: noLaterThan(turnsInMs, { kind: "after", delayMs: unreadCheckMs }),
  };
}

/**
 * The object with the status that it is known to have by now. Where watches were silent for a while, a pass may begin
 * with an older one than it ends with: what has not changed would be reported as a turn, at another time.
 */
function asKnown<O extends KubeObject, Seen, Action>({ module, ports, object }: Reporting<O, Seen, Action>): O {
  const known = ports.objects.get(module.kind, object.metadata);
  // A digest has not all of the status.
  const isAsMuch = known?.isDigest === object.isDigest;
  return isAsMuch && known?.metadata.uid === object.metadata.uid ? { ...object, status: known.status } : object;
}

const ofEveryKind: ReadonlySet<string> = new Set([
  "observedGeneration",
  "lastHandledReconcileAt",
  "accountId",
  "region",
  "plan",
  "conditions",
]);

/** What the kind has reported, for an object that is not observed: its name in AWS, what it has taken from others. */
export function keptFields({ status }: KubeObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(status ?? {}).filter(([field]) => !ofEveryKind.has(field)));
}

/**
 * What follows from the choice and from what came of its step.
 *
 * @param region undefined: it is not open
 * @param events in addition to those of conditions that turn
 */
export function reported<O extends KubeObject, Seen, Action>(
  p: Reporting<O, Seen, Action>,
  region: BatchRegion | undefined,
  { choice, fields }: Decided<Action>,
  came: Outcome,
  events: readonly ObjectEvent[] = [],
): Report {
  const { object, guard, ports } = p;
  const { generation } = object.metadata;
  const outcome = guard.reportable(choice.next, came, generation);
  if (outcome.kind === "done" || outcome.kind === "startOver") {
    // The state that follows is reported by the pass that follows at once: one status write less for each step.
    return { status: undefined, events, again: { kind: "now" } };
  }
  const now = ports.clock.now();
  const lastedMs = guard.lasted(reasonOf(choice, outcome), now);
  const known = asKnown(p);
  const { report: conditions, turnsInMs } = conditionsFor(known, { choice, outcome, lastedMs }, now);
  const requestedAt = requestedAtOf(object);
  const status = {
    observedGeneration: generation,
    ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: shortened(requestedAt, textLimit) }),
    ...(region === undefined ? {} : { accountId: region.account, region: region.region }),
    plan: planStatus(choice),
    ...fields,
    conditions,
  };
  return {
    status,
    events: [...events, ...turnEvents(known, conditions)],
    again: againAfter(choice, outcome, { lastedMs, turnsInMs }),
  };
}

/** Bounds of the schema of status: of a reason or an echo, of a path, and of a value as JSON. */
const textLimit = 1024;
const pathLimit = 512;
const valueLimit = 4096;

/** `status.plan`, with what to approve where a person is asked to. */
function planStatus({ change, next, instead }: Choice<unknown>): object {
  const step = next.kind === "act" ? instead?.next : next;
  const until = step?.kind === "wait" || step?.kind === "blocked" ? step.until : undefined;
  return {
    ...change,
    changes: change.changes.slice(0, 64).map(shownChange),
    ...(until?.kind === "approval" ? { approval: until.value } : {}),
  };
}

function shownChange({ path, kind, why, from, to }: FieldChange): FieldChange {
  return {
    kind,
    path: displayed(path, pathLimit),
    why: displayed(why, textLimit),
    ...(from === undefined ? {} : { from: displayed(from, valueLimit) }),
    ...(to === undefined ? {} : { to: displayed(to, valueLimit) }),
  };
}

/** Nothing is reported. */
export function silent(again: Again): Report {
  return { status: undefined, events: [], again };
}
