/**
 * All types of conditions in the status of our objects. Everything that writes, counts, or explains a condition takes its
 * type from here, so that one that is not listed does not compile.
 */
export const conditionTypes = [
  "Ready",
  "Reconciling",
  "Stalled",
  "Synced",
  "Retiring",
  "ReferencesResolved",
  "Contested",
  "NetworkReady",
  "SecurityGroupReady",
  "EndpointsReady",
  "SelectionReady",
  "RolesReady",
  "UpdateAvailable",
  "JobsProgressing",
] as const;

export type ConditionType = (typeof conditionTypes)[number];
