import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../../scripts/crds.ts";
import type { Reference } from "../../../../src/api/batch-kind.ts";
import type { StructuralSchema } from "../../../../src/api/crd.ts";
import { apiVersion } from "../../../../src/api/v1alpha1/group.ts";
import { kinds, type OperatorKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { ruleFindings } from "../../../../src/tools/validation/cel.ts";
import { objectFindings, schemaOf } from "../../../../src/tools/validation/object.ts";
import { type CelExample, celExamples } from "../../cel-examples/index.ts";
import { nodesOf } from "../../schema-nodes.ts";

const crds = new Map(customResourceDefinitions().map((crd) => [crd.spec.names.kind, crd]));

function crdOf(kind: string) {
  const crd = crds.get(kind);
  if (crd === undefined) throw new Error(`no CRD of kind ${kind}`);
  return crd;
}

function objectOf(kind: string, spec: unknown): unknown {
  return { apiVersion, kind, metadata: { name: "example" }, spec };
}

function findingsOf({ kind, old }: CelExample, spec: unknown): string[] {
  const before = old === undefined ? undefined : objectOf(kind, old);
  return objectFindings(crdOf(kind), objectOf(kind, spec), before).map(({ message }) => message);
}

/** The texts of the rules that the refused spec breaks. */
function brokenRules({ kind, refused, old }: CelExample): string[] {
  const before = old === undefined ? undefined : objectOf(kind, old);
  return ruleFindings(schemaOf(crdOf(kind)), objectOf(kind, refused), before).map(({ rule }) => rule.rule);
}

describe("CEL rules", () => {
  test.each(celExamples)("$kind: accepts what does not break: $message", (example) => {
    expect(findingsOf(example, example.accepted)).toEqual([]);
  });

  test.each(celExamples)("$kind: refuses by one rule only: $message", (example) => {
    expect(findingsOf(example, example.refused)).toEqual([expect.stringContaining(example.message)]);
  });

  test("every rule of every CRD has a refused example of its own", () => {
    const refusing = new Set(
      celExamples.flatMap((example) => brokenRules(example).map((rule) => `${example.kind}: ${rule}`)),
    );
    const without = [...crds].flatMap(([kind, crd]) =>
      nodesOf(schemaOf(crd)).flatMap(({ path, node }) =>
        (node["x-kubernetes-validations"] ?? [])
          .filter(({ rule }) => !refusing.has(`${kind}: ${rule}`))
          .map(({ rule }) => `${kind} ${path}: ${rule}`),
      ),
    );
    expect(without).toEqual([]);
  });

  test("rules about changes are outside lists, because only there the API server has an oldSelf", () => {
    const inLists = [...crds.values()].flatMap((crd) =>
      nodesOf(schemaOf(crd)).filter(
        ({ path, node }) =>
          path.includes("[]") && (node["x-kubernetes-validations"] ?? []).some(({ rule }) => rule.includes("oldSelf")),
      ),
    );
    expect(inLists).toEqual([]);
  });

  test("a reference is declared as fixed where the API server refuses its change, and only there", () => {
    const declared = kinds.flatMap(({ kind, references }: OperatorKind) =>
      references.flatMap(({ path, fixed }: Reference) => (fixed === true ? [`${kind} ${path}`] : [])),
    );
    const refused = kinds.flatMap(({ kind, references }: OperatorKind) => {
      const rules = schemaOf(crdOf(kind)).properties?.["spec"]?.["x-kubernetes-validations"] ?? [];
      const fixed = new Set(
        rules.flatMap(({ message, fieldPath = "" }) =>
          message.includes("cannot be changed, added or removed") ? [fieldPath.slice(1)] : [],
        ),
      );
      return references.flatMap(({ path }: Reference) =>
        fixed.has(path.split(/[.[]/, 1)[0] ?? "") ? [`${kind} ${path}`] : [],
      );
    });
    expect(declared).toEqual(refused);
    expect(declared).toContain("QuotaShare jobQueueRef");
  });

  test("every fieldPath of a rule is a declared field", () => {
    const undeclared = [...crds.values()].flatMap((crd) =>
      nodesOf(schemaOf(crd)).flatMap(({ path, node }) =>
        (node["x-kubernetes-validations"] ?? []).flatMap(({ fieldPath }) =>
          fieldPath === undefined || isDeclared(node, fieldPath) ? [] : [`${path}${fieldPath}`],
        ),
      ),
    );
    expect(undeclared).toEqual([]);
  });

  test("no message is a regular expression or names the rule instead of the way out", () => {
    const messages = [...crds.values()].flatMap((crd) =>
      nodesOf(schemaOf(crd)).flatMap(({ node }) =>
        (node["x-kubernetes-validations"] ?? []).map(({ message }) => message),
      ),
    );
    expect(messages.filter((message) => !/[:,;] /.test(message) || /\^|\bself\b/.test(message))).toEqual([]);
  });
});

function isDeclared(schema: StructuralSchema, fieldPath: string): boolean {
  const steps = fieldPath.split(".").slice(1);
  let node: StructuralSchema | undefined = schema;
  for (const step of steps) node = node?.properties?.[step];
  return steps.length > 0 && node !== undefined;
}
