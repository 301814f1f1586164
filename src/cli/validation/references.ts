import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/compute-environment.ts";
import type { JobQueueSpec } from "../../api/v1alpha1/job-queue.ts";
import { defaultAwsName } from "../../controllers/naming.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";

/** What the rules of one object cannot see: other objects. */

/** An object of ours as written; its spec may be wrong. */
export interface Named {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: unknown;
}

type EnvironmentSpec = DeepPartial<BatchComputeEnvironmentSpec>;
type QueueSpec = DeepPartial<JobQueueSpec>;

type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T | undefined;

/** References of a queue to environments that are not among `objects`, or that do not let it. */
export function referenceFindings(queue: Named, objects: readonly Named[]): Finding[] {
  if (queue.kind !== "JobQueue" || !isRecord(queue.spec)) return [];
  const { computeEnvironmentOrder: order } = queue.spec as QueueSpec;
  if (!Array.isArray(order)) return [];
  const environments = objects.filter(({ kind }) => kind === "BatchComputeEnvironment");
  return (order as NonNullable<typeof order>).flatMap((entry, index): Finding[] => {
    const ref = isRecord(entry) ? entry.computeEnvironmentRef : undefined;
    if (!isRecord(ref) || typeof ref.name !== "string") return [];
    const namespace = typeof ref.namespace === "string" ? ref.namespace : queue.namespace;
    const path = ["spec", "computeEnvironmentOrder", index, "computeEnvironmentRef"];
    const inNamespace = environments.filter((environment) => environment.namespace === namespace);
    const found = inNamespace.find(({ name }) => name === ref.name);
    if (found === undefined) {
      const near = nearest(
        ref.name,
        inNamespace.map(({ name }) => name),
      );
      const hint = near === undefined ? "add it, or correct the name" : `did you mean ${near}?`;
      return [
        {
          path: [...path, "name"],
          message: `there is no BatchComputeEnvironment ${namespace}/${ref.name} among these manifests: ${hint}`,
          found: ref.name,
        },
      ];
    }
    if (namespace === queue.namespace || letsOthers(found.spec)) return [];
    return [
      {
        path,
        message: `BatchComputeEnvironment ${namespace}/${ref.name} lets only queues of its own namespace refer to it: set its spec.allowedNamespaces`,
      },
    ];
  });
}

/** All and Selector; which namespaces a selector means, only a cluster knows. */
function letsOthers(spec: unknown): boolean {
  const from = isRecord(spec) ? (spec as EnvironmentSpec).allowedNamespaces?.from : undefined;
  return from === "All" || from === "Selector";
}

/** Where each kind says its AWS name, and how long a default may be. */
const nameFields: Readonly<Record<string, { readonly field: string; readonly limit: number }>> = {
  BatchComputeEnvironment: { field: "computeEnvironmentName", limit: 110 },
  JobQueue: { field: "jobQueueName", limit: 128 },
  JobDefinition: { field: "jobDefinitionName", limit: 128 },
};

/** Objects by what they mean in AWS. */
export function byAwsIdentity(objects: readonly Named[]): ReadonlyMap<string, readonly Named[]> {
  return Map.groupBy(objects, awsIdentity);
}

/** Another object that means the same AWS object: only the older of the two would own it. */
export function awsNameFindings(object: Named, identities: ReadonlyMap<string, readonly Named[]>): Finding[] {
  const field = nameFields[object.kind]?.field;
  if (field === undefined || object.name === "") return [];
  const other = identities
    .get(awsIdentity(object))
    ?.find(({ namespace, name }) => name !== "" && (namespace !== object.namespace || name !== object.name));
  if (other === undefined) return [];
  const isExplicit = isRecord(object.spec) && Object.hasOwn(object.spec, field);
  return [
    {
      path: isExplicit ? ["spec", field] : ["metadata", "name"],
      message: `${other.kind} ${other.namespace}/${other.name} means the same object in AWS: give one of the two another ${field}`,
    },
  ];
}

/** Kind, region and name in AWS, as far as the manifest tells. */
function awsIdentity({ kind, namespace, name, spec }: Named): string {
  const naming = nameFields[kind];
  const given = naming !== undefined && isRecord(spec) ? spec[naming.field] : undefined;
  const region = isRecord(spec) && typeof spec["region"] === "string" ? spec["region"] : "";
  const awsName = typeof given === "string" ? given : defaultAwsName(namespace, name, naming?.limit);
  return `${kind}/${region}/${awsName}`;
}
