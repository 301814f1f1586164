import { code, codeBlock, type Inserted, joined, Markdown, markdown } from "../markdown.ts";
import type { Block, ChangesBlock, Document, ListBlock, ShownChange } from "./document.ts";
import { capital } from "./text.ts";

/** A document in GitHub's Markdown: for an issue, a comment, or the summary of a job in CI. Pure. */
export function documentMarkdown(document: Document): string {
  const blocks = document.map(markdownOf).filter(({ text }) => text !== "");
  return `${joined(blocks, "\n\n").text}\n`;
}

const lineBreak = "<br>";
const nothing = new Markdown("");
/** There are no colours. */
const warningSign = new Markdown("⚠️ ");

function markdownOf(block: Block): Markdown {
  switch (block.kind) {
    case "heading": {
      const of = block.of === undefined ? nothing : markdown`${block.of}: `;
      return markdown`### ${of}${block.tone === "red" ? warningSign : nothing}${block.text}`;
    }
    case "paragraph":
      return markdown`${block.text}`;
    case "finding": {
      const fix = block.fix === "" ? [] : [markdown`**Fix:** ${block.fix}.`];
      return joined(
        [markdown`**${block.code}**`, markdown`${capital(block.sentence)}.`, ...fix, code(block.page)],
        lineBreak,
      );
    }
    case "facts":
      return table(["", ""], block.rows);
    case "list":
      return listOf(block);
    case "table":
      return joined(
        [
          table(
            block.columns.map(({ head }) => head),
            block.rows,
          ),
          ...(block.below ?? []),
        ],
        "\n\n",
      );
    case "changes":
      return changesOf(block);
    case "drawing":
      return folded(block.title, block.lines);
  }
}

function listOf({ title, lines, isCode = false }: ListBlock): Markdown {
  if (lines.length === 0) return nothing;
  const items = isCode
    ? codeBlock(lines)
    : joined(
        lines.map((line) => markdown`- ${line}`),
        "\n",
      );
  return markdown`**${title.charAt(0).toUpperCase()}${title.slice(1)}**\n\n${items}`;
}

function folded(title: string, lines: readonly string[], isFolded = true): Markdown {
  if (lines.length === 0) return nothing;
  const tag = new Markdown(isFolded ? "<details>" : "<details open>");
  return markdown`${tag}<summary>${title}</summary>\n\n${codeBlock(lines)}\n\n</details>`;
}

function changesOf({ changes, unchanged }: ChangesBlock): Markdown {
  if (changes.length === 0) return markdown`Nothing would change.`;
  const pieces = [
    table(["", "object", "change", "queues, jobs"], changes.map(cellsOf)),
    unchanged.length === 0 ? nothing : markdown`${unchanged.length} unchanged.`,
    ...changes.map(({ object, lines, isFolded }) => folded(object, lines, isFolded)),
  ];
  return joined(
    pieces.filter(({ text }) => text !== ""),
    "\n\n",
  );
}

function cellsOf({ sign, object, title, remarks }: ShownChange): readonly Inserted[] {
  const shown = remarks.map(({ label, text, isLoud = false }) => {
    return isLoud ? markdown`**${label}:** ${text}` : markdown`${label}: ${text}`;
  });
  return [code(sign), object, title, joined(shown, lineBreak)];
}

function table(heads: readonly string[], rows: readonly (readonly Inserted[])[]): Markdown {
  if (rows.length === 0) return nothing;
  const line = (cells: readonly Inserted[]): Markdown => markdown`| ${joined(cells, " | ")} |`;
  return joined([line(heads), line(heads.map(() => new Markdown("---"))), ...rows.map(line)], "\n");
}
