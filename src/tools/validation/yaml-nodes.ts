/** The nodes of a YAML document with their positions, for the line of a field and for all errors at once. */

import {
  EVENT_ID,
  type Event,
  getScalarValue,
  NOT_RESOLVED,
  SCALAR_STYLE,
  type ScalarEvent,
  type Schema,
} from "js-yaml";
import type { Path } from "./problem.ts";

interface NodeBase {
  /** Its offset in the text of its part. */
  readonly offset: number;
  /** As written, e.g. `!!str`; undefined: none. */
  readonly tag: string | undefined;
  readonly anchor: string | undefined;
}

interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  /** Its text as a key of a JSON object. */
  readonly key: string;
}

interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly items: YamlNode[];
}

interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  readonly entries: { readonly key: YamlNode; readonly value: YamlNode }[];
}

interface AliasNode {
  readonly kind: "alias";
  readonly offset: number;
  readonly name: string;
  /** Undefined: there is no earlier anchor of that name. */
  readonly target: YamlNode | undefined;
  /** Whether it is inside its own anchor, which would be infinite. */
  readonly isWithinTarget: boolean;
}

export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode;

export interface Fault {
  /** Offset in the text of the part. */
  readonly offset: number;
  readonly message: string;
}

/** A document that its aliases expand beyond this factor is an attack. */
const largestGrowth = 100;

/** More entries than any map or list of a Kubernetes object has; what checks each of them against all others takes minutes. */
export const mostEntries = 10_000;

/** The first map or list with too many entries. Their number is known before anything is made of them. */
export function tooManyEntries(events: readonly Event[]): Fault | undefined {
  const open: { readonly offset: number; nodes: number; readonly nodesPerEntry: number; readonly what: string }[] = [];
  let offset = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    if (parent !== undefined && ++parent.nodes > mostEntries * parent.nodesPerEntry) {
      return {
        offset: parent.offset,
        message: `this ${parent.what} has more than ${mostEntries} entries, and no Kubernetes object has one of that size: split it`,
      };
    }
    if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) offset = event.start;
    if (event.type === EVENT_ID.SEQUENCE) open.push({ offset, nodes: 0, nodesPerEntry: 1, what: "list" });
    if (event.type === EVENT_ID.MAPPING) open.push({ offset, nodes: 0, nodesPerEntry: 2, what: "map" });
    if (event.type === EVENT_ID.DOCUMENT) open.push({ offset, nodes: 0, nodesPerEntry: 1, what: "document" });
  }
  return undefined;
}

/** The types of JSON; Kubernetes supports no other tags. */
const jsonTags = new Set(["!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!"]);

type Open =
  | { readonly kind: "document"; root: YamlNode | undefined }
  | { readonly kind: "sequence"; readonly node: SequenceNode }
  | { readonly kind: "mapping"; readonly node: MappingNode; key: YamlNode | undefined };

/** @returns the root of each document of the events, undefined for an empty one */
export function nodesOf(events: readonly Event[], text: string, schema: Schema): readonly (YamlNode | undefined)[] {
  const roots: (YamlNode | undefined)[] = [];
  const open: Open[] = [];
  let anchors = new Map<string, YamlNode>();
  let lastOffset = 0;
  const put = (node: YamlNode): void => {
    lastOffset = node.offset;
    const parent = open.at(-1);
    if (parent?.kind === "document") parent.root = node;
    if (parent?.kind === "sequence") parent.node.items.push(node);
    if (parent?.kind !== "mapping") return;
    if (parent.key === undefined) parent.key = node;
    else {
      parent.node.entries.push({ key: parent.key, value: node });
      parent.key = undefined;
    }
  };
  const named = <N extends YamlNode>(node: N & NodeBase): N => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    return node;
  };
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors = new Map();
        open.push({ kind: "document", root: undefined });
        break;
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed?.kind === "document") roots.push(closed.root);
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        const isWithinTarget = open.some((one) => one.kind !== "document" && one.node === target);
        put({ kind: "alias", offset: event.anchorStart - 1, name, target, isWithinTarget });
        break;
      }
      case EVENT_ID.SCALAR: {
        // An empty value has no position, so it gets that of the previous node.
        const offset = event.valueStart < 0 ? lastOffset : event.valueStart;
        put(named({ kind: "scalar", offset, ...properties(event, text), key: keyOf(event, text, schema) }));
        break;
      }
      case EVENT_ID.SEQUENCE: {
        const node = named<SequenceNode>({
          kind: "sequence",
          offset: event.start,
          ...properties(event, text),
          items: [],
        });
        put(node);
        open.push({ kind: "sequence", node });
        break;
      }
      case EVENT_ID.MAPPING: {
        const node = named<MappingNode>({
          kind: "mapping",
          offset: event.start,
          ...properties(event, text),
          entries: [],
        });
        put(node);
        open.push({ kind: "mapping", node, key: undefined });
        break;
      }
    }
  }
  return roots;
}

interface Marked {
  readonly anchorStart: number;
  readonly anchorEnd: number;
  readonly tagStart: number;
  readonly tagEnd: number;
}

