import type { Part } from "../../../network/facts.ts";
import type { Candidate, ToResolve } from "../../../network/selection.ts";

/** The answers for the selectors of an object; empty during a deletion and without selectors. */
export interface SelectionSeen {
  readonly answers: readonly SelectorAnswer[];
}

export interface SelectorAnswer {
  readonly asked: ToResolve;
  /** `pending`: EC2 has not answered yet. */
  readonly found: Part<readonly Candidate[]> | { readonly kind: "pending" };
}
