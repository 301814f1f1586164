import {
  CORE_SCHEMA,
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  EVENT_ID,
  type Event,
  mapTag,
  parseEvents,
  seqTag,
  YAMLException,
} from "js-yaml";
import { isRecord } from "../validation/defaults.ts";

/** Templates of CloudFormation: what they say of a stack's resources that AWS does not. Pure. */

export interface Template {
  /** By logical ID. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  /** What refers to resources, such as `Outputs.QueueArn`, or a resource by its logical ID. */
  readonly references: readonly TemplateReference[];
}

export interface TemplateResource {
  readonly type: string;
  /** The names of its properties; one that is missing has AWS's default or, if it is the name, one from CloudFormation. */
  readonly properties: ReadonlySet<string>;
  /** Whether AWS keeps it when it leaves the stack. */
  readonly isRetained: boolean;
}

export interface TemplateReference {
  readonly from: string;
  /** Logical IDs, and names of parameters. */
  readonly to: ReadonlySet<string>;
}

/** @param value of a template, or what `aws cloudformation get-template` prints; undefined: it is something else */
export function templateIn(value: unknown): Template | undefined {
  if (!isRecord(value)) return undefined;
  const { TemplateBody: body, Resources: resources, Outputs: outputs } = value;
  if (body !== undefined) return templateIn(typeof body === "string" ? jsonOrYaml(body) : body);
  if (!isRecord(resources)) return undefined;
  const all = Object.entries(resources).filter((entry): entry is [string, Readonly<Record<string, unknown>>] =>
    isRecord(entry[1]),
  );
  return {
    resources: new Map(all.map(([id, resource]) => [id, resourceOf(resource)])),
    references: [
      ...all.map(([id, resource]) => ({ from: id, to: new Set([...dependencies(resource), ...namedIn(resource)]) })),
      ...Object.entries(isRecord(outputs) ? outputs : {}).map(([name, output]) => {
        return { from: `Outputs.${name}`, to: new Set(namedIn(output)) };
      }),
    ],
  };
}

function resourceOf({
  Type: type,
  Properties: properties,
  DeletionPolicy: policy,
}: Readonly<Record<string, unknown>>): TemplateResource {
  return {
    type: String(type),
    properties: new Set(isRecord(properties) ? Object.keys(properties) : []),
    isRetained: policy === "Retain" || policy === "RetainExceptOnCreate",
  };
}

function dependencies({ DependsOn: on }: Readonly<Record<string, unknown>>): readonly string[] {
  return [on].flat().filter((id): id is string => typeof id === "string");
}

/** What functions in a value name: `Ref`, `Fn::GetAtt`, and the variables of `Fn::Sub`. */
function namedIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [...namedBy(key, member), ...namedIn(member)]);
}

function namedBy(name: string, argument: unknown): readonly string[] {
  const [first, second]: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  if (typeof first !== "string") return [];
  switch (name) {
    case "Ref":
      return [first];
    case "Fn::GetAtt":
      return [idIn(first)];
    case "Fn::Sub": {
      // A variable that the function defines itself names no resource; `${!text}` is text.
      const own = new Set(isRecord(second) ? Object.keys(second) : []);
      const variables = [...first.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, variable = ""]) => variable.trim());
      return variables.filter((variable) => !own.has(variable)).map(idIn);
    }
    default:
      return [];
  }
}

/** The resource of `Resource.Attribute`. */
function idIn(text: string): string {
  return text.replace(/\..*$/s, "");
}

/** `!GetAtt A.B` is short for `Fn::GetAtt: A.B`; only two functions have no prefix. */
function longForm(tag: string): string {
  const name = tag.slice(1);
  return name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
}

const never = (): boolean => false;

const shortForms = [
  defineScalarTag<object>("!", {
    matchByTagPrefix: true,
    resolve: (text, _isExplicit, tag) => ({ [longForm(tag)]: text }),
    identify: never,
  }),
  defineSequenceTag<{ readonly tag: string; readonly items: unknown[] }, object>("!", {
    matchByTagPrefix: true,
    create: (tag) => ({ tag, items: [] }),
    addItem: ({ items }, item) => void items.push(item),
    finalize: ({ tag, items }) => ({ [longForm(tag)]: items }),
    identify: never,
  }),
  defineMappingTag<{ readonly tag: string; readonly members: Map<unknown, unknown> }, object>("!", {
    matchByTagPrefix: true,
    create: (tag) => ({ tag, members: new Map() }),
    addPair: ({ members }, key, value) => {
      members.set(key, value);
      return "";
    },
    has: ({ members }, key) => members.has(key),
    keys: (result) => Object.keys(result),
    get: (result, key) => (result as Readonly<Record<string, unknown>>)[String(key)],
    finalize: ({ tag, members }) => ({ [longForm(tag)]: Object.fromEntries(members) }),
    identify: never,
  }),
];

const schema = CORE_SCHEMA.withTags(...shortForms, mapTag, seqTag);

/**
 * A text that is JSON, or YAML with the short forms of CloudFormation's functions.
 * @returns undefined if it is neither, or has aliases, which CloudFormation does not take
 */
export function jsonOrYaml(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  try {
    const events: Event[] = parseEvents(text, {});
    if (events.some(({ type }) => type === EVENT_ID.ALIAS)) return undefined;
    const values = constructFromEvents(events, { source: text, schema });
    return values.length === 1 ? values[0] : undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return undefined;
  }
}
