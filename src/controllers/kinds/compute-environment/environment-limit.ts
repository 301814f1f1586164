/** How many environments the objects of a namespace may have in a region: AWS's quota is shared by all. Pure. */

import { annotationText, flagOf } from "../../ownership/limits.ts";

/** Annotation of a Namespace: a whole number. */
const environmentLimitAnnotation = "awsbatch.dev/max-environments-per-namespace";

/** How many environments the objects of a namespace may have in a region. */
export type EnvironmentLimit =
  | {
      readonly kind: "read";
      /** Infinity: any number. */
      readonly most: number;
      /** The flag or annotation that says so, for messages. */
      readonly from: string;
    }
  /** The namespace cannot be read, so its limit is unknown. */
  | { readonly kind: "unread"; readonly why: string };

/**
 * The limit in force. The annotation only narrows, in both modes of `--namespace-annotations`: what one namespace has
 * more, all others have less. One that is not a number allows none.
 *
 * @param flag Infinity: no limit
 */
export function environmentLimitIn(flag: number, annotations: Readonly<Record<string, string>>): EnvironmentLimit {
  const text = annotations[environmentLimitAnnotation];
  const own = text === undefined ? Number.POSITIVE_INFINITY : numberIn(text);
  const from = own < flag ? annotationText(environmentLimitAnnotation) : flagOf(environmentLimitAnnotation);
  return { kind: "read", most: Math.min(own, flag), from };
}

function numberIn(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}
