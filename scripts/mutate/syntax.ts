/**
 * The syntax tree of a TypeScript file, as far as mutations need it: nodes with their place in the text.
 * Parsed by `@babel/parser`, whose node types have their names in https://github.com/babel/babel/blob/main/packages/babel-parser/ast/spec.md.
 */

import { parse } from "@babel/parser";

/** A node; its fields differ by type. `start` and `end` are offsets in the text, `end` exclusive. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [field: string]: unknown;
}

/** A file of the source. */
export interface SourceFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Where the tests of a file are, without their ending: `src/aws/errors.ts` has them in `test/aws/errors.test.ts`, or in files below. */
export const mirrorOf = (path: string): string => path.replace(/^src\//u, "test/").replace(/\.tsx?$/u, "");

/** Throws the parser's error for a text that is not TypeScript. */
export function syntaxOf({ path, text }: SourceFile): SyntaxNode {
  const file = parse(text, {
    sourceType: "module",
    plugins: path.endsWith(".tsx") ? ["typescript", "jsx"] : ["typescript"],
    createParenthesizedExpressions: true,
  });
  return file.program as unknown as SyntaxNode;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

/** Types and imports exist for the compiler alone. */
const ofCompiler = /^(TSType|TSInterface|TSTypeAlias|TSDeclare|Import)/u;

/** Each node of the program that is executed, with its parents, the nearest first. */
export function* executedNodes(
  node: SyntaxNode,
  parents: readonly SyntaxNode[] = [],
): Generator<readonly [node: SyntaxNode, parents: readonly SyntaxNode[]]> {
  if (ofCompiler.test(node.type)) return;
  yield [node, parents];
  const inner = [node, ...parents];
  for (const [field, value] of Object.entries(node)) {
    if (field === "typeAnnotation" || field === "typeParameters" || field === "typeArguments") continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* executedNodes(child, inner);
  }
}
