import type { KubeObject } from "../../../api/object.ts";
import type { OperatorKind } from "../../../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { AskedKey } from "../../../aws/resources/index.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { recordNameOf } from "../../ownership/naming.ts";
import type { KindModule } from "../../pass/kind.ts";
import { reconcilerOf } from "../../pass/pass.ts";
import type { Ports } from "../../ports.ts";
import { hasOwn, isReadAsked, outdated } from "./observe.ts";
import type { ResourceSeen } from "./seen.ts";

/** What differs between the kinds with one resource that is read by the name that its object gives. */
interface AskedModule<O extends KubeObject, Seen extends ResourceSeen, Action>
  extends Pick<KindModule<O, Seen, Action>, "observe" | "plan" | "events" | "annotations"> {
  readonly kind: OperatorKind & { readonly records: AskedKey };
  /** @throws AwsError when AWS refuses it */
  readonly act: (action: Action, region: BatchRegion, signal: AbortSignal) => Promise<void>;
  /** Whether the plan relies on the queues that use the resource, which a write reads again before; left out: it always does. */
  readonly reliesOnQueues?: (object: O) => boolean;
  /** The fields of status that only this kind has. Pure. */
  readonly report: (seen: Seen) => Readonly<Record<string, unknown>>;
}

/** Reconciles the objects of such a kind. */
export function askedReconciler<O extends KubeObject, Seen extends ResourceSeen, Action>(
  { act, report, reliesOnQueues = () => true, ...module }: AskedModule<O, Seen, Action>,
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
      act: (action, _object, region, signal) => act(action, region, signal),
      status: (_object, seen) => report(seen),
      hasOwn,
    },
    ports,
  );
}
