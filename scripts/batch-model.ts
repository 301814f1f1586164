import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as sdk from "@aws-sdk/client-batch";
import type { BatchModel, MemberType, Operation, Structure } from "../src/simulator/model/model.ts";

/** A schema of the SDK: a number for a simple type, an array for all else, or a function that returns one of them. */
type Schema = number | readonly unknown[] | (() => Schema);

const structureKind = 3;
const listKind = 1;
const mapKind = 2;
const simpleKind = 0;
const operationKind = 9;
/** A list or a map of a simple type is that type with this bit. */
const listBit = 64;
const mapBit = 128;
const simpleTypes: Readonly<Record<number, MemberType>> = { 0: "string", 1: "number", 2: "boolean" };

/**
 * The model of AWS Batch in the installed SDK: operations with their paths, structures with their members,
 * required members and enums. The SDK's schemas contain no enums; its declarations do.
 */
export function batchModel(): BatchModel {
  const enums = new Map<string, readonly string[]>();
  const structures = new Map<string, Structure>();
  const operations = new Map<string, Operation>();
  const enumMembers = membersWithEnum();

  const structureNamed = (schema: readonly unknown[]): string => {
    const name = String(schema[2]);
    if (structures.has(name)) return name;
    const members: Record<string, MemberType> = {};
    // A structure can contain itself: it counts as known before its members are read.
    structures.set(name, { required: [], members });
    const names = schema[4] as readonly string[];
    const types = schema[5] as readonly unknown[];
    for (const [index, member] of names.entries()) {
      const values = enumMembers.get(`${name}.${member}`);
      const type = typeOf(withoutTraits(types[index]));
      if (values !== undefined) enums.set(values, Object.values(enumOf(values)));
      members[member] = values === undefined ? type : withEnum(type, values);
    }
    structures.set(name, { required: names.slice(0, Number(schema[6] ?? 0)), members });
    return name;
  };

  const typeOf = (given: Schema): MemberType => {
    const schema = resolved(given);
    if (typeof schema === "number") {
      if ((schema & listBit) !== 0) return { list: typeOf(schema & ~listBit) };
      if ((schema & mapBit) !== 0) return { map: typeOf(schema & ~mapBit) };
      const simple = simpleTypes[schema];
      if (simple === undefined) throw new Error(`unknown simple type ${schema}`);
      return simple;
    }
    switch (schema[0]) {
      case structureKind:
        return { structure: structureNamed(schema) };
      case listKind:
        return { list: typeOf(withoutTraits(schema[4])) };
      case mapKind:
        return { map: typeOf(withoutTraits(schema[5])) };
      case simpleKind:
        return typeOf(schema[4] as Schema);
      default:
        throw new Error(`unknown schema of kind ${String(schema[0])}`);
    }
  };

  for (const schema of Object.values(sdk) as unknown[]) {
    if (!Array.isArray(schema) || schema[0] !== operationKind) continue;
    const [, , name, traits, input, output] = schema as [number, string, string, HttpTraits, Schema, Schema];
    const [method, path] = traits.http;
    operations.set(name, { method, path, input: inputOf(input), output: inputOf(output) });
  }
  function inputOf(schema: Schema): string {
    const type = typeOf(schema);
    if (typeof type !== "object" || !("structure" in type)) throw new Error("an operation must take a structure");
    return type.structure;
  }
  return { operations: sorted(operations), structures: sorted(structures), enums: sorted(enums) };
}

interface HttpTraits {
  readonly http: readonly [method: string, path: string, status: number];
}

function resolved(schema: Schema): number | readonly unknown[] {
  return typeof schema === "function" ? resolved(schema()) : schema;
}

/** A member's schema may be in a pair with its traits. */
function withoutTraits(member: unknown): Schema {
  return (Array.isArray(member) && member.length === 2 ? member[0] : member) as Schema;
}

function withEnum(type: MemberType, name: string): MemberType {
  if (type === "string") return { enum: name };
  if (typeof type === "object" && "list" in type) return { list: withEnum(type.list, name) };
  throw new Error(`a member of enum ${name} is not a string`);
}

function enumOf(name: string): Readonly<Record<string, string>> {
  const values: unknown = (sdk as Readonly<Record<string, unknown>>)[name];
  if (values === null || typeof values !== "object") throw new Error(`the SDK exports no enum ${name}`);
  return values as Readonly<Record<string, string>>;
}

/** The enum of each member that has one, by `Structure.member`, from the SDK's declarations. */
function membersWithEnum(): ReadonlyMap<string, string> {
  const index = createRequire(import.meta.url).resolve("@aws-sdk/client-batch");
  const types = join(dirname(index), "..", "dist-types", "models");
  const enums = new Set(readFileSync(join(types, "enums.d.ts"), "utf8").match(/(?<=export type )\w+/g));
  const found = new Map<string, string>();
  let structure = "";
  for (const line of readFileSync(join(types, "models_0.d.ts"), "utf8").split("\n")) {
    structure = /^export interface (\w+)/.exec(line)?.[1] ?? structure;
    const [, member, type = ""] = /^ {4}(\w+)\??: (\w+)(?:\[\])? \| undefined;$/.exec(line) ?? [];
    if (member !== undefined && enums.has(type)) found.set(`${structure}.${member}`, type);
  }
  return found;
}

function sorted<T>(entries: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...entries].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
