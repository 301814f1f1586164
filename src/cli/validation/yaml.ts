import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type ScalarTag,
  visit,
} from "yaml";
import type { Path } from "./problem.ts";

/** YAML as kubectl reads it, with line numbers, and safe against what no person writes. */

export interface YamlDocument {
  readonly value: unknown;
  /** The line, from 1, of the deepest part of `path` that is there. */
  readonly lineOf: (path: Path) => number;
}

export interface YamlError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface ParsedYaml {
  /** Those without an error; empty documents are left out. */
  readonly documents: readonly YamlDocument[];
  readonly errors: readonly YamlError[];
}

/** An alias may be used, a file that grows a hundredfold by aliases is an attack. */
const maxAliasCount = 100;

/** kubectl still reads YAML 1.1's booleans; whoever means the text must quote it. */
const oldBooleans: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:bool",
  identify: (value) => typeof value === "boolean",
  test: /^(?:[Yy]|[Yy]es|YES|[Nn]|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$/,
  resolve: (text) => /^(?:y|yes|on)$/i.test(text),
};

/** A zero in front makes a number octal, as in C. */
const oldOctals: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:int",
  identify: () => false,
  test: /^0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

/** What JSON has, written out; any other tag makes something that Kubernetes has no place for. */
const jsonTags = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Duplicate keys, unknown tags and too many aliases are errors. */
export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const parsed = withoutOverflow(() =>
    Array.from(
      parseAllDocuments(text, {
        lineCounter,
        merge: true,
        prettyErrors: false,
        uniqueKeys: true,
        customTags: (tags) => [oldBooleans, oldOctals, ...tags],
      }),
    ),
  );
  if (parsed === undefined) return { documents: [], errors: [{ line: 1, message: "is nested too deeply" }] };
  const documents: YamlDocument[] = [];
  const errors: YamlError[] = [];
  for (const document of parsed) {
    const faults = [
      ...[...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message })),
      ...foreignNodes(document),
    ];
    for (const { offset, message } of faults) errors.push({ line: lineCounter.linePos(offset).line, message });
    if (faults.length > 0 || document.contents === null) continue;
    const line = lineCounter.linePos(document.contents.range?.[0] ?? 0).line;
    const content = contentOf(document);
    if (content.kind === "failed") errors.push({ line, message: content.message });
    else if (content.value !== null) documents.push({ value: content.value, lineOf: lineOf(document, lineCounter) });
  }
  return { documents, errors };
}

interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** Nodes with a tag that JSON does not have, and aliases of nothing. */
function foreignNodes(document: Document): Fault[] {
  const faults: Fault[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Alias(_key, node) {
      if (!anchors.has(node.source)) {
        faults.push({ offset: node.range?.[0] ?? 0, message: `there is no anchor &${node.source} before this` });
      }
    },
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (node.tag !== undefined && !jsonTags.has(node.tag)) {
        faults.push({ offset: node.range?.[0] ?? 0, message: `the tag ${node.tag} has no place here: remove it` });
      }
    },
  });
  return faults;
}

type Content =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly message: string };

function contentOf(document: Document): Content {
  try {
    return { kind: "done", value: document.toJS({ maxAliasCount }) as unknown };
  } catch (error) {
    if (error instanceof ReferenceError) return { kind: "failed", message: `${error.message}: write it out` };
    if (error instanceof RangeError) return { kind: "failed", message: "is nested too deeply" };
    throw error;
  }
}

function withoutOverflow<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function lineOf(document: Document, lineCounter: LineCounter): (path: Path) => number {
  return (path) => {
    let node: unknown = document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      const next = stepInto(node, step);
      if (next === undefined) break;
      offset = next.offset ?? offset;
      node = next.node;
    }
    return lineCounter.linePos(offset).line;
  };
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function stepInto(node: unknown, step: string | number): Step | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === step);
  return isPair(pair) ? { node: pair.value, offset: offsetOf(pair.key) } : undefined;
}

function offsetOf(node: unknown): number | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}
