/** Compares policy documents of IAM by meaning. Pure. */

import { canonicalJson } from "../../fields/fingerprint.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Compares by meaning. The order of statements, actions, resources, principals and condition values does not matter,
 * one value equals a list of one, actions and condition keys have no case, and an account id is its root user. Text that
 * is not JSON is compared as text. `Sid` and `Id` matter: people read them, and AWS keeps them.
 */
export function samePolicy(left: string, right: string): boolean {
  return left === right || normalPolicyText(left) === normalPolicyText(right);
}

function normalPolicyText(policy: string): string {
  const document = parsed(policy);
  // Neither IAM nor a recursive comparison takes a deep one.
  return document === undefined || depthOf(document) > mostDepth ? policy : canonicalJson(normalPolicy(document));
}

/** Why a text cannot be a policy document; undefined when it may be one. AWS decides. */
export function documentFault(text: string): string | undefined {
  const document = parsed(text);
  if (document === undefined) return "it is not JSON";
  if (depthOf(document) > mostDepth) return "it is nested too deeply";
  if (!isMap(document)) return "it is not a JSON object";
  return document["Statement"] === undefined ? "it has no Statement" : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The deepest value of IAM's grammar is in `Statement[].Condition.<operator>.<key>[]`; this leaves room. */
const mostDepth = 16;

/** How deep a value is nested, up to one more than `mostDepth`; without recursion, which a deep one would exhaust. */
function depthOf(document: Json): number {
  let depth = 0;
  let level: readonly Json[] = [document];
  while (level.length > 0 && depth <= mostDepth) {
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    depth++;
  }
  return depth;
}

function normalPolicy(document: Json): Json {
  if (!isMap(document)) return document;
  return {
    ...document,
    // The default is the first version of the language.
    Version: document["Version"] ?? "2008-10-17",
    Statement: setOf(document["Statement"] ?? [], normalStatement),
  };
}

function normalStatement(statement: Json): Json {
  if (!isMap(statement)) return statement;
  const members = Object.entries(statement).flatMap(([name, value]): [string, Json][] => {
    const rule = statementMembers.get(name);
    const normal = rule === undefined ? value : rule(value);
    return normal === undefined ? [] : [[name, normal]];
  });
  return Object.fromEntries(members);
}

const statementMembers: ReadonlyMap<string, (value: Json) => Json | undefined> = new Map([
  ["Action", (value: Json) => setOf(value, lowerCased)],
  ["NotAction", (value: Json) => setOf(value, lowerCased)],
  ["Resource", (value: Json) => setOf(value)],
  ["NotResource", (value: Json) => setOf(value)],
  ["Principal", normalPrincipal],
  ["NotPrincipal", normalPrincipal],
  ["Condition", normalConditions],
]);

/** `"*"` and `{"AWS": "*"}` are everybody; an account id is short for its root user. */
function normalPrincipal(principal: Json): Json {
  if (principal === "*") return { AWS: ["*"] };
  if (!isMap(principal)) return principal;
  return Object.fromEntries(Object.entries(principal).map(([kind, value]) => [kind, setOf(value, accountShort)]));
}

function accountShort(value: Json): Json {
  return typeof value === "string" ? value.replace(/^arn:aws[\w-]*:iam::(\d{12}):root$/, "$1") : value;
}

/** No condition and an empty one mean the same. */
function normalConditions(conditions: Json): Json | undefined {
  if (!isMap(conditions)) return conditions;
  const operators = Object.entries(conditions).flatMap(([operator, keys]): [string, Json][] => {
    if (!isMap(keys)) return [[operator, keys]];
    const normal = Object.entries(keys).map(([key, value]): [string, Json] => [
      normalKey(key),
      setOf(value, (one) => conditionValue(operator, one)),
    ]);
    return normal.length === 0 ? [] : [[operator, Object.fromEntries(normal)]];
  });
  return operators.length === 0 ? undefined : Object.fromEntries(operators);
}

/** Condition keys have no case, but the name of a tag in them does. */
function normalKey(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? key.toLowerCase() : `${key.slice(0, slash).toLowerCase()}${key.slice(slash)}`;
}

/** IAM reads all values as text; truth has no case. */
function conditionValue(operator: string, value: Json): Json {
  const text = typeof value === "boolean" || typeof value === "number" ? String(value) : value;
  const truth = /^(Bool|Null)(IfExists)?$/.test(operator.replace(/^For(All|Any)Values?:/, ""));
  return truth ? lowerCased(text) : text;
}

function lowerCased(value: Json): Json {
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** A value or a list of values as a list without order and repetition. */
function setOf(value: Json, normal: (member: Json) => Json = (member) => member): Json {
  const members = (isList(value) ? value : [value]).map(normal);
  const byText = new Map(members.map((member) => [canonicalJson(member), member]));
  return [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, member]) => member);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
