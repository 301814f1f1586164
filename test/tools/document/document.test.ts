import { describe, expect, test } from "vitest";
import type { Block, Document } from "../../../src/tools/document/document.ts";
import { documentMarkdown } from "../../../src/tools/document/markdown.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";

const hostile =
  "\u001b[2J\u202e<img src=x> | **b** [a](javascript:x) ![i](//x) `c` ```\n\n# h\n</details>\n- i @team/admins\r\t~~s~~";

/** Every kind of block: another one does not compile without its place here. */
const given = {
  heading: { kind: "heading", text: hostile, tone: "red" },
  paragraph: { kind: "paragraph", text: hostile },
  finding: { kind: "finding", code: hostile, sentence: hostile, fix: hostile, page: hostile, tone: "red" },
  facts: { kind: "facts", rows: [[hostile, hostile]] },
  list: { kind: "list", title: hostile, lines: [hostile, "```", hostile] },
  table: {
    kind: "table",
    columns: [{ head: hostile, most: 20 }, { head: hostile }],
    rows: [[hostile, hostile]],
    below: [hostile],
  },
  changes: {
    kind: "changes",
    changes: [
      {
        sign: "~",
        tone: "yellow",
        object: hostile,
        title: hostile,
        place: hostile,
        remarks: [
          { label: "a", text: hostile },
          { label: "b", text: hostile, isLoud: true },
        ],
        lines: [hostile, "```", hostile],
        isFolded: true,
      },
    ],
    unchanged: [hostile],
  },
  drawing: { kind: "drawing", title: hostile, lines: [hostile, "```", hostile] },
} as const satisfies { readonly [K in Block["kind"]]: Extract<Block, { readonly kind: K }> };

const blocks: readonly Block[] = Object.values(given);

/** The Markdown without what GitHub reads as code, and without escaped characters. */
function withoutCode(text: string): string {
  return text
    .replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, "")
    .replace(/\\[\\`*_{}[\]#|~]/g, "")
    .replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "");
}

describe.each(blocks.map((block) => [block.kind, [block]] as [string, Document]))(
  "a %s with the text of others",
  (_kind, document) => {
    test.each([undefined, 40, 120])("writes no control to a terminal of %s columns, and begins no line", (columns) => {
      const text = documentText(document, { paint: paintFor({ colour: false, unicode: true }), columns });
      expect(text).toMatch(/^[\n\P{C}]*$/u);
      // The text is a line of its own nowhere: what follows a line break of others stays within the line.
      expect(text).not.toMatch(/^(# h|<\/details>|- i)/m);
    });

    test("is not markup on GitHub, calls nobody, and hides nothing", () => {
      const text = documentMarkdown(document);
      expect(text).toMatch(/^[\n\P{C}]*$/u);
      const markup = withoutCode(text);
      expect(markup).not.toMatch(/<img|\[a\]|!\[|\*\*b\*\*|~~s~~|`/);
      expect(markup).not.toMatch(/@team/);
      expect(markup).not.toMatch(/^(# h|- i)/m);
      const isFolded = document.some(({ kind }) => kind === "drawing" || kind === "changes");
      expect(markup.match(/<\/details>/g) ?? []).toHaveLength(isFolded ? 1 : 0);
    });
  },
);

test.each(["facts", "table", "changes"] as const)(
  "in Markdown each row of %s has as many cells as its head, whatever they say",
  (kind) => {
    const lines = documentMarkdown([given[kind]]).split("\n\n")[0]?.trimEnd().split("\n") ?? [];
    expect(lines).toHaveLength(3);
    const cells = kind === "changes" ? 5 : 3;
    expect(lines.map((line) => line.match(/(?<!\\)\|/g)?.length)).toEqual([cells, cells, cells]);
  },
);

test("a document without anything to say in a block leaves no gap", () => {
  const document: Document = [
    { kind: "heading", text: "a", tone: "green" },
    { kind: "facts", rows: [] },
    { kind: "list", title: "t", lines: [] },
    { kind: "table", columns: [{ head: "A" }], rows: [] },
    { kind: "drawing", title: "t", lines: [] },
    { kind: "paragraph", text: "b" },
  ];
  expect(documentText(document, { paint: paintFor({ colour: false, unicode: true }), columns: undefined })).toBe(
    "a\n\nb\n",
  );
  expect(documentMarkdown(document)).toBe("### a\n\nb\n");
});

test("lines to be copied are a block of code in Markdown, and what files have too is left out of text", () => {
  const document: Document = [
    { kind: "list", title: "the operator needs", lines: ["--a b"], isCode: true },
    { kind: "list", title: "skipped", lines: ["a", "b"] },
    { kind: "table", isCopy: true, columns: [{ head: "file" }], rows: [["a.yaml"]] },
  ];
  const plain = { paint: paintFor({ colour: false, unicode: true }), columns: undefined };
  expect(documentText(document, plain)).toBe("the operator needs:\n  --a b\n\nskipped:\n  a\n  b\n");
  expect(documentMarkdown(document)).toBe(
    "**The operator needs**\n\n```\n--a b\n```\n\n**Skipped**\n\n- a\n- b\n\n| file |\n| --- |\n| a.yaml |\n",
  );
});
