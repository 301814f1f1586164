import type { KubeObject } from "../../api/object.ts";
import { BatchComputeEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { EventLine, PastReplacement, Step } from "./model.ts";

/** The events of an environment that are steps of its replacements, in the words of the step. */
const stepOfReason: Readonly<Record<string, string>> = {
  Created: "Create",
  Reactivated: "Put back into service",
  QueuesSwitched: "Switch queues",
  RolledBack: "Roll back",
  Disabled: "Retire",
  JobsTerminated: "Terminate jobs",
  Deleting: "Delete",
};

/** What the events of an environment say of its replacements, newest first; each begins with a creation. Pure. */
export function pastReplacements({ kind }: KubeObject, events: readonly EventLine[]): readonly PastReplacement[] {
  if (kind !== BatchComputeEnvironmentKind.kind) return [];
  const past: { readonly created: string; readonly steps: Step[] }[] = [];
  for (const { at, type, reason, note } of events.toSorted((left, right) => (left.at < right.at ? -1 : 1))) {
    const title = stepOfReason[reason];
    if (title === undefined) continue;
    if (reason === "Created" || past.length === 0) past.push({ created: createdIn(note), steps: [] });
    past.at(-1)?.steps.push({ title, state: type === "Warning" ? "failed" : "done", at, text: note });
  }
  return past.reverse();
}

/** From `creating NAME`. */
function createdIn(note: string): string {
  return note.split(" ").at(-1) ?? "";
}
