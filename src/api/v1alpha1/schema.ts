import { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import { arnForms } from "./arns.ts";

/**
 * Builders for the schemas. Every builder takes a description, which `kubectl explain` shows, and a bound: the API
 * server estimates the cost of CEL rules from bounds, so everything needs one.
 */

export type Rule = ValidationRule;

/** The inferred type of immutable data. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export const int32Max = 2_147_483_647;
/** The largest job definition that AWS accepts, in bytes of JSON; no text in it can be longer. */
export const definitionBytesMax = 24_576;

/** Text of 1 to `max` characters, matching `pattern` if one is given. */
export function text(description: string, max: number, pattern?: RegExp) {
  const bounded = z.string().min(1).max(max);
  return (pattern === undefined ? bounded : bounded.regex(pattern)).meta({ description });
}

/** Text of 0 to `max` characters. */
export function anyText(description: string, max: number) {
  return z.string().max(max).meta({ description });
}

export function int(description: string, min: number, max: number) {
  return z.int().min(min).max(max).meta({ description });
}

/** A number with decimal places. */
export function number(description: string, min: number, max: number) {
  return z.number().min(min).max(max).meta({ description });
}

export function flag(description: string) {
  return z.boolean().meta({ description });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(description: string, values: Values) {
  return z.enum(values).meta({ description });
}

/** Text that is an ARN of one form, or a name where that form has one. */
export function arnText(description: string, form: keyof typeof arnForms, max = 2048) {
  return text(description, max, arnForms[form].pattern);
}

/** The name of something in EC2, which takes printable ASCII. */
export function ec2Name(description: string) {
  return text(description, 255, /^[ -~]+$/);
}

/** A list with a meaningful order, or with items without a key: replaced as a whole. */
export function atomicList<Item extends z.ZodType>(description: string, item: Item, max: number, min = 0) {
  return list(item, min, max).meta({ description, "x-kubernetes-list-type": "atomic" });
}

/** A list of distinct scalars without order. */
export function setOf<Item extends z.ZodType>(description: string, item: Item, max: number, min = 0) {
  return list(item, min, max).meta({ description, "x-kubernetes-list-type": "set" });
}

/** A list of objects with the unique keys `keys`, which are required fields of the item. */
export function mapList<Item extends z.ZodType>(
  description: string,
  keys: readonly string[],
  item: Item,
  max: number,
  min = 0,
) {
  return list(item, min, max).meta({
    description,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
  });
}

function list<Item extends z.ZodType>(item: Item, min: number, max: number) {
  const bounded = z.array(item).max(max);
  return min > 0 ? bounded.min(min) : bounded;
}

/** A map of text to text with at most `max` entries. */
export function textMap(description: string, max: number, valueMax: number, rules: readonly Rule[] = []) {
  return withRules(z.record(z.string(), z.string().max(valueMax)).meta({ description, maxProperties: max }), ...rules);
}

export function object<Shape extends z.ZodRawShape>(description: string, shape: Shape, ...rules: readonly Rule[]) {
  return withRules(z.object(shape).meta({ description }), ...rules);
}

/** The schema with additional CEL rules. */
export function withRules<Schema extends z.ZodType>(schema: Schema, ...rules: readonly Rule[]): Schema {
  if (rules.length === 0) return schema;
  const meta = schema.meta() ?? {};
  const before = (meta["x-kubernetes-validations"] as readonly Rule[] | undefined) ?? [];
  return schema.meta({ ...meta, "x-kubernetes-validations": [...before, ...rules] });
}
