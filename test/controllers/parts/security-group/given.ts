import type { Change, Step } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import type { PartPlan } from "../../../../src/controllers/pass/part-plan.ts";
import { decided } from "../../decided.ts";

const change: Change = { action: "None", id: "id", reason: "InSync", changes: [] };

/** The choice for an object with the own step `own` and a part, composed as `life.ts` does. */
export function around<Own, Part>(
  { steps, tail = [], conditions, checkInMs }: PartPlan<Part>,
  own: Step<Own>,
): Choice<Own | Part> {
  const leftovers = own.kind === "act" ? [] : tail.map((step) => ({ ...step, holds: "nothing" as const }));
  const agenda: readonly Step<Own | Part>[] = [...steps, ...leftovers, own];
  return decided({ change, agenda, conditions, ...(checkInMs === undefined ? {} : { checkInMs }) });
}

/** The choice for an object in deletion of which only the part may be left. */
export function last<Part>(removal: readonly Step<Part>[]): Choice<Part> {
  const released = { kind: "release", reason: "Deleted", message: "nothing is left" } as const;
  return decided({ change, agenda: [...removal, released], conditions: [] });
}
