/**
 * The request shapes of the SDK, read from its own schemas. They are arrays: `[3, namespace, name, traits, member
 * names, member schemas, number of required members]` is a structure, `[1, …, item]` a list, `[2, …, key, value]` a
 * map; a function returns its schema, and a number is a simple type.
 */
export type SdkType = "string" | "integer" | "boolean" | "list" | "map" | "structure";

export interface SdkMember {
  /** e.g. `computeResources.launchTemplate.overrides[].version`. */
  readonly path: string;
  readonly type: SdkType;
  readonly required: boolean;
}

/** Every member of a request, at any depth. */
export function membersOf(request: unknown): SdkMember[] {
  return structureMembers(request, "");
}

const simple: Readonly<Record<number, SdkType>> = { 0: "string", 1: "integer", 2: "boolean" };
const listOfText = 64;
const mapOfText = 128;

function structureMembers(schema: unknown, prefix: string): SdkMember[] {
  const parts = partsOf(schema);
  const [tag, , name, , members, schemas, requiredCount = 0] = parts;
  if (tag !== 3 || !Array.isArray(members) || !Array.isArray(schemas)) {
    throw new Error(`${String(name)} at ${prefix} is not a structure: the SDK has changed its encoding`);
  }
  return members.flatMap((member: unknown, index) => {
    const path = prefix === "" ? String(member) : `${prefix}.${String(member)}`;
    return membersAt(withoutTraits(schemas[index]), path, index < Number(requiredCount));
  });
}

function membersAt(schema: unknown, path: string, required: boolean): SdkMember[] {
  if (typeof schema === "number") return [{ path, type: simpleType(schema, path), required }];
  const [tag, , , , item] = partsOf(schema);
  switch (tag) {
    case 3:
      return [{ path, type: "structure", required }, ...structureMembers(schema, path)];
    case 2:
      return [{ path, type: "map", required }];
    case 1: {
      const items = resolved(withoutTraits(item));
      const inside = typeof items === "number" ? [] : structureMembers(items, `${path}[]`);
      return [{ path, type: "list", required }, ...inside];
    }
    default:
      throw new Error(`${path} has the unknown encoding ${String(tag)}`);
  }
}

function simpleType(code: number, path: string): SdkType {
  const type = code === listOfText ? "list" : code === mapOfText ? "map" : simple[code];
  if (type === undefined) throw new Error(`${path} has the unknown simple type ${code}`);
  return type;
}

function partsOf(schema: unknown): readonly unknown[] {
  const value = resolved(schema);
  if (!Array.isArray(value))
    throw new Error(`${JSON.stringify(value)} is not a schema: the SDK has changed its encoding`);
  return value;
}

/** A member may be written `[schema, traits]`. */
function withoutTraits(schema: unknown): unknown {
  return Array.isArray(schema) && schema.length === 2 ? resolved(schema[0]) : resolved(schema);
}

function resolved(schema: unknown): unknown {
  return typeof schema === "function" ? resolved((schema as () => unknown)()) : schema;
}
