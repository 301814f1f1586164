import { z } from "zod";
import type { CustomResourceDefinition, PrinterColumn, StructuralSchema } from "../src/api/crd.ts";
import type { Kind } from "../src/api/object.ts";
import { BatchComputeEnvironmentSpec, BatchComputeEnvironmentStatus } from "../src/api/v1alpha1/compute-environment.ts";
import { JobDefinitionSpec, JobDefinitionStatus } from "../src/api/v1alpha1/job-definition.ts";
import { JobQueueSpec, JobQueueStatus } from "../src/api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind, JobDefinitionKind, JobQueueKind } from "../src/api/v1alpha1/kinds.ts";

/** The custom resource definitions, made from the zod schemas. */
export function customResourceDefinitions(): CustomResourceDefinition[] {
  return [
    definition({
      kind: BatchComputeEnvironmentKind,
      description: "An AWS Batch compute environment: the machines that jobs run on.",
      spec: BatchComputeEnvironmentSpec,
      status: BatchComputeEnvironmentStatus,
      columns: [
        column("TYPE", "string", "Kind of capacity.", ".spec.computeResources.type"),
        column("STATE", "string", "ENABLED or DISABLED, in AWS.", ".status.state"),
        column("STATUS", "string", "AWS's status.", ".status.status"),
        column("MAXVCPUS", "integer", "Most vCPUs.", ".spec.computeResources.maxvCpus"),
      ],
      selectable: [".spec.region", ".spec.type", ".spec.computeResources.type"],
    }),
    definition({
      kind: JobQueueKind,
      description: "An AWS Batch job queue: where jobs wait for compute environments.",
      spec: JobQueueSpec,
      status: JobQueueStatus,
      columns: [
        column("PRIORITY", "integer", "Higher goes first.", ".spec.priority"),
        column("STATE", "string", "ENABLED or DISABLED, in AWS.", ".status.state"),
        column("STATUS", "string", "AWS's status.", ".status.status"),
      ],
      selectable: [".spec.region", ".spec.jobQueueType"],
    }),
    definition({
      kind: JobDefinitionKind,
      description: "An AWS Batch job definition: what a job runs. AWS keeps every change as a revision.",
      spec: JobDefinitionSpec,
      status: JobDefinitionStatus,
      columns: [
        column("REVISION", "integer", "Revision that matches the spec.", ".status.revision"),
        column("TYPE", "string", "container or multinode.", ".spec.type"),
        { ...column("IMAGE", "string", "Container image.", ".spec.containerProperties.image"), priority: 1 },
      ],
      selectable: [".spec.region", ".spec.type"],
    }),
  ];
}

interface Parts {
  readonly kind: Kind;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** Beside those that all kinds have. */
  readonly columns: readonly PrinterColumn[];
  /** Paths for `kubectl get --field-selector`. */
  readonly selectable: readonly string[];
}

function definition({ kind, description, spec, status, columns, selectable }: Parts): CustomResourceDefinition {
  const singular = kind.kind.toLowerCase();
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      scope: "Namespaced",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular,
        shortNames: kind.shortNames,
        categories: ["awsbatch", "all-aws"],
      },
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              description,
              required: ["spec"],
              properties: {
                apiVersion: { type: "string", maxLength: 64, description: `${kind.group}/${kind.version}` },
                kind: { type: "string", maxLength: 64, description: kind.kind },
                metadata: { type: "object" },
                spec: structural(spec),
                status: { ...structural(status), default: { conditions: [pending] } },
              },
            },
          },
          subresources: { status: {} },
          additionalPrinterColumns: [
            column("READY", "string", "AWS serves this generation.", `${ready}.status`),
            column("REASON", "string", "Why.", `${ready}.reason`),
            ...columns,
            column("AGE", "date", "Since when the object exists.", ".metadata.creationTimestamp"),
            { ...column("AWS-NAME", "string", "Name in AWS.", ".status.name"), priority: 1 },
            { ...column("REGION", "string", "AWS region.", ".status.region"), priority: 1 },
            { ...column("MESSAGE", "string", "Why, and the next step.", `${ready}.message`), priority: 1 },
          ],
          selectableFields: selectable.map((jsonPath) => ({ jsonPath })),
        },
      ],
    },
  };
}

const ready = '.status.conditions[?(@.type=="Ready")]';

/** What an object says before the operator has seen it; without it kstatus would call it Current. */
const pending = {
  type: "Ready",
  status: "Unknown",
  reason: "Pending",
  message: "The operator has not seen this object yet",
  lastTransitionTime: "1970-01-01T00:00:00Z",
  observedGeneration: 0,
};

function column(name: string, type: PrinterColumn["type"], description: string, jsonPath: string): PrinterColumn {
  return { name, type, description, jsonPath };
}

/** zod's OpenAPI 3.0 output is structural as it is: no references, no alternatives, no closed objects. */
function structural(schema: z.ZodType): StructuralSchema {
  return z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", unrepresentable: "throw" }) as StructuralSchema;
}
