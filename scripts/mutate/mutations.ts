/**
 * Kinds of bugs that a person makes at one place: each row takes a node of the syntax tree and returns the texts that
 * could stand in its place. A mutation always replaces an expression, so that a switch between both is one, too.
 */

import { executedNodes, isNode, type SourceFile, type SyntaxNode, syntaxOf } from "./syntax.ts";

export interface Mutation {
  readonly kind: string;
  /** 1-based line of the source. */
  readonly line: number;
  /** The replaced expression: offsets in the text of the file. */
  readonly start: number;
  readonly end: number;
  /** What replaces it. */
  readonly text: string;
}

interface Kind {
  readonly name: string;
  /** The texts that replace the node, none if the kind does not apply. */
  readonly of: (node: SyntaxNode, at: Source) => readonly string[];
}

interface Source {
  readonly parents: readonly SyntaxNode[];
  readonly textOf: (node: SyntaxNode) => string;
}

/** Written above a line, with the reason. */
const unnoticeable = "// No test can notice a change here:";

/** The mutations of a file, in the order of the text. Throws the parser's error. */
export function mutationsOf(file: SourceFile): readonly Mutation[] {
  const { text } = file;
  const found: Mutation[] = [];
  const lines = text.split("\n");
  const textOf = (node: SyntaxNode): string => text.slice(node.start, node.end);
  for (const [node, parents] of executedNodes(syntaxOf(file))) {
    const { line } = node.loc.start;
    if (!canBeSwitched(node, parents) || lines[line - 2]?.includes(unnoticeable)) continue;
    for (const { name, of } of kinds)
      for (const replacement of of(node, { parents, textOf }))
        if (replacement !== textOf(node))
          found.push({
            kind: name,
            line,
            start: node.start,
            end: node.end,
            text: replacement,
          });
  }
  return found.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** A part of an optional chain ends the whole chain; a callee gives its call `this`; a target is assigned to. */
function canBeSwitched(node: SyntaxNode, [parent]: readonly SyntaxNode[]): boolean {
  if (parent === undefined) return false;
  if (parent.type.startsWith("Optional") && (parent["object"] === node || parent["callee"] === node)) return false;
  if (parent["callee"] === node || parent["left"] === node) return !/^(?:Call|New|Assign|For)/u.test(parent.type);
  return parent["key"] !== node;
}

const nodesIn = (value: unknown): readonly SyntaxNode[] => (Array.isArray(value) ? value.filter(isNode) : []);
const child = (node: SyntaxNode, field: string): SyntaxNode => node[field] as SyntaxNode;
const isCall = ({ type }: SyntaxNode): boolean => type === "CallExpression" || type === "NewExpression";
const isStatement = ({ parents }: Source): boolean => parents[0]?.type === "ExpressionStatement";
const operatorOf = (node: SyntaxNode): string =>
  /^(?:Binary|Logical)Expression$/u.test(node.type) ? String(node["operator"]) : "";

/** `left operator right` with another operator. */
const withOperator = (node: SyntaxNode, { textOf }: Source, operator: string): string =>
  `${textOf(child(node, "left"))} ${operator} ${textOf(child(node, "right"))}`;

/** The node's text without one of its parts and the comma next to it. */
function without(node: SyntaxNode, { textOf }: Source, parts: readonly SyntaxNode[], index: number): string {
  const part = parts[index] as SyntaxNode;
  const next = parts[index + 1];
  const before = parts[index - 1];
  const [from, to] = next ? [part.start, next.start] : [before?.end ?? part.start, part.end];
  const text = textOf(node);
  const rest = text.slice(to - node.start);
  return text.slice(0, from - node.start) + (next || before ? rest : rest.replace(/^\s*,/u, ""));
}

/** Name of a called method, its object, and what the call's text has behind the name. */
function methodOf(node: SyntaxNode, { textOf }: Source) {
  const callee = node.type === "CallExpression" ? child(node, "callee") : undefined;
  if (callee?.type !== "MemberExpression" || callee["computed"] === true) return undefined;
  const name = child(callee, "property");
  const from = (end: number): string => textOf(node).slice(end - node.start);
  return { name: textOf(name), object: textOf(child(callee, "object")), rest: from(name.end) };
}

/** Methods that a person takes for one another. */
const twins = new Map([
  ["some", ["every"]],
  ["every", ["some"]],
  ["find", ["findLast"]],
  ["findLast", ["find"]],
  ["min", ["max"]],
  ["max", ["min"]],
  ["startsWith", ["endsWith"]],
  ["endsWith", ["startsWith"]],
  ["add", ["delete"]],
  ["delete", ["has"]],
  ["set", ["has"]],
]);
/** Methods whose result has the shape of what they are called on. */
const shapeless = new Set(["filter", "toSorted", "slice", "concat", "trim", "toReversed", "toLowerCase"]);
/** Comparisons and their neighbours. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">"],
  "<=": ["<", ">"],
  ">": [">=", "<"],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
};
/** The same in rules that are texts: CEL, and in them the nearest other rule. */
const celNeighbours: readonly (readonly [RegExp, string])[] = [
  [/\.all\(/u, ".exists("],
  [/\.exists\(/u, ".all("],
  [/<=/u, "<"],
  [/ < /u, " <= "],
  [/>=/u, ">"],
  [/ > /u, " >= "],
  [/ && /u, " || "],
  [/ \|\| /u, " && "],
  [/!has\(/u, "has("],
  [/==/u, "!="],
];

const isName = ({ type }: SyntaxNode): boolean => type === "Identifier" || type === "MemberExpression";

const kinds: readonly Kind[] = [
  {
    name: "the other of two sources",
    of: (node, at) =>
      operatorOf(node) === "??"
        ? [at.textOf(child(node, "left")), at.textOf(child(node, "right")), swapped(node, at)]
        : [],
  },
  {
    name: "a condition dropped",
    of: (node, at) =>
      ["&&", "||"].includes(operatorOf(node)) ? [at.textOf(child(node, "left")), at.textOf(child(node, "right"))] : [],
  },
  {
    name: "a condition decided",
    of: (node, { parents: [parent] }) =>
      parent?.["test"] === node && /^(?:If|Conditional)/u.test(parent.type) ? ["true", "false"] : [],
  },
  {
    name: "the neighbour of a comparison",
    of: (node, at) => (neighbours[operatorOf(node)] ?? []).map((operator) => withOperator(node, at, operator)),
  },
  {
    name: "the neighbour of a number",
    of: (node) => (node.type === "NumericLiteral" ? [`${Number(node["value"]) + 1}`] : []),
  },
  {
    name: "a negation dropped",
    of: (node, at) => (node["operator"] === "!" ? [at.textOf(child(node, "argument"))] : []),
  },
  {
    name: "a flag turned",
    of: (node) => (node.type === "BooleanLiteral" ? [`${node["value"] !== true}`] : []),
  },
  {
    name: "another method",
    of: (node, at) => {
      const method = methodOf(node, at);
      return (twins.get(method?.name ?? "") ?? []).map((name) => `${method?.object}.${name}${method?.rest}`);
    },
  },
  {
    name: "a step left out",
    of: (node, at) => {
      const method = methodOf(node, at);
      return method && shapeless.has(method.name) ? [method.object] : [];
    },
  },
  {
    name: "an effect left out",
    of: (node, at) => {
      if (!isStatement(at)) return [];
      return isCall(node) || /^(?:Await|Assignment|Update|OptionalCall)/u.test(node.type) ? ["undefined"] : [];
    },
  },
  {
    name: "not waited for",
    of: (node, at) =>
      node.type === "AwaitExpression" && isStatement(at) ? [`void ${at.textOf(child(node, "argument"))}`] : [],
  },
  {
    name: "an argument left out",
    of: (node, at) => {
      const given = isCall(node) ? nodesIn(node["arguments"]) : [];
      return given.length > 1 ? [without(node, at, given, given.length - 1)] : [];
    },
  },
  {
    name: "two arguments swapped",
    of: (node, at) => {
      const given = isCall(node) ? nodesIn(node["arguments"]) : [];
      return given.flatMap((second, index) => {
        const first = given[index - 1];
        return first && isName(first) && isName(second) ? [exchanged(node, at, first, second)] : [];
      });
    },
  },
  {
    name: "a field left out",
    of: (node, at) => {
      const fields = node.type === "ObjectExpression" ? nodesIn(node["properties"]) : [];
      return fields.map((_, index) => without(node, at, fields, index));
    },
  },
  {
    name: "an element left out",
    of: (node, at) => {
      const elements = node.type === "ArrayExpression" ? nodesIn(node["elements"]) : [];
      return elements.map((_, index) => without(node, at, elements, index));
    },
  },
  {
    name: "the neighbour of a rule",
    of: (node, at) => {
      if (!/^(?:StringLiteral|TemplateLiteral)$/u.test(node.type) || at.parents[0]?.type === "JSXAttribute") return [];
      const text = at.textOf(node);
      if (!/\b(?:self|has\()/u.test(text)) return [];
      return celNeighbours.flatMap(([found, by]) => (found.test(text) ? [text.replace(found, by)] : []));
    },
  },
];

const swapped = (node: SyntaxNode, { textOf }: Source): string =>
  `${textOf(child(node, "right"))} ?? ${textOf(child(node, "left"))}`;

function exchanged(node: SyntaxNode, { textOf }: Source, first: SyntaxNode, second: SyntaxNode): string {
  const text = textOf(node);
  const part = (from: number, to: number): string => text.slice(from - node.start, to - node.start);
  return [
    part(node.start, first.start),
    textOf(second),
    part(first.end, second.start),
    textOf(first),
    part(second.end, node.end),
  ].join("");
}
