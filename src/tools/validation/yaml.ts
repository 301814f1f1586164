/** YAML as kubectl reads it, with places, and safe against malicious documents. */

import {
  boolYaml11Tag,
  CORE_SCHEMA,
  constructFromEvents,
  defineScalarTag,
  type Event,
  intCoreTag,
  mergeTag,
  parseEvents,
  YAMLException,
} from "js-yaml";
import type { Path, TextPlace } from "./problem.ts";
import { placeAt, type TextPart, yamlDocumentsIn } from "./yaml-documents.ts";
import { faultsIn, mostEntries, nodesOf, offsetOfPath, tooManyEntries } from "./yaml-nodes.ts";
import { maxDepth, tabMessage, yamlWords } from "./yaml-words.ts";

export interface YamlDocument {
  readonly value: unknown;
  /** The place of the deepest existing part of `path`. */
  readonly placeOf: (path: Path) => TextPlace;
}

export interface YamlError extends TextPlace {
  readonly message: string;
}

export interface ParsedYaml {
  /** Documents without an error; empty ones are left out. */
  readonly documents: readonly YamlDocument[];
  readonly errors: readonly YamlError[];
}

/** kubectl reads a number with a leading zero as octal, as YAML 1.1 and C do. */
const octalTag = defineScalarTag<number>("tag:yaml.org,2002:int", {
  ...intCoreTag,
  resolve: (text, isExplicit, tagName) =>
    /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : intCoreTag.resolve(text, isExplicit, tagName),
});

/** YAML 1.2, with the booleans of YAML 1.1 (`yes`, `off`, `n`), its octal numbers, and its merge keys. */
const schema = CORE_SCHEMA.withTags(boolYaml11Tag, octalTag, mergeTag);

/** A blank of Unicode where YAML needs one of ASCII, as word processors and web pages write it. */
const foreignBlank = /(?:^ *|[:-])[\u00a0\u2000-\u200a\u202f\u3000]/m;
const foreignBlankMessage =
  "here is a no-break space or another blank of Unicode, which YAML takes for text: write a space";

/** The first line that git writes where it could not merge. */
const conflict = /^<{7} /m;

/**
 * Reads all documents of a text. A document with an error is left out, and the others are read. Duplicate
 * keys, unknown tags, aliases of nothing, aliases that make a document a hundred times larger, and maps and lists with more
 * than 10,000 entries are errors.
 */
export function parseYaml(text: string): ParsedYaml {
  const documents: YamlDocument[] = [];
  const errors: YamlError[] = [];
  const parts = yamlDocumentsIn(text);
  const surplus = parts[mostEntries];
  if (surplus !== undefined) {
    const message = `this is document ${mostEntries + 1} of the file: split it`;
    return { documents, errors: [{ line: surplus.linesBefore + 1, column: 1, message }] };
  }
  for (const part of parts) {
    const read = readPart(part);
    documents.push(...read.documents);
    errors.push(...read.errors);
  }
  // Whoever indents with tabs does so everywhere.
  const [tab, ...otherTabs] = errors.filter(({ message }) => message === tabMessage);
  return { documents, errors: errors.filter((error) => error === tab || !otherTabs.includes(error)) };
}

function readPart(part: TextPart): ParsedYaml {
  let events: Event[];
  try {
    events = parseEvents(part.text, { maxDepth });
  } catch (error) {
    return { documents: [], errors: [syntaxError(part, error)] };
  }
  const tooMany = tooManyEntries(events);
  if (tooMany !== undefined) {
    return { documents: [], errors: [{ ...placeAt(part, tooMany.offset), message: tooMany.message }] };
  }
  const roots = nodesOf(events, part.text, schema);
  const faults = roots.flatMap((root) => faultsIn(root));
  if (faults.length > 0) {
    return { documents: [], errors: faults.map(({ offset, message }) => ({ ...placeAt(part, offset), message })) };
  }
  let values: unknown[];
  try {
    values = constructFromEvents(events, { source: part.text, schema });
  } catch (error) {
    return { documents: [], errors: [syntaxError(part, error)] };
  }
  const documents = values.flatMap((value, index): YamlDocument[] => {
    const root = roots[index];
    if (value === null || value === undefined || root === undefined) return [];
    return [{ value, placeOf: (path) => placeAt(part, offsetOfPath(root, path)) }];
  });
  return { documents, errors: [] };
}

/** @throws anything but what the YAML library throws for bad input */
function syntaxError(part: TextPart, error: unknown): YamlError {
  if (!(error instanceof YAMLException)) throw error;
  const at = part.text.search(conflict);
  if (at !== -1) return { ...placeAt(part, at), message: "has a conflict of a merge: resolve it" };
  const blank = foreignBlank.exec(part.text.slice(0, error.mark?.position));
  if (blank !== null) return { ...placeAt(part, blank.index + blank[0].length - 1), message: foreignBlankMessage };
  const position = error.mark?.position ?? 0;
  return { ...placeAt(part, position), message: yamlWords(part.text, position, error.reason, part.linesBefore) };
}
