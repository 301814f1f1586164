/**
 * EC2's variant of the Query protocol, from the shapes of AWS's model: names of members on the wire, lists, numbers
 * and booleans. The shapes have the form of `@smithy/types`' static schemas.
 */

import { Refusal } from "./refusals.ts";
import { escaped } from "./xml.ts";

/** A structure is `[3, namespace, name, traits, member names, member schemas]`, a list `[1, …, item schema]`. */
type Shape = readonly unknown[] | number | (() => Shape);
export type OperationModel = readonly unknown[];

interface Traits {
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
}

interface Member {
  readonly shape: readonly unknown[] | number;
  readonly traits: Traits;
}

const [listKind, structureKind] = [1, 3];
const [numberKind, truthKind, timeKinds] = [1, 2, [4, 5, 6, 7]];

/**
 * Decodes the input from a form: `Filter.1.Value.2` is the second of the `Values` of the first of the `Filters`.
 * @throws Refusal for a name that is not a member
 */
export function inputOf(form: URLSearchParams, model: OperationModel): object {
  const tree: Tree = {};
  for (const [name, text] of form) if (name !== "Action" && name !== "Version") plant(tree, name.split("."), text);
  return structureIn(tree, resolved(model[4] as Shape).shape as readonly unknown[], "");
}

interface Tree {
  [name: string]: Tree | string;
}

function plant(tree: Tree, path: readonly string[], text: string): void {
  const [name = "", ...rest] = path;
  if (name === "" || name === "__proto__") throw unknownMember(path.join("."));
  if (rest.length === 0) {
    tree[name] = text;
    return;
  }
  const inner = Object.hasOwn(tree, name) ? tree[name] : undefined;
  const branch = typeof inner === "object" ? inner : {};
  tree[name] = branch;
  plant(branch, rest, text);
}

function structureIn(tree: Tree, shape: readonly unknown[], path: string): object {
  const members = new Map(
    membersOf(shape).map(({ name, member }) => [queryName(name, member.traits), { name, member }]),
  );
  return Object.fromEntries(
    Object.entries(tree).map(([written, value]) => {
      const known = members.get(written);
      if (known === undefined) throw unknownMember(`${path}${written}`);
      return [known.name, valueIn(value, known.member, `${path}${written}.`)];
    }),
  );
}

function valueIn(value: Tree | string, { shape }: Member, path: string): unknown {
  if (typeof shape === "number") return simpleIn(value, shape, path);
  if (typeof value === "string") throw unknownMember(path.slice(0, -1));
  if (shape[0] === structureKind) return structureIn(value, shape, path);
  const item = resolved(shape[4] as Shape);
  return Object.keys(value)
    .toSorted((left, right) => Number(left) - Number(right))
    .map((index) => valueIn(value[index] ?? "", item, `${path}${index}.`));
}

function simpleIn(value: Tree | string, kind: number, path: string): unknown {
  if (typeof value !== "string") throw unknownMember(`${path}${Object.keys(value)[0] ?? ""}`);
  if (kind === numberKind) return Number(value);
  if (kind === truthKind) return value === "true";
  return timeKinds.includes(kind) ? new Date(value) : value;
}

/** Encodes the answer of an operation, with the names of the wire. */
export function resultXml(
  namespace: string,
  operation: string,
  result: object | undefined,
  model: OperationModel,
): string {
  const shape = resolved(model[5] as Shape).shape;
  const body =
    result === undefined || typeof shape === "number" ? "<return>true</return>" : structureXml(result, shape);
  return `<${operation}Response xmlns="${namespace}"><requestId>simulated</requestId>${body}</${operation}Response>`;
}

function structureXml(value: object, shape: readonly unknown[]): string {
  return membersOf(shape)
    .map(({ name, member }) => {
      const given = (value as Readonly<Record<string, unknown>>)[name];
      if (given === undefined) return "";
      const tag = member.traits.xmlName ?? name;
      return `<${tag}>${valueXml(given, member.shape)}</${tag}>`;
    })
    .join("");
}

function valueXml(value: unknown, shape: readonly unknown[] | number): string {
  if (typeof shape === "number") {
    if (value instanceof Date) return value.toISOString();
    return escaped(typeof value === "string" ? value : JSON.stringify(value));
  }
  if (shape[0] === listKind && Array.isArray(value)) {
    const { shape: item, traits } = resolved(shape[4] as Shape);
    const tag = traits.xmlName ?? "item";
    return value.map((one: unknown) => `<${tag}>${valueXml(one, item)}</${tag}>`).join("");
  }
  return typeof value === "object" && value !== null ? structureXml(value, shape) : "";
}

function membersOf(shape: readonly unknown[]): readonly { readonly name: string; readonly member: Member }[] {
  const names = shape[4] as readonly string[];
  const shapes = shape[5] as readonly Shape[];
  return names.map((name, at) => ({ name, member: resolved(shapes[at] ?? 0) }));
}

/** Resolves a lazy shape, and the traits of the member: `[shape, traits]`. Long lists are `64 | item`. */
function resolved(given: Shape, traits: Traits = {}): Member {
  if (typeof given === "function") return resolved(given(), traits);
  if (typeof given === "number") {
    const listFlag = 64;
    return { shape: given >= listFlag ? [listKind, "", "", 0, given - listFlag] : given, traits };
  }
  const [first, second] = given;
  // Shapes are longer; irrelevant traits are a number.
  if (given.length !== 2) return { shape: given, traits };
  return resolved(first as Shape, typeof second === "number" ? traits : { ...(second as Traits), ...traits });
}

/** The name of a member in a request: the EC2 name, else the capitalised XML name, else its own. */
function queryName(name: string, { ec2QueryName, xmlName }: Traits): string {
  const written = ec2QueryName ?? xmlName ?? name;
  return `${written.charAt(0).toUpperCase()}${written.slice(1)}`;
}

function unknownMember(name: string): Refusal {
  return new Refusal("UnknownParameter", 400, `The parameter ${name} is not recognized`);
}
