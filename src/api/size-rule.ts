import type { AwsRequest } from "./batch-kind.ts";
import { celName } from "./cel-name.ts";
import type { StructuralSchema, ValidationRule } from "./crd.ts";

/**
 * How large an object can be. A schema bounds each text, list and map by itself, and the product of these bounds is hundreds
 * of megabytes, so one CEL rule adds up. It counts characters where AWS counts bytes, and of each entry what its JSON has at
 * least: what AWS takes, it never refuses.
 */

/** The rules for a spec of which AWS takes only so much: one for each part that is counted apart, and one for the rest. Pure. */
export function sizeRules(schema: StructuralSchema, request: AwsRequest): readonly ValidationRule[] {
  const { sent } = parted(schema, request);
  return [...request.apart, rest].flatMap((part) => {
    const isPart = (path: string): boolean => (request.apart.find((one) => isWithin(path, one)) ?? rest) === part;
    const count = fieldsCount(sent, { at: "self", path: "", depth: 0, isPart });
    return count === undefined ? [] : [{ rule: `${count} <= ${request.maxBytes}`, message: tooLarge(request) }];
  });
}

/** The part that no path names. */
const rest = "";

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`);
}

/** What to do about a spec that is larger. */
export function tooLarge({ call, maxBytes }: AwsRequest): string {
  return `AWS takes at most ${maxBytes} bytes in ${call}: shorten commands, environment variables and parameters, or let the job read them from Amazon S3`;
}

/** The most bytes that the JSON of a value can have under its schema and, for a spec, the rule about its request. Pure. */
export function mostBytes(schema: StructuralSchema, request?: AwsRequest): number {
  if (request === undefined) return mostOf(schema);
  const { sent, others } = parted(schema, request);
  const entries = mostOfEntries(sent, 1, request.maxBytes * (request.apart.length + 1));
  const counted = request.maxBytes * (request.apart.length + 1) * longestCharacter;
  return mostOf(others) + withoutEntries(sent) + entries + counted;
}

/** The fields that AWS is sent, and the others. */
function parted(schema: StructuralSchema, { without }: AwsRequest) {
  const fields = Object.entries(schema.properties ?? {});
  const pick = (isSent: boolean): StructuralSchema => ({
    ...schema,
    properties: Object.fromEntries(fields.filter(([field]) => !without.includes(field) === isSent)),
  });
  return { sent: pick(true), others: pick(false) };
}

/** A text of at most so many characters is not counted: it is bounded together with its entry. */
const shortText = 64;
/** `"":"",` and `"",` */
const [entryBytes, itemBytes] = [6, 3];
/** Of a reference AWS gets the name, of another length. */
const isReference = (field: string): boolean => field.endsWith("Ref");
const isCounted = ({ type, enum: values, maxLength = 0 }: StructuralSchema): boolean =>
  type === "string" && values === undefined && maxLength > shortText;

/** A place in the spec, and what of it is counted. */
interface Counting {
  /** As CEL. */
  readonly at: string;
  readonly path: string;
  /** Number of lists around it. */
  readonly depth: number;
  readonly isPart: (path: string) => boolean;
}

function fieldsCount(schema: StructuralSchema, { at, path, ...counting }: Counting): string | undefined {
  const parts = Object.entries(schema.properties ?? {}).flatMap(([field, member]) => {
    if (isReference(field)) return [];
    const child = `${at}.${celName(field)}`;
    const count = countOf(member, { ...counting, at: child, path: path === "" ? field : `${path}.${field}` });
    if (count === undefined) return [];
    return [schema.required?.includes(field) === true ? count : `(has(${child}) ? ${count} : 0)`];
  });
  return parts.length === 0 ? undefined : parts.join(" + ");
}

/** The counted characters of a value as CEL; undefined: its bounds are small by themselves, or it is of another part. */
function countOf(schema: StructuralSchema, counting: Counting): string | undefined {
  const { items, additionalProperties } = schema;
  const { at, path, depth, isPart } = counting;
  const item = "abcdefgh".charAt(depth);
  if (schema.type === "string") return isCounted(schema) && isPart(path) ? `size(${at})` : undefined;
  if (additionalProperties !== undefined) {
    return isPart(path) ? `${at}.map(${item}, size(${item}) + size(${at}[${item}]) + ${entryBytes}).sum()` : undefined;
  }
  if (items === undefined) return fieldsCount(schema, counting);
  const each = countOf(items, { ...counting, at: item, path: `${path}[]`, depth: depth + 1 });
  const least = isPart(path) ? leastBytes(items) + 1 : 0;
  if (each !== undefined) return `${at}.map(${item}, ${least} + ${each}).sum()`;
  return least === 0 ? undefined : `size(${at}) * ${least}`;
}

/** The least bytes of the JSON of a value. */
function leastBytes({ type, enum: values, properties = {}, required = [] }: StructuralSchema): number {
  switch (type) {
    case "string":
      return 2 + (values === undefined ? 0 : Math.min(...values.map((value) => String(value).length)));
    case "object": {
      const fields = required.flatMap((field) => {
        const member = properties[field];
        return member === undefined ? [] : [field.length + itemBytes + leastBytes(member)];
      });
      return 2 + fields.reduce((total, bytes) => total + bytes + 1, fields.length > 0 ? -1 : 0);
    }
    case "array":
      return 2;
    default:
      return 1;
  }
}

/** In UTF-8; what has a pattern of ours is ASCII. */
const longestCharacter = 4;
const longestNumber = 20;

/** A number that only a rule of a map states: of its keys, or of all its values together. */
function stated(schema: StructuralSchema, by: RegExp): number | undefined {
  const found = (schema["x-kubernetes-validations"] ?? []).flatMap(({ rule }) => by.exec(rule)?.[1] ?? []);
  return found.length === 0 ? undefined : Number(found[0]);
}

function mostOf(schema: StructuralSchema): number {
  const { type, enum: values, items, properties, additionalProperties, pattern } = schema;
  const { maxLength = 0, maxItems = 0, maxProperties = 0 } = schema;
  if (type === "string") {
    if (values !== undefined) return 2 + Math.max(...values.map((value) => String(value).length));
    return 2 + maxLength * (pattern === undefined ? longestCharacter : 1);
  }
  if (items !== undefined) return 2 + maxItems * (mostOf(items) + 1);
  if (additionalProperties !== undefined) {
    const key = stated(schema, /(?:size\(key\) <= |\{1,)(\d+)/) ?? Number.POSITIVE_INFINITY;
    const all = stated(schema, /\.sum\(\) <= (\d+)$/) ?? maxProperties * (additionalProperties.maxLength ?? 0);
    return 2 + maxProperties * (key * longestCharacter + entryBytes) + all * longestCharacter;
  }
  return properties === undefined ? longestNumber : mostOfFields(properties, mostOf);
}

function mostOfFields(
  properties: Required<StructuralSchema>["properties"],
  most: (schema: StructuralSchema) => number,
): number {
  return 2 + Object.entries(properties).reduce((total, [field, member]) => total + field.length + 4 + most(member), 0);
}

/** The most bytes of a value without its counted texts and without the entries of its lists and maps. */
function withoutEntries(schema: StructuralSchema): number {
  const { items, properties, additionalProperties } = schema;
  if (items !== undefined || additionalProperties !== undefined || isCounted(schema)) return 2;
  return properties === undefined ? mostOf(schema) : mostOfFields(properties, withoutEntries);
}

/**
 * The most bytes of all entries of the lists in a value, without what is counted: there are as many as the bounds of the lists
 * allow, or as the least that is counted for each.
 *
 * @param times how often the value can be there
 */
function mostOfEntries(schema: StructuralSchema, times: number, maxCounted: number): number {
  const { items, properties = {}, maxItems = 0 } = schema;
  const inner = Object.values(properties).reduce((sum, member) => sum + mostOfEntries(member, times, maxCounted), 0);
  if (items === undefined) return inner;
  const least = leastBytes(items) + 1;
  const entries = Math.min(times * maxItems, Math.floor(maxCounted / least));
  return entries * Math.max(0, withoutEntries(items) + 1 - least) + mostOfEntries(items, entries, maxCounted);
}
