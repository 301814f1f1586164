import { visible } from "../runtime/visible.ts";

/** Text of others in GitHub's Markdown: comments on pull requests and summaries of jobs. Pure. */

/** A piece of Markdown that is not escaped again. */
export class Markdown {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What is inserted: a text is shown as it is, whatever it means in Markdown. */
export type Inserted = string | number | Markdown;

/** A piece of Markdown: `` markdown`**blocked:** ${reason}` ``. What is not inserted is the program's own text. */
export function markdown(parts: TemplateStringsArray, ...values: readonly Inserted[]): Markdown {
  return new Markdown(parts.reduce((text, part, index) => `${text}${markdownOf(values[index - 1] ?? "")}${part}`));
}

/** Several pieces as one. */
export function joined(pieces: readonly Inserted[], separator: string): Markdown {
  return new Markdown(pieces.map(markdownOf).join(separator));
}

function markdownOf(value: Inserted): string {
  return value instanceof Markdown ? value.text : escaped(String(value));
}

/** Nothing of a text becomes markup, ends a cell or a line, or calls a person. */
function escaped(text: string): string {
  return (
    oneLine(text)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replace(/[\\`*_{}[\]#|~]/g, "\\$&")
      // At the beginning of a line it would be a list, a quotation or a heading.
      .replace(/^(\d*)([-+=>.)])/, "$1\\$2")
      // GitHub searches for people in what is rendered, so an escape does not help.
      .replaceAll("@", "@&#8203;")
  );
}

/** A text in the font of code; within a cell too, where GitHub reads `\|` first. */
export function code(text: string): Markdown {
  const shown = oneLine(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return new Markdown(`${fence}${space}${shown}${space}${fence}`);
}

/** Lines of code to copy. */
export function codeBlock(lines: readonly string[]): Markdown {
  const text = lines.map(visible).join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return new Markdown(`${fence}\n${text}\n${fence}`);
}

function oneLine(text: string): string {
  return visible(text.replace(/\s*\n\s*/g, " ").trim());
}
