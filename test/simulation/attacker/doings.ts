/** What the attacker does, with every right on objects of its own namespace and none elsewhere; what is listed twice is done more often. */
export const attackDoings = [
  "claimName",
  "claimName",
  "claimName",
  "useEnvironment",
  "useEnvironment",
  "annotate",
  "annotate",
  "forgeTags",
  "shareRole",
  "crowd",
  "edit",
  "edit",
  "delete",
  "delete",
] as const;

export type AttackDoing =
  | (typeof attackDoings)[number]
  /** Not by the attacker: the cluster is lost, and Git restores the attacker's objects first. */
  | "rebuildCluster";
