import type { StructuralSchema } from "../../src/api/crd.ts";

/** The type of a field with its bounds, as Markdown. */
export function typeText(node: StructuralSchema): string {
  switch (node.type) {
    case "string":
      return stringText(node);
    case "integer":
    case "number":
      return joined(node.type, range(node.minimum, node.maximum, ""));
    case "boolean":
      return "boolean";
    case "array":
      return listText(node);
    case "object":
      return objectText(node);
  }
}

function stringText({ enum: values, format, minLength, maxLength, pattern }: StructuralSchema): string {
  if (values !== undefined) return `one of ${values.map((value) => code(String(value))).join(", ")}`;
  if (format === "date-time") return "time (RFC 3339)";
  const bounds = joined("text", range(minLength, maxLength, "characters"));
  return pattern === undefined ? bounds : `${bounds}, ${code(pattern)}`;
}

function listText(node: StructuralSchema): string {
  const { items, minItems, maxItems } = node;
  if (items === undefined) throw new Error("a list without items");
  const keys = node["x-kubernetes-list-map-keys"];
  const name = node["x-kubernetes-list-type"] === "set" ? "set" : "list";
  const by = keys === undefined ? "" : `, by ${keys.map(code).join(" and ")}`;
  const what = items.type === "object" ? "objects" : `(${typeText(items)})`;
  return joined(`${name} of ${what}${by}`, range(minItems, maxItems, "items"));
}

function objectText({ additionalProperties, maxProperties }: StructuralSchema): string {
  if (additionalProperties === undefined) return "object";
  return joined(`map to (${typeText(additionalProperties)})`, range(undefined, maxProperties, "entries"));
}

function range(min: number | undefined, max: number | undefined, unit: string): string {
  const suffix = unit === "" ? "" : ` ${unit}`;
  if (max === undefined) return "";
  if (min === max) return `${max}${suffix}`;
  return min === undefined || (min === 0 && unit !== "") ? `at most ${max}${suffix}` : `${min} to ${max}${suffix}`;
}

function joined(name: string, bounds: string): string {
  return bounds === "" ? name : `${name}, ${bounds}`;
}

/** Code in Markdown, also in a table. */
export function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Escapes text for Markdown. */
export function plain(text: string): string {
  return text.replaceAll(/[<|*]/g, (character) => `\\${character}`);
}
