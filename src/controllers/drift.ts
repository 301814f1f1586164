import { type Circumstances, haveChanged } from "./circumstances.ts";
import type { Decision, FieldChange } from "./decision.ts";

const windowMs = 15 * 60_000;
const contestedAfter = 3;

/**
 * The corrections of one object: how often each field had to be put back although nobody changed the spec. A
 * field put back three times in 15 minutes is contested by somebody else, and from then on is put back once in
 * 15 minutes, so that two writers do not fight at full speed.
 */
export class Corrections {
  readonly #fields = new Map<string, Field>();

  note(changes: readonly Fought[], under: Circumstances, now: number): void {
    for (const { path } of changes) {
      const before = this.#fields.get(path);
      const times = [...(before?.times ?? []).filter((time) => now - time < windowMs), now];
      const contested = times.length >= contestedAfter || before?.yielded === true;
      this.#fields.set(path, { times, under, contested, yielded: false });
    }
  }

  /** The contested field among these and when it may be put back again, or undefined. */
  contested(
    changes: readonly Fought[],
    under: Circumstances,
    now: number,
  ): { readonly path: string; readonly resumesAt: number } | undefined {
    for (const { path } of changes) {
      const field = this.#fields.get(path);
      const last = field?.times.at(-1);
      if (field === undefined || last === undefined || !field.contested || now - last >= windowMs) continue;
      if (haveChanged(field.under, under)) continue;
      this.#fields.set(path, { ...field, yielded: true });
      return { path, resumesAt: last + windowMs };
    }
    return undefined;
  }
}

/** A field of AWS's, or in words what else is written of somebody else's. */
type Fought = Pick<FieldChange, "path">;

interface Field {
  /** When it was put back, the last 15 minutes before the newest. */
  readonly times: readonly number[];
  /** What it was put back under last. */
  readonly under: Circumstances;
  readonly contested: boolean;
  /** Changed again within 15 minutes of the last correction: the other writer has not stopped. */
  readonly yielded: boolean;
}

/**
 * Puts off a correction of what is contested and tells so.
 *
 * @param ofOthers what of somebody else's would be written; undefined: nothing
 */
export function yieldTo<Action>(
  decision: Decision<Action>,
  { path, resumesAt }: { readonly path: string; readonly resumesAt: number },
  now: number,
  ofOthers: string | undefined,
): Decision<Action> {
  const instead =
    path === ofOthers
      ? "leave the queue to its owner by spec.replacement.foreignQueues: Block"
      : "give the field to it by leaving it out of the spec";
  const message = `${path} was changed outside of Kubernetes three times in 15 minutes; it is put back once in 15 minutes until that stops. Find the other writer, or ${instead}`;
  return {
    ...decision,
    next: { kind: "wait", reason: "Contested", message, recheckInMs: Math.max(1000, resumesAt - now) },
    news: [...decision.news, { type: "Contested", status: "True", reason: "ChangedOutside", message }],
  };
}
