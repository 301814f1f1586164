import { stripVTControlCharacters } from "node:util";

const introducer = "\u001b[";
const sequence = new RegExp(`${introducer.replace("[", "\\[")}[?\\d]*[A-Za-z]|[\\s\\S]`, "gu");

/** The lines that a terminal would show, of the few sequences that we write. */
export function shownBy(text: string): string[] {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  const put = (character: string): void => {
    const line = (lines[row] ?? "").padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column++;
  };
  for (const token of text.match(sequence) ?? []) {
    const [, count = "", letter] = token.startsWith(introducer) ? (/([?\d]*)([A-Za-z])$/.exec(token) ?? []) : [];
    if (letter === "H") [row, column] = [0, 0];
    else if (token === `${introducer}2J`) lines.splice(0, lines.length, "");
    else if (letter === "A") row = Math.max(0, row - Number(count));
    else if (letter === "K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (letter === "J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (token === "\n") {
      row++;
      column = 0;
      lines[row] ??= "";
    } else if (token === "\r") column = 0;
    else if (letter === undefined && stripVTControlCharacters(token) !== "") put(token);
  }
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.trimEnd());
}
