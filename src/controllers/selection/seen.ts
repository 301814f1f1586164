import type { Part } from "../../network/facts.ts";
import type { Candidate, ToResolve } from "../../network/selection.ts";

/** What is known of the selectors of an object; empty while it is deleted, and for one without selectors. */
export interface SelectionSeen {
  readonly answers: readonly SelectorAnswer[];
}

export interface SelectorAnswer {
  readonly asked: ToResolve;
  /** `pending`: EC2 has not answered yet. */
  readonly found: Part<readonly Candidate[]> | { readonly kind: "pending" };
}
