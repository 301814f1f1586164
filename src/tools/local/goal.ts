import type { KubeObject } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import { describedBy } from "../../controllers/parts/network/described.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import type { ObjectRow } from "./rows.ts";

/** What `--until` waits for. */
export type Goal = "ready" | "absent";

export type Verdict =
  | { readonly kind: "open" }
  | { readonly kind: "reached" }
  /** Only a person can end what these wait for. */
  | { readonly kind: "stalled"; readonly rows: readonly ObjectRow[] };

/** Pure. Removed objects that are not pruned do not count. */
export function verdictOn(goal: Goal, rows: readonly ObjectRow[]): Verdict {
  const counting = rows.filter(({ phase }) => phase !== "removed");
  const stalled = counting.filter(({ phase }) => phase === "stalled");
  if (stalled.length > 0) return { kind: "stalled", rows: stalled };
  return counting.every(isDone(goal)) ? { kind: "reached" } : { kind: "open" };
}

function isDone(goal: Goal): (row: ObjectRow) => boolean {
  return goal === "absent"
    ? () => false
    : ({ phase, deleting, vanishing, object }) =>
        phase === "ready" && !deleting && !vanishing && isNetworkJudged(object);
}

/** Ready says nothing of the network, which takes longer to read: whether jobs can start is a part of the answer. */
function isNetworkJudged(object: KubeObject): boolean {
  if (object.kind !== BatchComputeEnvironmentKind.kind) return true;
  const isChecked = describedBy((object as BatchComputeEnvironment).spec) !== undefined;
  return !isChecked || conditionsOf(object).some(({ type }) => type === "NetworkReady");
}

/** How a session ended. */
export type Outcome =
  | { readonly kind: "reached"; readonly goal: Goal }
  | { readonly kind: "stalled"; readonly rows: readonly ObjectRow[] }
  | { readonly kind: "timeout"; readonly goal: Goal }
  | { readonly kind: "interrupted" };
