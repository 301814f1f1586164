import { Ajv, type DefinedError, type ValidateFunction } from "ajv";
import type { StructuralSchema } from "../../api/crd.ts";
import { counted } from "../../api/words.ts";
import { isRecord } from "./defaults.ts";
import { nearest } from "./nearest.ts";
import { type Finding, type Path, pathText, valueText } from "./problem.ts";
import { exampleText, inQuotes, lacksQuotes, oneOfText, patternText, typeText } from "./words.ts";

/**
 * All differences between a value and its schema, for people. Rules are `cel.ts`, keys of lists `lists.ts`.
 *
 * @param shows whether free text at a path may be printed; by default all may
 */
export function schemaFindings(
  schema: StructuralSchema,
  value: unknown,
  path: Path = [],
  shows: (path: Path) => boolean = () => true,
): Finding[] {
  const unknown = unknownFields({ schema, path }, schema, value, path);
  const validate = validatorOf(schema);
  validate(value);
  const meant = new Set(unknown.map(({ meant }) => meant));
  const errors = ((validate.errors ?? []) as DefinedError[]).filter((error) => !saidByEnum(error));
  return [
    ...unknown.map(({ finding }) => finding),
    ...errors
      .map((error) => errorFinding(error, schema, value, path, shows))
      // A misspelt field is reported once, and not also as missing.
      .filter(({ path: at, required }) => !required || !meant.has(JSON.stringify(at)))
      .map(({ finding }) => finding),
  ];
}

const validators = new WeakMap<StructuralSchema, ValidateFunction>();

function validatorOf(schema: StructuralSchema): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // The API server checks formats; the x-kubernetes- keywords have their own evaluators.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true, logger: false });
  const validate = ajv.compile(schema);
  validators.set(schema, validate);
  return validate;
}

/** A value of the wrong type also violates the enum, whose error says more. */
function saidByEnum({ keyword, parentSchema }: DefinedError): boolean {
  return keyword === "type" && parentSchema?.["enum"] !== undefined;
}

interface Explained {
  readonly path: Path;
  readonly required: boolean;
  readonly finding: Finding;
}

function errorFinding(
  error: DefinedError,
  schema: StructuralSchema,
  root: unknown,
  prefix: Path,
  shows: (path: Path) => boolean,
): Explained {
  const at = stepsOf(error.instancePath, root);
  const path = [...prefix, ...at];
  if (error.keyword === "required") {
    const missing = [...path, error.params.missingProperty];
    const expected = expectedText(error.parentSchema?.["properties"]?.[error.params.missingProperty]);
    return {
      path: missing,
      required: true,
      finding: { path: missing, message: `is missing: add it (${expected})`, expected },
    };
  }
  const found = shows(path) || !isFreeText(error.parentSchema) ? valueText(error.data) : shapeText(error);
  const expected = boundText(error, isRequired(schema, at));
  return { path, required: false, finding: { path, message: `found ${found}, expected ${expected}`, found, expected } };
}

/**
 * A value that may be a secret, by its shape. Where a map or a list belongs nobody writes a secret as a number, and names in a map
 * are not secret; a number in place of text may be a password without quotes.
 */
function shapeText({ parentSchema, data }: DefinedError): string {
  const wantsMembers = parentSchema?.["type"] === "object" || parentSchema?.["type"] === "array";
  if (!wantsMembers) return hidden;
  if (isRecord(data)) {
    const [first = "", ...others] = Object.keys(data);
    return `{${first}: ${hidden}${others.length === 0 ? "" : ", …"}}`;
  }
  return typeof data === "number" || typeof data === "boolean" ? valueText(data) : hidden;
}

const hidden = "[hidden]";

/** Whether the field contains free text; a number, a flag or an enum value cannot be a secret. */
function isFreeText(schema: DefinedError["parentSchema"]): boolean {
  return schema?.["enum"] === undefined && !["integer", "number", "boolean"].includes(schema?.["type"]);
}

/** Whether nobody can leave a value out: the object around it needs the field, or it is an entry of a list. */
function isRequired(schema: StructuralSchema, at: Path): boolean {
  const last = at.at(-1);
  const outer = at
    .slice(0, -1)
    .reduce<StructuralSchema | undefined>(
      (inner, step) =>
        typeof step === "number" ? inner?.items : (inner?.properties?.[step] ?? inner?.additionalProperties),
      schema,
    );
  return typeof last === "number" || (last !== undefined && outer?.required?.includes(last) === true);
}

function boundText(error: DefinedError, needed: boolean): string {
  switch (error.keyword) {
    case "type":
      return `${typeHint(error.params.type as StructuralSchema["type"], error.data, needed)}${exampleOf(error)}`;
    case "enum":
      return oneOfText(error.params.allowedValues);
    case "pattern":
      return patternText(error.params.pattern);
    case "minLength":
      return error.params.limit === 1
        ? `a non-empty string${needed ? "" : "; leave the field out instead"}`
        : `at least ${error.params.limit} characters`;
    case "maxLength":
      return `at most ${error.params.limit} characters, not ${String(error.data).length}`;
    case "minimum":
      return `at least ${error.params.limit}`;
    case "maximum":
      return `at most ${error.params.limit}`;
    case "minItems":
      return `at least ${counted(error.params.limit, "entry", "entries")}`;
    case "maxItems":
      return `at most ${counted(error.params.limit, "entry", "entries")}, not ${sizeOf(error.data)}`;
    case "maxProperties":
      return `at most ${error.params.limit} keys, not ${sizeOf(error.data)}`;
    default:
      return error.message ?? error.keyword;
  }
}

