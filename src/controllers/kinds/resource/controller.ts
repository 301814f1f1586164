/**
 * The door of what kinds with one resource in AWS share: such a kind gives its fields and its exceptions, and has pass, acts,
 * events and status from here. `scheduling-policy.ts` is the smallest one.
 */

import type { KubeObject } from "../../../api/object.ts";
import type { OperatorKind } from "../../../api/v1alpha1/kinds.ts";
import type { AskedKey } from "../../../aws/resources/index.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { recordNameOf } from "../../ownership/naming.ts";
import type { KindModule } from "../../pass/kind.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { type Acts, carryOut } from "./act.ts";
import { resourceEvents } from "./events.ts";
import { hasOwn, isReadAsked, outdated } from "./observe.ts";
import { statusOf } from "./report.ts";
import type { ResourceSeen } from "./seen.ts";

/** What differs between the kinds with one resource that is read by the name that its object gives. */
interface AskedModule<O extends KubeObject, Seen extends ResourceSeen, Action extends { readonly kind: string }>
  extends Pick<KindModule<O, Seen, Action>, "observe" | "plan" | "annotations"> {
  readonly kind: OperatorKind & { readonly records: AskedKey };
  readonly acts: Acts<Action>;
  /** Whether the plan relies on the queues that use the resource, which a write reads again before; left out: it always does. */
  readonly reliesOnQueues?: (object: O) => boolean;
  /** The fields of status that only this kind has. Pure. */
  readonly report?: (record: NonNullable<Seen["record"]>) => Readonly<Record<string, unknown>>;
  /** What an event says of a resource that was taken out of service. */
  readonly disabledNote?: (name: string) => string;
}

/** Reconciles the objects of such a kind. */
export function askedReconciler<
  O extends KubeObject,
  Seen extends ResourceSeen,
  Action extends { readonly kind: string },
>(
  { acts, report, disabledNote, reliesOnQueues = () => true, ...module }: AskedModule<O, Seen, Action>,
  ports: Ports,
): Reconciler {
  const { kind } = module;
  const key = kind.records;
  const namesOf = (object: O): readonly string[] => {
    const name = recordNameOf(kind, object, ports.objects);
    return name === undefined ? [] : [name];
  };
  return reconcilerOf<O, Seen, Action>(
    {
      ...module,
      async refresh(object, region, _sinceMs, signal) {
        const own = region.refreshAsked(key, namesOf(object), signal);
        await Promise.all([own, reliesOnQueues(object) ? region.refresh(signal) : undefined]);
      },
      isRead: (object, region) => isReadAsked(key, namesOf(object), region),
      outdated: (region) => outdated(key, region),
      act: (action, _object, region, signal) => carryOut(acts, action, region, signal),
      events: (action) => resourceEvents(action, kind.noun, disabledNote),
      status: (_object, { record }) => statusOf<NonNullable<Seen["record"]>>(key, record, report),
      hasOwn,
    },
    ports,
  );
}
