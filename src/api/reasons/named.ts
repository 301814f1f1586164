/** Reasons of the kinds with one AWS resource, which has the name that the object gives. */

import type { ReasonTable } from "./table.ts";

export const namedReasons = {
  Reconciling: {
    Creating: { means: "the {noun} is being created, or an earlier one of the name is still being deleted" },
    Contested: { means: "see [Contested](#contested)", todo: "find the other writer" },
  },
  Stalled: {
    NotOwned: {
      means: "a {noun} of the name exists that the operator did not create",
      todo: "choose another name, or adopt it",
    },
  },
  plan: {
    NotOwned: { means: "another object owns the {noun} of the name, and the operator does not change it" },
    FieldsDiffer: { means: "the fields in `changes` differ" },
  },
  event: {
    Released: { means: "the object was deleted without a {noun} of its own" },
  },
} as const satisfies ReasonTable;
