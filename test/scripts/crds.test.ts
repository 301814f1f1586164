import { load, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../scripts/crds.ts";
import { outdatedFiles } from "../../scripts/generate.ts";
import type { CustomResourceDefinition, StructuralSchema } from "../../src/api/crd.ts";
import { crds as crdsAtRunTime } from "../../src/api/v1alpha1/crds.ts";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { objectWithDefaults, schemaOf } from "../../src/tools/validation/object.ts";
import { nodesOf, type SchemaNode } from "../api/schema-nodes.ts";

const crds = customResourceDefinitions();

/** What a person applies, and status; the API server bounds metadata by itself. */
function fieldsOf(crd: CustomResourceDefinition): SchemaNode[] {
  const { spec, status } = schemaOf(crd).properties ?? {};
  if (spec === undefined || status === undefined) throw new Error(`${crd.metadata.name} has no spec or status`);
  return [...nodesOf(spec, "spec"), ...nodesOf(status, "status")];
}

test("the generated files are up to date", async () => {
  expect((await outdatedFiles()).map(({ path }) => path)).toEqual([]);
});

test("the definitions at run time are the generated ones", () => {
  expect(crdsAtRunTime).toEqual(crds);
});

test("there is one definition for each kind", () => {
  expect(crds.map(({ spec }) => [spec.names.kind, spec.names.plural])).toEqual(
    kinds.map(({ kind, plural }) => [kind, plural]),
  );
});

describe.each(crds)("$metadata.name", (crd) => {
  const fields = fieldsOf(crd);
  const [version] = crd.spec.versions;

  test("is small enough for client-side apply", () => {
    expect(JSON.stringify(crd).length).toBeLessThan(200_000);
  });

  test("bounds every text, list, map and number", () => {
    expect(fields.filter(({ node }) => !isBounded(node)).map(({ path }) => path)).toEqual([]);
  });

  test("says of every list how it is merged, and by keys that every item has", () => {
    const lists = fields.filter(({ node }) => node.type === "array");
    expect(lists.filter(({ node }) => !isMergeable(node)).map(({ path }) => path)).toEqual([]);
  });

  test("describes every field in a line", () => {
    const undescribed = fields.filter(({ path, node }) => {
      const { description = "" } = node;
      return !path.endsWith("{}") && (!/^\S.*[.]$/.test(description) || description.length > 240);
    });
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });

  test("uses only what a structural schema may have", () => {
    const foreign = fields.flatMap(({ path, node }) =>
      Object.keys(node)
        .filter((keyword) => !keywords.has(keyword))
        .map((keyword) => `${path}: ${keyword}`),
    );
    expect(foreign).toEqual([]);
    expect(
      fields.filter(({ node }) => node.properties !== undefined && node.additionalProperties !== undefined),
    ).toEqual([]);
  });

  test("has patterns that JavaScript and RE2 read alike", () => {
    const patterns = fields.flatMap(({ node }) => (node.pattern === undefined ? [] : [node.pattern]));
    const rules = fields.flatMap(({ node }) => (node["x-kubernetes-validations"] ?? []).map(({ rule }) => rule));
    // Lookarounds, back references and Unicode classes differ.
    expect([...patterns, ...rules].filter((text) => /\(\?|\\[1-9pPbBkuU]/.test(text))).toEqual([]);
  });

  test("leaves the spec as it is written: no defaults", () => {
    expect(fields.filter(({ path, node }) => path.startsWith("spec") && node.default !== undefined)).toEqual([]);
  });

  test("says of an object that nobody has seen that it is pending", () => {
    expect(objectWithDefaults(crd, { spec: {} })).toEqual({
      spec: {},
      status: { conditions: [expect.objectContaining({ type: "Ready", status: "Unknown", reason: "Pending" })] },
    });
  });

  test("shows readiness first and details only when asked for", () => {
    const columns = version?.additionalPrinterColumns ?? [];
    expect(columns.slice(0, 2).map(({ name }) => name)).toEqual(["READY", "REASON"]);
    expect(columns.filter(({ priority }) => priority === 1).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["AWS-NAME", "REGION", "MESSAGE"]),
    );
  });

  test("has columns and selectable fields that exist", () => {
    const paths = [
      ...(version?.additionalPrinterColumns ?? []).map(({ jsonPath }) => jsonPath),
      ...(version?.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
    ];
    const known = new Set(fields.map(({ path }) => path));
    const missing = paths
      .map((path) => path.slice(1).replace(/\[\?\(@\.type=="Ready"\)\]/, "[]"))
      .filter((path) => !path.startsWith("metadata.") && !known.has(path));
    expect(missing).toEqual([]);
  });
});

const listTypes: readonly (readonly [kind: string, path: string, type: string])[] = [
  ["BatchComputeEnvironment", "spec.computeResources.instanceTypes", "atomic"],
  ["BatchComputeEnvironment", "spec.computeResources.subnets", "set"],
  ["BatchComputeEnvironment", "spec.computeResources.securityGroupIds", "set"],
  ["BatchComputeEnvironment", "spec.computeResources.ec2Configuration", "map by imageType"],
  ["BatchComputeEnvironment", "spec.computeResources.launchTemplate.overrides", "atomic"],
  ["BatchComputeEnvironment", "status.conditions", "map by type"],
  ["JobQueue", "spec.computeEnvironmentOrder", "map by order"],
  ["JobQueue", "spec.jobStateTimeLimitActions", "map by state, reason"],
  ["JobDefinition", "spec.retryStrategy.evaluateOnExit", "atomic"],
  ["JobDefinition", "spec.containerProperties.command", "atomic"],
  ["JobDefinition", "spec.containerProperties.environment", "map by name"],
  ["JobDefinition", "spec.containerProperties.resourceRequirements", "map by type"],
  ["JobDefinition", "spec.containerProperties.volumes", "map by name"],
  ["JobDefinition", "spec.ecsProperties.taskProperties[].containers", "atomic"],
  ["JobDefinition", "spec.eksProperties.podProperties.containers[].env", "map by name"],
  ["JobDefinition", "spec.eksProperties.podProperties.volumes", "map by name"],
  ["JobDefinition", "spec.nodeProperties.nodeRangeProperties", "map by targetNodes"],
];

test.each(listTypes)("%s %s is merged as %s", (kind, path, type) => {
  const crd = crds.find(({ spec }) => spec.names.kind === kind);
  const node = crd === undefined ? undefined : fieldsOf(crd).find((field) => field.path === path)?.node;
  const keys = node?.["x-kubernetes-list-map-keys"];
  expect([node?.["x-kubernetes-list-type"], keys?.join(", ")].filter((part) => part !== undefined).join(" by ")).toBe(
    type,
  );
});

function isBounded(node: StructuralSchema): boolean {
  switch (node.type) {
    case "string":
      return node.enum !== undefined || node.maxLength !== undefined;
    case "array":
      return node.maxItems !== undefined;
    case "integer":
    case "number":
      return node.minimum !== undefined && node.maximum !== undefined;
    case "object":
      return node.additionalProperties === undefined || node.maxProperties !== undefined;
    case "boolean":
      return true;
  }
}

function isMergeable(node: StructuralSchema): boolean {
  const { items, "x-kubernetes-list-type": type, "x-kubernetes-list-map-keys": keys = [] } = node;
  if (type === "set") return items !== undefined && items.type !== "object" && items.type !== "array";
  if (type === "map") return keys.length > 0 && keys.every((key) => items?.required?.includes(key) === true);
  return type === "atomic";
}

const keywords = new Set([
  "type",
  "description",
  "format",
  "default",
  "properties",
  "additionalProperties",
  "required",
  "items",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "maxProperties",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-validations",
]);

test("no value of an enum in a spec is anything but a text to a reader of YAML 1.1, quoted or not", () => {
  const values = crds.flatMap((crd) => {
    const spec = schemaOf(crd).properties?.["spec"];
    return spec === undefined ? [] : nodesOf(spec).flatMap(({ node }) => node.enum ?? []);
  });
  expect(values.length).toBeGreaterThan(50);
  expect(
    values.filter(
      (value) => typeof value === "string" && value !== "" && load(value, { schema: YAML11_SCHEMA }) !== value,
    ),
  ).toEqual([]);
});