function properties(
  { anchorStart, anchorEnd, tagStart, tagEnd }: Marked,
  text: string,
): Pick<NodeBase, "tag" | "anchor"> {
  return {
    tag: tagStart < 0 ? undefined : text.slice(tagStart, tagEnd),
    anchor: anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd),
  };
}

function keyOf(event: ScalarEvent, text: string, schema: Schema): string {
  const written = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return written;
  for (const tag of schema.tags) {
    if (tag.nodeKind !== "scalar" || !tag.implicit) continue;
    const value: unknown = tag.resolve(written, false, tag.tagName);
    if (value !== NOT_RESOLVED) return String(value);
  }
  return written;
}

/** Every tag, key and alias of a document that a Kubernetes object cannot contain. */
export function faultsIn(root: YamlNode | undefined): readonly Fault[] {
  if (root === undefined) return [];
  const faults: Fault[] = [];
  visit(root, (node) => faults.push(...faultsOf(node)));
  if (faults.length > 0) return faults;
  const sizes = new Map<YamlNode, number>();
  let ownSize = 0;
  visit(root, () => ownSize++);
  if (expandedSize(root, sizes) <= largestGrowth * ownSize) return [];
  return [{ offset: root.offset, message: "its aliases make it more than a hundred times larger: write them out" }];
}

function faultsOf(node: YamlNode): readonly Fault[] {
  if (node.kind === "alias") return aliasFaults(node);
  const faults: Fault[] = [];
  if (node.tag !== undefined && !jsonTags.has(node.tag)) {
    faults.push({
      offset: node.offset,
      message: `the tag ${node.tag} is not supported: remove it, or put the text in quotes`,
    });
  }
  if (node.kind === "mapping") faults.push(...keyFaults(node));
  return faults;
}

function aliasFaults({ offset, name, target, isWithinTarget }: AliasNode): readonly Fault[] {
  if (target === undefined)
    return [
      { offset, message: `the anchor &${name} is not defined before this: define it, or put the text in quotes` },
    ];
  return isWithinTarget ? [{ offset, message: `the alias *${name} is inside its own anchor: write it out` }] : [];
}

function keyFaults({ entries }: MappingNode): readonly Fault[] {
  const seen = new Set<string>();
  return entries.flatMap(({ key }): Fault[] => {
    const scalar = key.kind === "alias" ? key.target : key;
    if (scalar === undefined) return [];
    if (scalar.kind !== "scalar") {
      return [
        {
          offset: key.offset,
          message: "a key must be a string, not a list or an object (is this a template? Render it first)",
        },
      ];
    }
    // Merge keys may be repeated.
    if (scalar.key === "<<" || !seen.has(scalar.key)) {
      seen.add(scalar.key);
      return [];
    }
    return [
      { offset: key.offset, message: `the key ${scalar.key} is not unique, it occurs above: keep one of the two` },
    ];
  });
}

function visit(node: YamlNode, visitor: (node: YamlNode) => void): void {
  visitor(node);
  if (node.kind === "sequence") for (const item of node.items) visit(item, visitor);
  if (node.kind === "mapping") {
    for (const { key, value } of node.entries) {
      visit(key, visitor);
      visit(value, visitor);
    }
  }
}

/** Number of nodes after expanding every alias. */
function expandedSize(node: YamlNode, known: Map<YamlNode, number>): number {
  const before = known.get(node);
  if (before !== undefined) return before;
  const size = 1 + childrenOf(node).reduce((sum, child) => sum + expandedSize(child, known), 0);
  known.set(node, size);
  return size;
}

function childrenOf(node: YamlNode): readonly YamlNode[] {
  if (node.kind === "sequence") return node.items;
  if (node.kind === "mapping") return node.entries.flatMap(({ key, value }) => [key, value]);
  return node.kind === "alias" && node.target !== undefined ? [node.target] : [];
}

/** @returns the offset of the deepest existing part of `path` */
export function offsetOfPath(root: YamlNode, path: Path): number {
  let node: YamlNode | undefined = root;
  let offset = root.offset;
  for (const step of path) {
    while (node?.kind === "alias") node = node.target;
    const next = stepInto(node, step);
    if (next === undefined) break;
    offset = next.offset;
    node = next.node;
  }
  return offset;
}

function stepInto(
  node: YamlNode | undefined,
  step: string | number,
): { readonly node: YamlNode; readonly offset: number } | undefined {
  if (node?.kind === "sequence" && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: item.offset };
  }
  if (node?.kind !== "mapping") return undefined;
  const entry = entriesByKey(node).get(String(step));
  return entry === undefined ? undefined : { node: entry.value, offset: entry.key.offset };
}

/** Entries by key, because every field of a map may have an error. */
const indexed = new WeakMap<MappingNode, ReadonlyMap<string, MappingNode["entries"][number]>>();

function entriesByKey(node: MappingNode): ReadonlyMap<string, MappingNode["entries"][number]> {
  const known = indexed.get(node);
  if (known !== undefined) return known;
  const pairs = node.entries.flatMap((entry) => (entry.key.kind === "scalar" ? [[entry.key.key, entry] as const] : []));
  // The first of several merge keys.
  const byKey = new Map(pairs.toReversed());
  indexed.set(node, byKey);
  return byKey;
}
