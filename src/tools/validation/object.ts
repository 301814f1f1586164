import type { CustomResourceDefinition, StructuralSchema } from "../../api/crd.ts";
import { BatchJobKind, JobDefinitionKind, kinds, type OperatorKind } from "../../api/v1alpha1/kinds.ts";
import { showsSpecValue } from "../../controllers/kinds/job-definition/shown-values.ts";
import { type RuleFinding, ruleFindings } from "./cel.ts";
import { isRecord, withDefaults } from "./defaults.ts";
import { duplicateFindings } from "./lists.ts";
import { metadataFindings } from "./metadata.ts";
import type { Finding, Path } from "./problem.ts";
import { schemaFindings } from "./schema.ts";
import { sizeFindings } from "./size.ts";

/** One object against its definition, as the API server would do it. */

export function schemaOf(crd: CustomResourceDefinition): StructuralSchema {
  const [version] = crd.spec.versions;
  if (version === undefined) throw new Error(`${crd.metadata.name} has no version`);
  return version.schema.openAPIV3Schema;
}

/** `status` is not what a person applies: the API server ignores it, and so does this. Metadata has rules of its own. */
const writtenSchemas = new WeakMap<CustomResourceDefinition, StructuralSchema>();

function writtenSchema(crd: CustomResourceDefinition): StructuralSchema {
  const known = writtenSchemas.get(crd);
  if (known !== undefined) return known;
  const schema = schemaOf(crd);
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => name !== "status");
  const written = { ...schema, properties: Object.fromEntries(properties) };
  writtenSchemas.set(crd, written);
  return written;
}

/** Kinds with the body of a job definition, or overrides of it. */
const withBody: ReadonlySet<string> = new Set([JobDefinitionKind.kind, BatchJobKind.kind]);

/**
 * Everything wrong with an object: metadata, schema, unknown fields, doubled entries, CEL rules; all at once.
 *
 * @param old the object before the change, for rules about changes; absent for a new object
 */
export function objectFindings(crd: CustomResourceDefinition, value: unknown, old?: unknown): Finding[] {
  const schema = writtenSchema(crd);
  const written = withDefaults(schema, specPart(value));
  const shows = withBody.has(crd.spec.names.kind) ? showsSpecValue : undefined;
  const shape = [...schemaFindings(schema, written, [], shows), ...duplicateFindings(schema, written)];
  const rules = ruleFindings(schema, written, old === undefined ? undefined : specPart(old)).filter(
    ({ evaluated }) => evaluated || shape.length === 0,
  );
  const size = sizeOf(crd, value);
  const removed = rules.filter(isRemoval).map(({ path }) => path);
  return [
    ...metadataFindings(isRecord(value) ? value["metadata"] : undefined),
    ...shape.filter(({ path }) => !isWithin(path, removed)),
    ...rules
      .filter((rule) => isRemoval(rule) || !isWithin(rule.path, removed))
      // The same, with the number of bytes.
      .filter((rule) => !size.some(({ message }) => message.endsWith(rule.message)))
      .map(({ path, message }): Finding => ({ path, message })),
    ...size,
  ];
}

/** Whether a rule has a person remove the field that it is reported at, whatever that holds. */
function isRemoval({ path, message, rule: { reason } }: RuleFinding): boolean {
  return reason === "FieldValueForbidden" && new RegExp(`\\bremove ${path.at(-1)}\\b`).test(message);
}

function isWithin(path: Path, removed: readonly Path[]): boolean {
  return removed.some((outer) => outer.every((step, index) => step === path[index]));
}

function sizeOf(crd: CustomResourceDefinition, value: unknown): readonly Finding[] {
  const kind: OperatorKind | undefined = kinds.find((one) => one.kind === crd.spec.names.kind);
  return kind?.request === undefined || !isRecord(value) ? [] : sizeFindings(kind.request, value["spec"]);
}

function specPart(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "status" && key !== "metadata"));
}

/** The object with the defaults of its schema, among them the condition that it has before anyone has seen it. */
export function objectWithDefaults<Value extends object>(crd: CustomResourceDefinition, value: Value): Value {
  return withDefaults(schemaOf(crd), value);
}
