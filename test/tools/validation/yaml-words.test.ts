import { describe, expect, test } from "vitest";
import { parseYaml } from "../../../src/tools/validation/yaml.ts";

function messages(text: string): readonly string[] {
  return parseYaml(text).errors.map(({ line, message }) => `${line}: ${message}`);
}

const noKey =
  "the line above has a key without a colon and a space after it: add them; or indent this line, if it goes on with a text";
const indentation =
  "does not fit the lines above: give all keys of a map, and all - of a list, the same number of spaces";
const inQuotes = (character: string): string => `text cannot begin with ${character}: put it in quotes`;
const afterEnd =
  "nothing may follow the closing quote or bracket: quote the value as a whole, and write '' for each ' in '…'";
const twoColons = 'has ": " in a value: put the value in quotes, or begin a new line after the first colon';

describe("what is not YAML is said with its line, and with what to do", () => {
  test.each<readonly [string, string]>([
    ["a: b: c\n", `1: ${twoColons}`],
    ["spec:\n  message: error: no\n", `2: ${twoColons}`],
    ["a:\n  b: c:\n", `2: ${twoColons}`],
    ["spec:\n\ta: 1\n", "2: is indented with tabs, which YAML does not allow: use spaces"],
    ['a: "b\nc: d\n', '2: " is open since line 1: close it'],
    ["x: 1\n---\na:\n  - 'b\nc: d\n", "5: ' is open since line 4: close it"],
    ['a: "b', '1: " is open since line 1: close it'],
    ["a: {b: c\nd: e\n", "2: { is open since line 1: close it"],
    ["a: [b, c\nd: e\n", "2: [ is open since line 1: close it"],
    ["a: 1\na: 2\n", "2: the key a is not unique, it occurs above: keep one of the two"],
    ["a:\n  b: 1\n    c: 2\n", `3: ${indentation}`],
    ["a:\n    b: 1\n  c: 2\n", `3: ${indentation}`],
    ["a:\n  b: 1\n  - c\n", `3: ${indentation}`],
    ["a:\n  - b\n - c\n", `3: ${indentation}`],
    ["a: @b\n", `1: ${inQuotes("@")}`],
    ["a:\n  - `b`\n", `2: ${inQuotes("`")}`],
    ["a: %b\n", `1: ${inQuotes("%")}`],
    ["a: ,b\n", `1: ${inQuotes(",")}`],
    ["%b\na: 1\n", "2: text cannot begin with % as in a line above: put it in quotes"],
    ["a: * * *\n", `1: ${inQuotes("* or &")}`],
    ["a: & b\n", `1: ${inQuotes("* or &")}`],
    ["a: *b\n", "1: the anchor &b is not defined before this: define it, or put the text in quotes"],
    ["a: !b c\n", "1: the tag !b is not supported: remove it, or put the text in quotes"],
    ["a: 1\nb\nc: 2\n", `3: ${noKey}`],
    ["a:1\nb: 2\n", `2: ${noKey}`],
    ["a: 'it's'\n", `1: ${afterEnd}`],
    ['a: "b" c\n', `1: ${afterEnd}`],
    ["a: [b] c\n", `1: ${afterEnd}`],
    ['a: "\\d"\n', String.raw`1: \ begins an escape such as \n in "…", and this is none: write \\`],
    ["a: | b\n", "1: after | or > the text begins in the next line: begin a new line"],
    ["a: - b\n", "1: a list begins in a line of its own: begin a new line before the -"],
    ["a: 1\n--- b: 2\n", "2: nothing may follow --- in its line: begin a new line"],
    ["a: \u0001\n", "1: is a control character, which YAML does not allow: remove it"],
    ['{"a": 1,,}\n', "1: a value is missing here: remove the comma, or add the value"],
    ['{"a": 1\n "b": 2}\n', "2: in brackets there is a comma between two entries: add it above or here"],
  ])("%j", (text, message) => {
    expect(messages(text)).toEqual([message]);
  });
});

test("what is seldom wrong is said in the words of the library", () => {
  expect(messages("a: &b &c d\n")).toEqual(["1: duplication of an anchor property"]);
});

test("no value of a text that is not YAML is in the message", () => {
  for (const text of ["a: hunter2: c\n", "a: 'hunter2\nb: c\n", "a: [hunter2] c\n", "hunter2\nb: c\n"]) {
    expect(messages(text).join()).not.toContain("hunter2");
  }
});
