import { z } from "zod";
import type { BatchKind } from "../src/api/batch-kind.ts";
import type { CustomResourceDefinition, PrinterColumn, StructuralSchema } from "../src/api/crd.ts";
import { sizeRules } from "../src/api/size-rule.ts";
import { type KindName, kinds, type OperatorKind } from "../src/api/v1alpha1/kinds.ts";
import { pageName } from "./reference/page-name.ts";

interface Schemas {
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
}

/** By kind. They are in a file of the kind's name, apart from the registry, because the operator runs without zod. */
const schemas = Object.fromEntries(
  await Promise.all(kinds.map(async ({ kind }) => [kind, await schemasOf(kind)] as const)),
) as Readonly<Record<KindName, Schemas>>;

/** @throws Error when the kind's file has no schema of its spec or its status */
async function schemasOf(kind: KindName): Promise<Schemas> {
  const file = `../src/api/v1alpha1/${pageName(kind)}.ts`;
  const { [`${kind}Spec`]: spec, [`${kind}Status`]: status } = (await import(file)) as Record<string, z.ZodType>;
  if (spec === undefined || status === undefined) throw new Error(`${file} exports no ${kind}Spec or no ${kind}Status`);
  return { spec, status };
}

/**
 * A definition that Argo CD deletes takes all its objects with it, and what they have in AWS. Argo CD prunes what carries
 * its mark and is in no Application, so that a label that somebody else wrote would be enough
 * (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/).
 */
const keptByArgoCd = { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" } as const;

/** The custom resource definitions, made from the registry of kinds and the zod schemas. */
export function customResourceDefinitions(): CustomResourceDefinition[] {
  return kinds.map((kind) => definition(kind, schemas[kind.kind]));
}

function definition(kind: OperatorKind, { spec, status }: Schemas): CustomResourceDefinition {
  const { description, columns, selectable } = kind;
  const singular = kind.kind.toLowerCase();
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}`, annotations: keptByArgoCd },
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
                spec: sized(structural(spec), kind),
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

/** Condition of an object before the first reconcile; without it kstatus would report Current. */
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

/** The spec, bounded as a whole where AWS bounds it. */
function sized(spec: StructuralSchema, { request }: BatchKind): StructuralSchema {
  if (request === undefined) return spec;
  const rules = spec["x-kubernetes-validations"] ?? [];
  return { ...spec, "x-kubernetes-validations": [...rules, ...sizeRules(spec, request)] };
}

/** zod's OpenAPI 3.0 output is a structural schema: no references, no alternatives, no closed objects. */
function structural(schema: z.ZodType): StructuralSchema {
  return z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", unrepresentable: "throw" }) as StructuralSchema;
}
