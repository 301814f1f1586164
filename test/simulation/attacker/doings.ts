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

/** What a tenant can do to the operator itself, with every right in its namespace, the status of its objects included. */
export const weapons = [
  "ringJobs",
  "crowdKind",
  "largeObjects",
  "forgeNotes",
  "forgeStatus",
  "useOthers",
  "useOthers",
  "dependOnOthers",
  "churn",
  "recreate",
  "useRole",
  /** Not by the attacker: an administrator changes what roles its namespace may use. */
  "limitRoles",
] as const;
export type Weapon = (typeof weapons)[number] | "rewriteNotes";

export type AttackDoing =
  | (typeof attackDoings)[number]
  | Weapon
  /** A network that asks for endpoints in the VPC of the others, and an environment there. */
  | "requestEndpoints"
  | "nameRegion"
  /** A claim of a name that costs nothing: it is paused, or a dry run. */
  | "claimHeld"
  /** By a second attacker, who may only write tags in AWS. */
  | "writeTags"
  /** Not by an attacker: somebody has endpoints of their own. */
  | "foreignEndpoints"
  /** Not by the attacker: the cluster is lost, and Git restores the attacker's objects first. */
  | "rebuildCluster";
