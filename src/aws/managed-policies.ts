import { largestPolicy, type PolicyDocument, type PolicyStatement } from "./operator-policy.ts";

/**
 * The same permissions as documents that each fit a managed policy: what a user, a group or a permission set can be
 * given when one document is too long. Statements stay whole and in order; only one that fits nowhere is divided, by
 * lists that an Allow means one by one.
 *
 * @returns at least one document, of at most `largest` characters each
 * @throws Error when a statement is longer than that by a single ARN
 */
export function managedPolicies({ Statement }: PolicyDocument, largest = largestPolicy): readonly PolicyDocument[] {
  const documents: PolicyStatement[][] = [[]];
  for (const statement of Statement.flatMap((one) => divided(one, largest))) {
    const last = documents.at(-1) ?? [];
    if (last.length === 0 || sizeOf([...last, statement]) <= largest) last.push(statement);
    else documents.push([statement]);
  }
  return documents.map((statements) => document(statements));
}

/** Itself, or as many as it takes for each to fit a document of its own. */
function divided(statement: PolicyStatement, largest: number): readonly PolicyStatement[] {
  if (sizeOf([statement]) <= largest) return [statement];
  const [first, second] = halves(statement);
  if (first === undefined || second === undefined) {
    throw new Error(`the statement ${statement.Sid} alone has more than the ${largest} characters of a managed policy`);
  }
  return [first, second].flatMap((half, index) => divided({ ...half, Sid: `${statement.Sid}${index + 1}` }, largest));
}

/** Divides the longest of the lists that are alternatives: the resources, or the values that a condition takes. */
function halves(statement: PolicyStatement): readonly PolicyStatement[] {
  const { Resource, Condition = {} } = statement;
  const ways: { readonly list: readonly string[]; readonly put: (half: readonly string[]) => PolicyStatement }[] = [
    { list: [Resource].flat(), put: (half) => ({ ...statement, Resource: half }) },
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({
        list: [values].flat(),
        put: (half: readonly string[]) => ({
          ...statement,
          Condition: { ...Condition, [operator]: { ...keys, [key]: half } },
        }),
      })),
    ),
  ];
  const [longest] = ways.toSorted((one, other) => sizeOfList(other.list) - sizeOfList(one.list));
  if (longest === undefined || longest.list.length < 2) return [];
  const middle = Math.ceil(longest.list.length / 2);
  return [longest.list.slice(0, middle), longest.list.slice(middle)].map((half) => longest.put(half));
}

function sizeOfList(list: readonly string[]): number {
  return list.length < 2 ? 0 : JSON.stringify(list).length;
}

function sizeOf(statements: readonly PolicyStatement[]): number {
  return JSON.stringify(document(statements)).length;
}

function document(Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}
