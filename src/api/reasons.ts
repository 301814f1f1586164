/**
 * The registry of reasons: every reason of a condition, an event or a plan, with its meaning. The reference pages and
 * the troubleshooting page are generated from it.
 */

import type { BatchKind } from "./batch-kind.ts";
import type { ConditionType } from "./condition-types.ts";
import { drainedReasons } from "./reasons/drained.ts";
import { endpointsReasons } from "./reasons/endpoints.ts";
import { everyKindReasons } from "./reasons/every-kind.ts";
import { jobsReasons } from "./reasons/jobs.ts";
import { namedReasons } from "./reasons/named.ts";
import { networkReasons } from "./reasons/network.ts";
import { ownedReasons } from "./reasons/owned.ts";
import { refusalReasons } from "./reasons/refusal.ts";
import { resourceReasons } from "./reasons/resource.ts";
import { rolesReasons } from "./reasons/roles.ts";
import { securityGroupReasons } from "./reasons/security-group.ts";
import { selectionReasons } from "./reasons/selection.ts";
import type { ReasonPlace, ReasonTable, ReasonText } from "./reasons/table.ts";
import { batchJobReasons } from "./v1alpha1/batch-job-reasons.ts";
import { computeEnvironmentReasons } from "./v1alpha1/compute-environment-reasons.ts";
import { consumableResourceReasons } from "./v1alpha1/consumable-resource-reasons.ts";
import { jobDefinitionReasons } from "./v1alpha1/job-definition-reasons.ts";
import { jobQueueReasons } from "./v1alpha1/job-queue-reasons.ts";
import type { KindName } from "./v1alpha1/kinds.ts";
import { quotaShareReasons } from "./v1alpha1/quota-share-reasons.ts";
import { schedulingPolicyReasons } from "./v1alpha1/scheduling-policy-reasons.ts";
import { serviceEnvironmentReasons } from "./v1alpha1/service-environment-reasons.ts";

/** The tables of each kind. A reason is in a place of only one table. */
export const reasonTables = {
  BatchComputeEnvironment: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    drainedReasons,
    rolesReasons,
    networkReasons,
    selectionReasons,
    securityGroupReasons,
    endpointsReasons,
    computeEnvironmentReasons,
  ],
  JobQueue: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    drainedReasons,
    namedReasons,
    jobsReasons,
    jobQueueReasons,
  ],
  JobDefinition: [everyKindReasons, refusalReasons, ownedReasons, rolesReasons, jobDefinitionReasons],
  BatchJob: [everyKindReasons, refusalReasons, batchJobReasons],
  ConsumableResource: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    namedReasons,
    consumableResourceReasons,
  ],
  QuotaShare: [everyKindReasons, refusalReasons, ownedReasons, resourceReasons, namedReasons, quotaShareReasons],
  SchedulingPolicy: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    namedReasons,
    schedulingPolicyReasons,
  ],
  ServiceEnvironment: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    namedReasons,
    serviceEnvironmentReasons,
  ],
} as const satisfies Readonly<Record<KindName, readonly ReasonTable[]>>;

type Table = (typeof reasonTables)[KindName][number];

/** The reasons that a table has in a place. */
type In<T, Place extends ReasonPlace> = T extends { readonly [P in Place]: infer Reasons } ? keyof Reasons : never;
type ReasonIn<Place extends ReasonPlace> = { [P in Place]: In<Table, P> }[Place];

/** A reason of a condition. */
export type Reason = ReasonIn<ConditionType | "refusal">;
/** A reason of an event; events for Ready and Stalled have the reason of the condition. */
export type EventReason = ReasonIn<"event">;
/** A reason of `status.plan`. */
export type PlanReason = ReasonIn<"plan">;

/** One reason in one place, as a kind has it. */
export interface ReasonEntry extends ReasonText {
  readonly place: ReasonPlace;
  readonly reason: Reason | EventReason | PlanReason;
}

/** Every reason of a kind. */
export function reasonsOf(kind: KindName): readonly ReasonEntry[] {
  const tables: readonly ReasonTable[] = reasonTables[kind];
  return tables.flatMap((table) =>
    Object.entries(table).flatMap(([place, reasons]) =>
      Object.entries(reasons).map(([reason, text]) => ({ ...text, place, reason }) as ReasonEntry),
    ),
  );
}

/** The entry in the words of a kind. */
export function worded(
  { todoIfFixed, ...entry }: ReasonEntry,
  { noun, awsName, fixedSpec }: Pick<BatchKind, "noun" | "awsName" | "fixedSpec">,
): ReasonEntry {
  const of = (text: string): string => text.replaceAll("{noun}", noun).replaceAll("{nameField}", awsName.field);
  const todo = fixedSpec === true ? (todoIfFixed ?? entry.todo) : entry.todo;
  return { ...entry, means: of(entry.means), ...(todo === undefined ? {} : { todo: of(todo) }) };
}
