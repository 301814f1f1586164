/** Reasons of the kinds whose resources in AWS have names that others may have, too. A job has the uid of its object in its name. */

import type { ReasonTable } from "./table.ts";

export const ownedReasons = {
  Stalled: {
    Conflict: {
      means:
        "another object has the name: by the tags in AWS, because the name begins with its namespace, or because it is older",
      todo: "create one of the two again with another `{nameField}`, which cannot be changed",
    },
    OwnedByOtherCluster: {
      means:
        "the {noun} belongs to this object in another cluster with the same `--cluster-name`, or in this cluster under another name",
      todo: "if that cluster is gone: `--take-over-cluster-uid`; if not: another `--cluster-name`; if it is this one: `--rename-cluster-from`",
    },
  },
  refusal: {
    AlreadyExists: { means: "the name is taken", todo: "choose another name, or adopt" },
  },
} as const satisfies ReasonTable;
