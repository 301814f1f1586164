/**
 * The door of the API, and the registry of its kinds, one line each. A kind is two files: `<name>-kind.ts` declares it
 * (`BatchKind`), and `<name>.ts` is the schema of its spec and status. Rules that need CEL are in `*-rules.ts`, what several
 * schemas have in `common.ts`, and how a schema is written in `schema.ts`.
 */

import type { BatchKind } from "../batch-kind.ts";
import { targetsFirst } from "../references.ts";
import { BatchComputeEnvironmentKind } from "./batch-compute-environment-kind.ts";
import { BatchJobKind } from "./batch-job-kind.ts";
import { BatchNetworkKind } from "./batch-network-kind.ts";
import { BatchRoleKind } from "./batch-role-kind.ts";
import { ConsumableResourceKind } from "./consumable-resource-kind.ts";
import { JobDefinitionKind } from "./job-definition-kind.ts";
import { JobQueueKind } from "./job-queue-kind.ts";
import { QuotaShareKind } from "./quota-share-kind.ts";
import { SchedulingPolicyKind } from "./scheduling-policy-kind.ts";
import { ServiceEnvironmentKind } from "./service-environment-kind.ts";

export {
  BatchComputeEnvironmentKind,
  BatchJobKind,
  BatchNetworkKind,
  BatchRoleKind,
  ConsumableResourceKind,
  JobDefinitionKind,
  JobQueueKind,
  QuotaShareKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
};

const registered = [
  BatchRoleKind,
  BatchNetworkKind,
  BatchComputeEnvironmentKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
  JobQueueKind,
  QuotaShareKind,
  ConsumableResourceKind,
  JobDefinitionKind,
  BatchJobKind,
] as const;

type Registered = (typeof registered)[number];
/** e.g. `JobQueue` */
export type KindName = Registered["kind"];
type RecordsOf<K> = K extends { readonly records: infer Records extends string } ? Records : never;
/** The tables of reasons of all kinds. */
export type ReasonTables = Registered["reasons"];
/** A kind of the registry. */
export type OperatorKind = BatchKind<KindName, RecordsOf<Registered>>;

/** All kinds, each after the kinds that it references: the order in which objects can be applied. */
export const kinds: readonly OperatorKind[] = targetsFirst<OperatorKind>(registered);

/**
 * The kind of this name, e.g. `JobQueue`.
 * @throws Error when the operator has no such kind
 */
export function kindOf(name: string): OperatorKind {
  const found = kinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`unknown kind ${name}`);
  return found;
}
