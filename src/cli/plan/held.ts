import type { KubeObject } from "../../api/object.ts";
import { dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { Choice } from "../../controllers/choose.ts";
import type { Entry } from "./entry.ts";

/** What a kind contributes to its entry, without the object's identity. */
export type EntryBody = Pick<
  Entry,
  "awsName" | "action" | "title" | "fields" | "queues" | "jobs" | "blocked" | "notes"
>;

/** Why the change would not be carried out; undefined when it would. */
export function heldBy({ metadata }: KubeObject, { next, change }: Choice<unknown>): string | undefined {
  if (next.kind === "blocked") return `${next.reason}: ${next.message}`;
  if (change.action === "None") return undefined;
  for (const annotation of [pausedAnnotation, dryRunAnnotation]) {
    if (metadata.annotations?.[annotation] === "true") return `by the annotation ${annotation}`;
  }
  return undefined;
}

/** What follows from earlier changes, or is waited for. */
export function notesOf({ next, change, conditions }: Choice<unknown>, waits: boolean): string[] {
  const retiring = conditions.filter(({ type, status }) => type === "Retiring" && status === "True");
  const going = change.action === "None" && next.kind === "act" ? [next.message] : [];
  return [
    ...retiring.map(({ message }) => message),
    ...(waits ? [next.message] : []),
    ...(retiring.length > 0 ? [] : going),
  ];
}
