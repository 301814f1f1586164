import { Environment, EvaluationError } from "@marcbachmann/cel-js";
import { celName } from "../../api/cel-name.ts";
import type { StructuralSchema, ValidationRule } from "../../api/crd.ts";
import { rangeOf } from "../../network/addresses.ts";
import { isRecord } from "./defaults.ts";
import type { Finding, Path } from "./problem.ts";

export interface RuleFinding extends Finding {
  readonly rule: ValidationRule;
  /** False: the value is too broken for the rule to say anything; the schema then says what is wrong with it. */
  readonly evaluated: boolean;
}

/**
 * The CEL rules of a schema, evaluated as the API server does it: `self` is the node of the rule; a rule that names
 * `oldSelf` counts only for a change. Nodes inside lists have no `oldSelf` here. No rule is evaluated for a value that is
 * longer than its schema allows: rules that compare each entry with each would take minutes.
 *
 * @param old the value before the change; absent for a new object
 * @throws Error if a rule is not valid CEL
 */
export function ruleFindings(schema: StructuralSchema, value: unknown, old?: unknown): RuleFinding[] {
  return isTooLong(schema, value) ? [] : findingsAt(schema, value, old, []);
}

/** Whether a list, map or text in a value is longer than its schema allows. */
function isTooLong(schema: StructuralSchema, value: unknown): boolean {
  const { items, properties = {}, additionalProperties, maxItems, maxProperties, maxLength } = schema;
  if (typeof value === "string") return value.length > (maxLength ?? Number.POSITIVE_INFINITY);
  if (Array.isArray(value)) {
    if (value.length > (maxItems ?? Number.POSITIVE_INFINITY)) return true;
    return items !== undefined && value.some((item) => isTooLong(items, item));
  }
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  if (entries.length > (maxProperties ?? Number.POSITIVE_INFINITY)) return true;
  return entries.some(([key, member]) => {
    const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return child !== undefined && isTooLong(child, member);
  });
}

function findingsAt(schema: StructuralSchema, value: unknown, old: unknown, path: Path): RuleFinding[] {
  return [...ownFindings(schema, value, old, path), ...childFindings(schema, value, old, path)];
}

function ownFindings(schema: StructuralSchema, value: unknown, old: unknown, path: Path): RuleFinding[] {
  const rules = (schema["x-kubernetes-validations"] ?? []).filter(
    ({ rule }) => old !== undefined || !compile(rule).isTransition,
  );
  if (rules.length === 0 || !hasType(schema, value)) return [];
  // All rules of a node see the same value: converting it takes longer than evaluating them.
  const context = { self: celValue(schema, value), oldSelf: celValue(schema, old) };
  return rules.flatMap((rule) => violation(rule, context, path));
}

function childFindings(schema: StructuralSchema, value: unknown, old: unknown, path: Path): RuleFinding[] {
  const { items, properties = {}, additionalProperties } = schema;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    return value.flatMap((item: unknown, index) => findingsAt(items, item, undefined, [...path, index]));
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (child === undefined || member === null || member === undefined) return [];
    return findingsAt(child, member, isRecord(old) && Object.hasOwn(old, key) ? old[key] : undefined, [...path, key]);
  });
}

function violation(rule: ValidationRule, context: CelContext, path: Path): RuleFinding[] {
  const found = (message: string, evaluated: boolean): RuleFinding[] => [
    { path: [...path, ...fieldPath(rule)], message, rule, evaluated },
  ];
  try {
    return compile(rule.rule).evaluate(context) === true ? [] : found(rule.message, true);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return found(`${rule.message} (${error.summary})`, false);
  }
}

interface CelContext {
  readonly self: unknown;
  readonly oldSelf: unknown;
}

interface Compiled {
  readonly isTransition: boolean;
  readonly evaluate: (context: CelContext) => unknown;
}

const compiledRules = new Map<string, Compiled>();

/** @throws Error if the expression is not valid CEL */
function compile(expression: string): Compiled {
  const known = compiledRules.get(expression);
  if (known !== undefined) return known;
  const program = environment.parse(expression);
  const check = program.check();
  if (!check.valid) throw new Error(`CEL rule ${expression}: ${check.error?.message ?? "not valid"}`);
  const compiled: Compiled = {
    isTransition: /\boldSelf\b/.test(expression),
    evaluate: (context) => program(context) as unknown,
  };
  compiledRules.set(expression, compiled);
  return compiled;
}

/** The extensions of the API server's CEL that our rules use. */
const environment = new Environment()
  .registerVariable("self", "dyn")
  .registerVariable("oldSelf", "dyn")
  .registerFunction("list.sum(): dyn", sum)
  .registerFunction("isCIDR(string): bool", isCidr);

function sum(list: readonly unknown[]): unknown {
  if (list.every((item) => typeof item === "bigint")) return list.reduce<bigint>((total, item) => total + item, 0n);
  return list.reduce<number>((total, item) => total + Number(item), 0);
}

/** As Go has it, a length has no zero before it. */
function isCidr(text: string): boolean {
  return /\/(0|[1-9][0-9]*)$/.test(text) && rangeOf(text) !== undefined;
}

function hasType({ type }: StructuralSchema, value: unknown): boolean {
  switch (type) {
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "integer":
    case "number":
      return typeof value === "number";
    case "string":
    case "boolean":
      return typeof value === type;
  }
}

/** Integers as CEL's int, maps as maps, objects with their declared fields only. */
function celValue(schema: StructuralSchema, value: unknown): unknown {
  const { type, items, properties, additionalProperties } = schema;
  if (type === "integer") return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) {
    return items === undefined ? value : value.map((item: unknown) => celValue(items, item));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  if (additionalProperties !== undefined) {
    return new Map(entries.map(([key, member]) => [key, celValue(additionalProperties, member)]));
  }
  if (properties === undefined) return value;
  return Object.fromEntries(
    entries.flatMap(([key, member]) => {
      const child = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return child === undefined ? [] : [[celName(key), celValue(child, member)]];
    }),
  );
}

/** `.a.b` and `['key']` of a rule's fieldPath. */
function fieldPath({ fieldPath: text = "" }: ValidationRule): string[] {
  return Array.from(text.matchAll(/\.([A-Za-z0-9_]+)|\['([^']*)'\]/g), (match) => match[1] ?? match[2] ?? "");
}
