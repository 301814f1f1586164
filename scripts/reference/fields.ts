import type { StructuralSchema, ValidationRule } from "../../src/api/crd.ts";
import { code, plain, typeText } from "./type-text.ts";

/** The fields of a schema as Markdown: types, and what the API server rejects. */

interface FieldNode {
  /** e.g. `.spec.computeResources.subnets`; items of lists are `[]`, values of maps `{}`. */
  readonly path: string;
  readonly node: StructuralSchema;
  readonly required: boolean;
}

interface LocatedRule {
  readonly path: string;
  readonly rule: ValidationRule;
}

/** A subtree of at least so many fields is shown once, and referenced at its other places. */
const repeatedFrom = 8;

/** One heading per field of the spec. @param spec the schema of `.spec` */
export function specFields(spec: StructuralSchema): string {
  const all = below({ path: ".spec", node: spec, required: true });
  const shown = firstPlaces(all);
  const rules = rulesIn(all);
  const whole = rulesText(rules.filter(({ path }) => path === ".spec"));
  const sections = children({ path: ".spec", node: spec, required: true }).map((field) =>
    fieldSection(field, shown, rules),
  );
  return [...(whole === "" ? [] : [`### Across fields\n\n${whole}`]), ...sections].join("\n\n");
}

/** One table with every field of the status. */
export function statusFields(status: StructuralSchema): string {
  const fields = below({ path: ".status", node: status, required: true }).slice(1);
  return fieldTable(fields, new Map());
}

function fieldSection(field: FieldNode, shown: ReadonlyMap<string, string>, rules: readonly LocatedRule[]): string {
  const { path, node, required } = field;
  const nested = below(field).slice(1).filter(isField);
  const own = rules.filter((rule) => rule.path === path || isBelow(rule.path, path));
  const origin = originOf(field, shown);
  return [
    `### ${code(path)}`,
    plain(node.description ?? ""),
    `- ${required ? "Required" : "Optional"}: ${typeText(node)}.`,
    ...(origin === undefined ? [] : [`The fields are those of ${code(origin)}.`]),
    ...(origin !== undefined || nested.length === 0 ? [] : [fieldTable(nested, shown)]),
    rulesText(own),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function fieldTable(fields: readonly FieldNode[], shown: ReadonlyMap<string, string>): string {
  const rows: string[] = [];
  let skipped: string | undefined;
  for (const field of fields.filter(isField)) {
    if (skipped !== undefined && isBelow(field.path, skipped)) continue;
    const origin = originOf(field, shown);
    skipped = origin === undefined ? undefined : field.path;
    const same = origin === undefined ? "" : ` The fields are those of ${code(origin)}.`;
    const type = `${field.required ? "**required**; " : ""}${typeText(field.node)}`;
    rows.push(`| ${code(field.path)} | ${type} | ${plain(field.node.description ?? "")}${same} |`);
  }
  return ["| field | type and bounds | meaning |", "|---|---|---|", ...rows].join("\n");
}

/** Messages of the rules, without duplicates. */
function rulesText(rules: readonly LocatedRule[]): string {
  const parts = [
    ["Refused, with these words:", rules.filter(({ rule }) => !isTransition(rule))],
    ["Cannot be changed; refused with these words:", rules.filter(({ rule }) => isTransition(rule))],
  ] as const;
  return parts
    .filter(([, some]) => some.length > 0)
    .map(([title, some]) => {
      const places = Map.groupBy(some, ({ rule }) => rule.message);
      const lines = [...places].map(([message, at]) => {
        const paths = [...new Set(at.map(({ path }) => path))];
        return `- ${plain(message)} (${paths.map(code).join(", ")})`;
      });
      return [title, "", ...lines].join("\n");
    })
    .join("\n\n");
}

function isTransition({ rule }: ValidationRule): boolean {
  return rule.includes("oldSelf");
}

function rulesIn(fields: readonly FieldNode[]): readonly LocatedRule[] {
  return fields.flatMap(({ path, node }) =>
    (node["x-kubernetes-validations"] ?? []).map((rule) => ({ path: `${path}${rule.fieldPath ?? ""}`, rule })),
  );
}

/** The field itself and everything in it. */
function below(field: FieldNode): readonly FieldNode[] {
  return [field, ...children(field).flatMap(below)];
}

function children({ path, node }: FieldNode): readonly FieldNode[] {
  const { properties = {}, additionalProperties, items, required = [] } = node;
  return [
    ...Object.entries(properties).map(([name, child]) => ({
      path: `${path}.${name}`,
      node: child,
      required: required.includes(name),
    })),
    ...(additionalProperties === undefined ? [] : [{ path: `${path}{}`, node: additionalProperties, required: false }]),
    ...(items === undefined ? [] : [{ path: `${path}[]`, node: items, required: false }]),
  ];
}

/** Items and values have no own row; the type of their parent describes them. */
function isField({ path }: FieldNode): boolean {
  return !path.endsWith("[]") && !path.endsWith("{}");
}

function isBelow(path: string, ancestor: string): boolean {
  return path !== ancestor && path.startsWith(ancestor) && /^[.[{]/.test(path.slice(ancestor.length));
}

/** For each large subtree: its topmost place, where its fields are shown. */
function firstPlaces(fields: readonly FieldNode[]): ReadonlyMap<string, string> {
  const depth = (path: string): number => path.split(".").length;
  const places = new Map<string, string>();
  for (const field of fields.filter(isField).toSorted((left, right) => depth(left.path) - depth(right.path))) {
    const form = formOf(field);
    if (form !== undefined && !places.has(form)) places.set(form, field.path);
  }
  return places;
}

/** The place where the fields of this one are shown, if not here. */
function originOf(field: FieldNode, shown: ReadonlyMap<string, string>): string | undefined {
  const form = formOf(field);
  const place = form === undefined ? undefined : shown.get(form);
  return place === field.path ? undefined : place;
}

/** A key that subtrees with the same fields share, ignoring rules; undefined for small ones. */
function formOf(field: FieldNode): string | undefined {
  if (below(field).length < repeatedFrom) return undefined;
  const { description: _own, ...rest } = field.node;
  return JSON.stringify(rest, (key, value) => (key === "x-kubernetes-validations" ? undefined : value));
}