/** Of a map or a list its shape; of the rest the type says enough. */
function exampleOf({ parentSchema, data }: DefinedError): string {
  const schema = parentSchema as StructuralSchema | undefined;
  if (schema === undefined || data === null || (schema.type !== "object" && schema.type !== "array")) return "";
  return `, e.g. ${exampleText(schema)}`;
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : 0;
}

/** YAML does not read `1`, `true` and `yes` as strings, nor `"1"` as a number. */
function typeHint(type: StructuralSchema["type"], value: unknown, needed: boolean): string {
  if (value === null && type === "string") {
    return needed ? "text, e.g. null in quotes" : "text: leave the field out, or put null in quotes";
  }
  if (value === null) return `${typeText(type)}${needed ? "" : "; leave the field out instead of null"}`;
  if (type === "string" && lacksQuotes(value)) return inQuotes;
  const unquoted = type === "boolean" ? /^(true|false)$/ : /^-?[0-9]+$/;
  const isScalar = type === "integer" || type === "number" || type === "boolean";
  if (isScalar && typeof value === "string" && unquoted.test(value)) return `${typeText(type)}: remove the quotes`;
  return typeText(type);
}

function expectedText(schema: StructuralSchema | undefined): string {
  if (schema === undefined) return "a value";
  if (schema.enum !== undefined) return oneOfText(schema.enum);
  if (schema.pattern !== undefined) return patternText(schema.pattern);
  return typeText(schema.type);
}

interface UnknownField {
  /** The path of the most likely intended field, as JSON. */
  readonly meant: string | undefined;
  readonly finding: Finding;
}

/** The schema of a whole value, and where that is. */
interface Whole {
  readonly schema: StructuralSchema;
  readonly path: Path;
}

/** Fields that the API server would drop silently. */
function unknownFields(whole: Whole, schema: StructuralSchema, value: unknown, path: Path): UnknownField[] {
  const { items, properties, additionalProperties } = schema;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    return value.flatMap((item: unknown, index) => unknownFields(whole, items, item, [...path, index]));
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const child = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (child !== undefined) return unknownFields(whole, child, member, [...path, key]);
    return properties === undefined ? [] : [unknownField(whole, Object.keys(properties), value, path, key)];
  });
}

function unknownField(
  whole: Whole,
  known: readonly string[],
  value: Readonly<Record<string, unknown>>,
  path: Path,
  key: string,
): UnknownField {
  const elsewhere = nearestPlaces(whole, path, key);
  if (elsewhere.length > 0) {
    const expected = elsewhere.map((place) => placeText([...place, key])).join(" or ");
    const [meant = []] = elsewhere;
    return {
      meant: JSON.stringify([...meant, key]),
      finding: { path: [...path, key], message: `unknown field here: move it to ${expected}`, found: key, expected },
    };
  }
  const near = nearest(
    key,
    known.filter((name) => !Object.hasOwn(value, name)),
  );
  const hint = near === undefined ? "remove it, or move it to where it belongs" : `did you mean ${near}?`;
  return {
    meant: near === undefined ? undefined : JSON.stringify([...path, near]),
    finding: {
      path: [...path, key],
      message: `unknown field: ${hint}`,
      found: key,
      ...(near === undefined ? {} : { expected: near }),
    },
  };
}

/** An entry of a list, whichever. */
const anyEntry = "*";

/** The objects nearest to `path`, around it or in it, that have the field; none if more than two are as near. */
function nearestPlaces({ schema, path: root }: Whole, path: Path, key: string): readonly Path[] {
  const own = path.map((step) => (typeof step === "number" ? anyEntry : step));
  const near = (placesOf(schema).get(key) ?? [])
    .map((place): Path => [...root, ...place])
    .filter((place) => place.every((step, index) => index >= own.length || step === own[index]))
    .map((place) => ({
      place: [...path.slice(0, place.length), ...place.slice(path.length)],
      steps: Math.abs(place.length - path.length),
    }));
  const steps = Math.min(...near.map((one) => one.steps));
  const nearest = near.filter((one) => one.steps === steps).map(({ place }) => place);
  return nearest.length > 2 ? [] : nearest;
}

const knownPlaces = new WeakMap<StructuralSchema, ReadonlyMap<string, readonly Path[]>>();

/** By the name of a field the objects that have it. */
function placesOf(schema: StructuralSchema): ReadonlyMap<string, readonly Path[]> {
  const known = knownPlaces.get(schema);
  if (known !== undefined) return known;
  const places = new Map<string, Path[]>();
  const visit = ({ items, properties = {} }: StructuralSchema, path: Path): void => {
    if (items !== undefined) visit(items, [...path, anyEntry]);
    for (const [name, member] of Object.entries(properties)) {
      places.set(name, [...(places.get(name) ?? []), path]);
      visit(member, [...path, name]);
    }
  };
  visit(schema, []);
  knownPlaces.set(schema, places);
  return places;
}

function placeText(place: Path): string {
  return pathText(place).replaceAll(`[${JSON.stringify(anyEntry)}]`, "[]");
}

/** The steps of a JSON pointer; a step into a list is a number. */
function stepsOf(pointer: string, root: unknown): Path {
  let node = root;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(node)) {
        node = node[Number(key)] as unknown;
        return Number(key);
      }
      node = isRecord(node) ? node[key] : undefined;
      return key;
    });
}
