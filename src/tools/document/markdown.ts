import { code, codeBlock, type Inserted, joined, Markdown, markdown } from "../markdown.ts";
import type { Block, Document } from "./document.ts";
import { capital } from "./text.ts";

/** A document in GitHub's Markdown: for an issue, a comment, or the summary of a job in CI. Pure. */
export function documentMarkdown(document: Document): string {
  const blocks = document.map(markdownOf).filter(({ text }) => text !== "");
  return `${joined(blocks, "\n\n").text}\n`;
}

const lineBreak = "<br>";
const nothing = new Markdown("");

function markdownOf(block: Block): Markdown {
  switch (block.kind) {
    case "heading":
      return markdown`### ${block.text}`;
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
    case "drawing":
      if (block.lines.length === 0) return nothing;
      return markdown`<details><summary>${block.title}</summary>\n\n${codeBlock(block.lines)}\n\n</details>`;
  }
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): Markdown {
  if (rows.length === 0) return nothing;
  const line = (cells: readonly Inserted[]): Markdown => markdown`| ${joined(cells, " | ")} |`;
  return joined([line(heads), line(heads.map(() => new Markdown("---"))), ...rows.map(line)], "\n");
}
