import { describe, expect, it } from "vitest";
import { jsonLine, visible, visibleIn, visibleLine } from "../../src/runtime/visible.ts";

const attacks: readonly [string, string, string][] = [
  ["an escape sequence", "\u001b[2J", "\\u001b[2J"],
  ["a bell", "\u0007", "\\u0007"],
  ["a line break, which forges a line", "a\nReady: True", "a\\nReady: True"],
  ["a return to the begin of the line", "a\rb", "a\\rb"],
  ["a tab", "a\tb", "a\\tb"],
  ["a control of C1", "\u009b31m", "\\u009b31m"],
  ["a change of direction", "\u202eevil\u2066", "\\u202eevil\\u2066"],
  ["a space without width", "a\u200bb\ufeff", "a\\u200bb\\ufeff"],
  ["a tag character, which takes two units", "\u{e0041}", "\\udb40\\udc41"],
  ["a filler in the form of a blank", "\u3164", "\\u3164"],
  ["a separator of lines", "\u2028", "\\u2028"],
];

describe("text of others", () => {
  it.each(attacks)("shows %s", (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visibleIn({ a: [text, new Map([[text, 1]])], n: 1, u: undefined })).toEqual({
      a: [shown, new Map([[shown, 1]])],
      n: 1,
      u: undefined,
    });
  });

  it.each(attacks)("means the same in JSON with %s, in one line that no terminal obeys", (_what, text) => {
    const line = jsonLine({ [text]: text });
    expect(JSON.parse(line)).toEqual({ [text]: text });
    expect(line).toMatch(/^[ -~]*\n$/);
  });

  it("keeps what has a shape, in any language", () => {
    const text = "Größe 日本語 ελληνικά 🚀 … → ×";
    expect(visible(text)).toBe(text);
  });

  it("keeps the tabs of a line of a log, and nothing else that a terminal obeys", () => {
    expect(visibleLine("a\tb\u001b[2J\r")).toBe("a\tb\\u001b[2J\\r");
  });
});
