import type { StructuralSchema } from "../../api/crd.ts";

/** A copy of a value with the defaults of its schema filled in, as the API server does it. */
export function withDefaults<Value>(schema: StructuralSchema, value: Value): Value;
export function withDefaults(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item: unknown) => withDefaults(items, item));
  }
  if (!isRecord(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return [key, child === undefined ? member : withDefaults(child, member)];
  });
  for (const [key, child] of Object.entries(properties)) {
    if (child.default === undefined || Object.hasOwn(value, key)) continue;
    entries.push([key, withDefaults(child, structuredClone(child.default))]);
  }
  return Object.fromEntries(entries);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
