import { invalid, Refusal } from "../refusals.ts";
import { anyCase, bounds, enumTexts, fractional, longs } from "./documented.ts";
import { batchModel, type MemberType, structureOf } from "./model.ts";

const largestInteger = 2 ** 31 - 1;

/** The place of a value: for messages (`computeResources.subnets[0]`), and for the tables of documented constraints. */
interface MemberPlace {
  readonly path: string;
  /** `Structure.member` that contains it, directly or in a list or map. */
  readonly member: string;
}

/**
 * A request as AWS reads it: checked against the model, without unknown members and nulls.
 * Operations outside of the model pass unchanged.
 *
 * @throws Refusal `SerializationException` for a value of another type; for a request of the right types in which a
 *   value is missing or not allowed, `ClientException` for the first of them
 */
export function readRequest<Input>(operation: string, input: Input): Input {
  const model = batchModel.operations[operation];
  if (model === undefined) return input;
  const reader = new Reader();
  const read = reader.structure(model.input, input, { path: "", member: "" });
  if (reader.refusal !== undefined) throw reader.refusal;
  return read as Input;
}

/** Reads a value and keeps its first error, because AWS parses the whole request before it validates. */
class Reader {
  refusal: Refusal | undefined;

  structure(name: string, value: unknown, place: MemberPlace): Record<string, unknown> {
    if (!isRecord(value)) throw mistyped(value, "a structure");
    const { required, members } = structureOf(name);
    const read: Record<string, unknown> = {};
    for (const [member, type] of Object.entries(members)) {
      const path = place.path === "" ? member : `${place.path}.${member}`;
      const given = Object.hasOwn(value, member) ? value[member] : undefined;
      if (given !== undefined && given !== null) {
        read[member] = this.#value(type, given, { path, member: `${name}.${member}` });
      } else if (required.includes(member)) {
        this.#refuse(`${path} is required.`); // our words
      }
    }
    return read;
  }

  #value(type: MemberType, value: unknown, place: MemberPlace): unknown {
    if (type === "string") {
      if (typeof value !== "string") throw mistyped(value, "a String");
      this.#requireWithin(place, value.length, "characters");
      return value;
    }
    if (type === "number") {
      if (!isNumberOf(place.member, value)) throw mistyped(value, "an Integer");
      this.#requireWithin(place, value);
      return value;
    }
    if (type === "boolean") {
      if (typeof value !== "boolean") throw mistyped(value, "a Boolean");
      return value;
    }
    if ("enum" in type) {
      if (typeof value !== "string") throw mistyped(value, "a String");
      this.#requireOneOf(type.enum, value, place);
      return value;
    }
    if ("structure" in type) return this.structure(type.structure, value, place);
    if ("list" in type) {
      if (!Array.isArray(value)) throw mistyped(value, "a list");
      this.#requireWithin(place, value.length, "entries");
      return value.map((entry: unknown, index) => this.#entry(type.list, entry, place, `[${index}]`));
    }
    if (!isRecord(value)) throw mistyped(value, "a map");
    const entries = Object.entries(value);
    this.#requireWithin(place, entries.length, "entries");
    return Object.fromEntries(entries.map(([key, entry]) => [key, this.#entry(type.map, entry, place, `.${key}`)]));
  }

  /** The bounds of a list or map do not apply to its values. */
  #entry(type: MemberType, value: unknown, { path, member }: MemberPlace, step: string): unknown {
    if (value === null || value === undefined) {
      this.#refuse(`${path}${step} is required.`); // our words
      return value;
    }
    return this.#value(type, value, { path: `${path}${step}`, member: `${member}[]` });
  }

  #requireOneOf(name: string, value: string, { path, member }: MemberPlace): void {
    const values = batchModel.enums[name] ?? [];
    const same = anyCase.has(name) ? value.toUpperCase() : value;
    // Our words, after those that AWS has for some members.
    if (!values.includes(same)) this.#refuse(enumTexts[member] ?? `${path} must be one of [${values.join(", ")}].`);
  }

  /** In our words. */
  #requireWithin({ path, member }: MemberPlace, size: number, unit?: "characters" | "entries"): void {
    const { min = size, max = size } = bounds[member] ?? {};
    if (size >= min && size <= max) return;
    const range = rangeOf(bounds[member] ?? {});
    this.#refuse(unit === undefined ? `${path} must be ${range}.` : `${path} must have ${range} ${unit}.`);
  }

  #refuse(text: string): void {
    this.refusal ??= invalid(text);
  }
}

function rangeOf({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `between ${min} and ${max}`;
}

function isNumberOf(member: string, value: unknown): value is number {
  if (typeof value !== "number" || fractional.has(member)) return typeof value === "number";
  const most = longs.has(member) ? Number.MAX_SAFE_INTEGER : largestInteger;
  return Number.isInteger(value) && Math.abs(value) <= most;
}

/** In the words of the common framework of AWS's JSON services. */
function mistyped(value: unknown, expected: string): Refusal {
  return new Refusal("SerializationException", 400, `${tokenOf(value)} can not be converted to ${expected}`);
}

/** The kind of JSON token that a value begins with. */
function tokenOf(value: unknown): string {
  if (Array.isArray(value)) return "START_ARRAY";
  switch (typeof value) {
    case "object":
      return "START_OBJECT";
    case "boolean":
      return value ? "TRUE_VALUE" : "FALSE_VALUE";
    default:
      return `${(typeof value).toUpperCase()}_VALUE`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
