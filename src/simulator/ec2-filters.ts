import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { ec2Refusal } from "./ec2-state.ts";
import { pageOf } from "./records.ts";

/** Maximum of values in all filters of a call. */
const mostValues = 200;

type Values = readonly (string | number | boolean | undefined)[];
/** Values of a record by the names of EC2's filters. */
export type FilterTable<T> = Readonly<Record<string, (record: T) => Values>>;

/**
 * The records that match every filter; one value of a filter is enough, with `*` and `?` as wildcards.
 * @throws Refusal for an unknown filter, and for more values than EC2 allows in a call
 */
export function filtered<T>(
  records: readonly T[],
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
  tags: (record: T) => readonly Tag[] | undefined,
): readonly T[] {
  const values = (filters ?? []).reduce((count, { Values = [] }) => count + Values.length, 0);
  if (values > mostValues) {
    const text = `The maximum number of filter values specified on a single call is ${mostValues}`;
    throw ec2Refusal("FilterLimitExceeded", text);
  }
  const tests = (filters ?? []).map(({ Name: name = "", Values: allowed = [] }) => {
    const patterns = allowed.map(patternOf);
    const values = valuesBy(name, table, tags);
    return (record: T) => values(record).some((value) => patterns.some((pattern) => pattern.test(String(value))));
  });
  return records.filter((record) => tests.every((test) => test(record)));
}

function valuesBy<T>(
  name: string,
  table: FilterTable<T>,
  tags: (record: T) => readonly Tag[] | undefined,
): (record: T) => Values {
  if (name === "tag-key") return (record) => (tags(record) ?? []).map(({ Key }) => Key);
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (record) => (tags(record) ?? []).flatMap(({ Key, Value = "" }) => (Key === key ? [Value] : []));
  }
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  if (known === undefined) throw ec2Refusal("InvalidParameterValue", `The filter '${name}' is invalid`);
  return known;
}

function patternOf(value: string): RegExp {
  const escaped = value.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

/** EC2's pages: `MaxResults` and `NextToken`. */
export function ec2Page<T>(
  records: readonly T[],
  input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  largest: number,
): { readonly page: T[]; readonly next: { readonly NextToken?: string } } {
  const { page, nextToken } = pageOf(
    records,
    { maxResults: input.MaxResults, nextToken: input.NextToken },
    Math.max(5, largest),
  );
  return { page, next: nextToken === undefined ? {} : { NextToken: nextToken } };
}

/**
 * The records with these ids, in the order of the records; all without ids.
 * @param missing the answer of EC2 for a missing id
 */
export function byIds<T>(
  records: readonly T[],
  ids: readonly string[] | undefined,
  idOf: (record: T) => string | undefined,
  missing: (id: string) => Error,
): readonly T[] {
  if (ids === undefined || ids.length === 0) return records;
  const known = new Set(records.map(idOf));
  const gone = ids.find((id) => !known.has(id));
  if (gone !== undefined) throw missing(gone);
  return records.filter((record) => ids.includes(idOf(record) ?? ""));
}
