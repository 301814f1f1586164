import type { Condition, KubeObject } from "../../../src/api/object.ts";
import type { OracleFactory } from "../oracle.ts";
import { textOf } from "./reading.ts";

/**
 * A replacement alone turns Ready to False and to True again; its successor may be INVALID three times, and an
 * environment that stays INVALID is validated again every half an hour.
 */
const mostTurns = 12;

/** Conditions never flap: while nobody does anything, Ready turns a bounded number of times. */
export const flapping: OracleFactory = (watched) => {
  const turns = new Map<string, { readonly since: number; count: number }>();
  return {
    name: "conditions do not flap",
    onObject(before, after) {
      if (before === undefined || after === undefined || readyOf(before) === readyOf(after)) return undefined;
      const since = watched.lastDisturbance();
      const { uid } = after.metadata;
      const known = turns.get(uid);
      const entry = known?.since === since ? known : { since, count: 0 };
      entry.count++;
      turns.set(uid, entry);
      if (entry.count <= mostTurns) return undefined;
      return `Ready of ${textOf(after)} has turned ${entry.count} times since anything happened`;
    },
  };
};

function readyOf(object: KubeObject): string | undefined {
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions.find(({ type }) => type === "Ready")?.status;
}
