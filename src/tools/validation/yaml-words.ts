/** What is wrong with a text that is not YAML, for a person: the library names what it expected. Pure. */

/** Far deeper than any Kubernetes object. */
export const maxDepth = 100;

export const tabMessage = "is indented with tabs, which YAML does not allow: use spaces";

/** Where the library stopped. */
interface Stop {
  readonly reason: string;
  /** The text before it, from the beginning of the document. */
  readonly before: string;
  /** The same, of its line alone. */
  readonly left: string;
  /** The rest of its line. */
  readonly right: string;
  /** Lines of the file before the document. */
  readonly linesBefore: number;
}

/** @param text the document in which the library stopped, at an offset in it, for a reason in its own words */
export function yamlWords(text: string, offset: number, reason: string, linesBefore: number): string {
  const before = text.slice(0, offset);
  const left = before.slice(before.lastIndexOf("\n") + 1);
  const [right = ""] = text.slice(offset).split("\n");
  const stop: Stop = { reason, before, left, right, linesBefore };
  for (const explained of explanations) {
    const words = explained(stop);
    if (words !== undefined) return words;
  }
  return reason;
}

/** The first that applies counts. */
const explanations: readonly ((stop: Stop) => string | undefined)[] = [
  // In a first line the library takes the tab for the end of a text.
  ({ reason, left }) => (reason.startsWith("tab characters") || left.startsWith("\t") ? tabMessage : undefined),
  whenItSays(
    /^nesting exceeded/,
    `is nested more than ${maxDepth} levels deep, and no Kubernetes object is: close the brackets, or remove them`,
  ),
  whenItSays(/^unknown escape sequence/, String.raw`\ begins an escape such as \n in "…", and this is none: write \\`),
  whenItSays(/^a line break is expected/, "after | or > the text begins in the next line: begin a new line"),
  whenItSays(/non-printable/, "is a control character, which YAML does not allow: remove it"),
  whenItSays(/^directives end mark/, "text cannot begin with % as in a line above: put it in quotes"),
  whenItSays(/^name of an (?:alias|anchor) node/, "text cannot begin with * or &: put it in quotes"),
  whenItSays(/^expected the node content/, "a value is missing here: remove the comma, or add the value"),
  whenItSays(/^missed comma/, "in brackets there is a comma between two entries: add it above or here"),
  unclosed,
  ({ left, right }) => {
    const character = /^\s*[@`%,\]}]/.exec(left + right)?.[0].trim() ?? (/[:-]\s+$/.test(left) ? right[0] : undefined);
    if (character === "-") return "a list begins in a line of its own: begin a new line before the -";
    return character !== undefined && "@`%,]}".includes(character)
      ? `text cannot begin with ${character}: put it in quotes`
      : undefined;
  },
  ({ reason, left }) =>
    reason.startsWith("bad indentation") && /["'\]}]\s*$|["'].*["'\]}]\s/.test(left)
      ? "nothing may follow the closing quote or bracket: quote the value as a whole, and write '' for each ' in '…'"
      : undefined,
  ({ right, left }) =>
    /^:(?:\s|$)/.test(right) && /:\s/.test(left)
      ? 'has ": " in a value: put the value in quotes, or begin a new line after the first colon'
      : undefined,
  ({ left, right }) =>
    (left + right).startsWith("---") ? "nothing may follow --- in its line: begin a new line" : undefined,
  whenItSays(
    /^(?:end of the stream|can not read a block mapping entry)/,
    "the line above has a key without a colon and a space after it: add them; or indent this line, if it goes on with a text",
  ),
  whenItSays(
    /^bad indentation/,
    "does not fit the lines above: give all keys of a map, and all - of a list, the same number of spaces",
  ),
];

function whenItSays(form: RegExp, words: string): (stop: Stop) => string | undefined {
  return ({ reason }) => (form.test(reason) ? words : undefined);
}

/** A quote or a bracket of a line above, or of this one, that nothing closes. */
function unclosed({ reason, before, linesBefore }: Stop): string | undefined {
  if (reason !== "deficient indentation" && !reason.startsWith("unexpected end")) return undefined;
  const lines = before.split("\n");
  const at = lines.findLastIndex((line) => /(?:^\s*|[:,-]\s+|[[{]\s*)(?:"[^"]*|'[^']*|[[{][^\]}]*)$/.test(line));
  const opened = at < 0 ? undefined : /["'[{]/.exec(lines[at] ?? "")?.[0];
  return opened === undefined
    ? "a quote or a bracket is open above: close it"
    : `${opened} is open since line ${linesBefore + at + 1}: close it`;
}
