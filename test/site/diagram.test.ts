import { expect, test } from "vitest";
import { inPage, titleOf, withoutTitle } from "../../site/diagram.ts";

const text = "flowchart LR\n  accTitle: How it fits\n  a --> b\n";
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="10" style="--bg:white">
<style>
  @import url('https://fonts.example/css');
  text { font-family: 'x'; }
  svg {
    /* from --bg */
    --_line: var(--line);
  }
</style>
<marker id="arrow"/><path marker-end="url(#arrow)"/></svg>`;

test("a diagram has a title for who does not see it", () => {
  expect(titleOf(text)).toBe("How it fits");
  expect(withoutTitle(text)).toBe("flowchart LR\n\n  a --> b\n");
  expect(() => titleOf("flowchart LR\n  a --> b")).toThrow("accTitle");
});

test("a diagram in a page loads nothing, and changes nothing outside itself", () => {
  const drawn = inPage(svg, { id: "d2", title: 'a "b" <c>' });
  expect(drawn).not.toMatch(/<style|@import|https:\/\/fonts/);
  expect(drawn).toContain('aria-label="a &quot;b&quot; &lt;c>"');
  expect(drawn).toContain('style="--_line: var(--line);--bg:white"');
  expect(drawn).toContain('<marker id="d2-arrow"/><path marker-end="url(#d2-arrow)"/>');
});
