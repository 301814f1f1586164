import fc from "fast-check";
import { batchModel, type MemberType, type Operation, structureOf } from "../../src/simulator/model/model.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";

/** The operations of the model that the simulator serves. */
export function servedOperations({ batch }: SimulatedAws): [string, Operation][] {
  const served = new Set(Object.keys(batch).map((name) => name.toLowerCase()));
  return Object.entries(batchModel.operations).filter(([name]) => served.has(name.toLowerCase()));
}

/** A member somewhere in a request: the steps to it, `0` for the first entry of a list and `key` for one of a map. */
export interface Place {
  readonly steps: readonly (string | 0)[];
  readonly type: MemberType;
}

/** Every member of a structure, however deep, and every entry of its lists and maps. */
export function placesIn(structure: string): Place[] {
  const below = (type: MemberType, steps: Place["steps"]): Place[] => {
    const here: Place = { steps, type };
    if (typeof type === "string" || "enum" in type) return [here];
    if ("list" in type) return [here, ...below(type.list, [...steps, 0])];
    if ("map" in type) return [here, ...below(type.map, [...steps, "key"])];
    return [here, ...membersOf(type.structure, steps)];
  };
  const membersOf = (name: string, steps: Place["steps"]): Place[] =>
    Object.entries(structureOf(name).members).flatMap(([member, type]) => below(type, [...steps, member]));
  return membersOf(structure, []);
}

/** A structure with its required members, and on the way of `steps` all that it takes to hold `value` at their end. */
export function structureHolding(name: string, [step, ...rest]: Place["steps"], value: unknown): object {
  const { members, required } = structureOf(name);
  const filled = required.map((member) => [member, anyOf(members[member] ?? "string")] as const);
  if (step === undefined) return Object.fromEntries(filled);
  return { ...Object.fromEntries(filled), [step]: holding(members[step] ?? "string", rest, value) };
}

function holding(type: MemberType, steps: Place["steps"], value: unknown): unknown {
  if (steps.length === 0) return value;
  if (typeof type === "string" || "enum" in type) throw new Error("a simple value holds nothing");
  if ("list" in type) return [holding(type.list, steps.slice(1), value)];
  if ("map" in type) return { key: holding(type.map, steps.slice(1), value) };
  return structureHolding(type.structure, steps, value);
}

/** Some value of a type. */
function anyOf(type: MemberType): unknown {
  if (type === "string") return "a";
  if (type === "number") return 1;
  if (type === "boolean") return true;
  if ("enum" in type) return batchModel.enums[type.enum]?.[0];
  if ("list" in type) return [anyOf(type.list)];
  if ("map" in type) return { key: anyOf(type.map) };
  return structureHolding(type.structure, [], undefined);
}

const values: readonly unknown[] = ["text", 7, 1.5, true, [], ["text"], {}, { key: {} }];

/** Values of every JSON type but the one that `type` has. */
export function junkFor(type: MemberType): readonly unknown[] {
  return values.filter((value) => {
    if (type === "string") return typeof value !== "string";
    if (type === "number") return !Number.isInteger(value) && value !== 1.5;
    if (type === "boolean") return typeof value !== "boolean";
    if ("enum" in type) return typeof value !== "string";
    if ("list" in type) return !Array.isArray(value);
    return Array.isArray(value) || typeof value !== "object";
  });
}

/** Requests of the right types, with any members and any values; `known` texts name what the account has. */
export function requestsOf(structure: string, known: readonly string[]): fc.Arbitrary<object> {
  const text = fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 8 }));
  const number = fc.oneof(fc.constantFrom(0, 1, 2, 60, 1000), fc.integer());
  const arbitraryOf = (type: MemberType): fc.Arbitrary<unknown> => {
    if (type === "string") return text;
    if (type === "number") return number;
    if (type === "boolean") return fc.boolean();
    if ("enum" in type) return fc.constantFrom(...(batchModel.enums[type.enum] ?? []));
    if ("list" in type) return fc.array(arbitraryOf(type.list), { maxLength: 3 });
    if ("map" in type) return fc.dictionary(text, arbitraryOf(type.map), { maxKeys: 3 });
    return membersOf(type.structure);
  };
  const membersOf = (name: string): fc.Arbitrary<object> => {
    const { members, required } = structureOf(name);
    const arbitraries = Object.fromEntries(
      Object.entries(members).map(([member, type]) => [
        member,
        required.includes(member) ? arbitraryOf(type) : fc.option(arbitraryOf(type), { nil: undefined, freq: 1 }),
      ]),
    );
    return fc.record(arbitraries);
  };
  return membersOf(structure);
}
