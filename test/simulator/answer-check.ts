import { anyCase, fractional } from "../../src/simulator/model/documented.ts";
import { batchModel, type MemberType, structureOf } from "../../src/simulator/model/model.ts";

/** One answer as its bytes came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The operation that a request to this path asks for; undefined when it is none of Batch's. */
export function operationOf(method: string, path: string): string | undefined {
  const found = Object.entries(batchModel.operations).find(([, operation]) => {
    const [before, after] = operation.path.split(/\{\w+\}/);
    const fits = after === undefined ? path === before : path.startsWith(before ?? "");
    return operation.method === method && fits;
  });
  return found?.[0];
}

/**
 * What of an answer AWS would not have sent, in words: unknown members, values of another type or of no enum, missing
 * members, times and counts that are not whole, nulls, missing headers.
 */
export function faultsOf(operation: string, { status, headers, body }: RawAnswer): string[] {
  const faults: string[] = [];
  if (headers["content-type"] !== "application/json") faults.push("content-type is not application/json");
  if (!uuid.test(String(headers["x-amzn-requestid"]))) faults.push("x-amzn-requestid is not a UUID");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return [...faults, `the body is not JSON: ${String(error)}`];
  }
  if (status === 200) {
    const output = batchModel.operations[operation]?.output ?? "";
    return [...faults, ...structureFaults(output, value, "answer")];
  }
  if (typeof headers["x-amzn-errortype"] !== "string") faults.push("x-amzn-errortype is missing");
  const said = typeof value === "object" && value !== null && "message" in value ? value.message : undefined;
  if (typeof said !== "string" || said === "") faults.push("an error must have a message");
  return faults;
}

function structureFaults(name: string, value: unknown, path: string): string[] {
  if (!isRecord(value)) return [`${path} is not a structure: ${JSON.stringify(value)}`];
  const { members, required } = structureOf(name);
  const missing = required.filter((member) => !Object.hasOwn(value, member)).map((one) => `${path}.${one} is missing`);
  const wrong = Object.entries(value).flatMap(([member, given]) => {
    const type = Object.hasOwn(members, member) ? members[member] : undefined;
    if (type === undefined) return [`${path}.${member} is no member of ${name}`];
    return valueFaults(type, given, `${path}.${member}`, `${name}.${member}`);
  });
  return [...missing, ...wrong];
}

function valueFaults(type: MemberType, value: unknown, path: string, member: string): string[] {
  const not = (what: string): string[] => [`${path} is no ${what}: ${JSON.stringify(value)}`];
  if (type === "string") return typeof value === "string" ? [] : not("string");
  if (type === "boolean") return typeof value === "boolean" ? [] : not("boolean");
  if (type === "number") {
    const whole = fractional.has(member) ? typeof value === "number" : Number.isSafeInteger(value);
    return whole ? [] : not("whole number");
  }
  if ("enum" in type) {
    const values = batchModel.enums[type.enum] ?? [];
    // What a request may give in any case comes back in lower case.
    const said = anyCase.has(type.enum) ? values.map((one) => one.toLowerCase()) : values;
    return said.some((one) => one === value) ? [] : not(`value of ${type.enum}`);
  }
  if ("structure" in type) return structureFaults(type.structure, value, path);
  if ("list" in type) {
    if (!Array.isArray(value)) return not("list");
    return value.flatMap((entry: unknown, index) => valueFaults(type.list, entry, `${path}[${index}]`, `${member}[]`));
  }
  if (!isRecord(value)) return not("map");
  return Object.entries(value).flatMap(([key, entry]) => valueFaults(type.map, entry, `${path}.${key}`, `${member}[]`));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
