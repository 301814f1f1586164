import { describe, expect, test } from "vitest";
import { code, codeBlock, joined, markdown } from "../../src/tools/markdown.ts";

describe("a text of others in Markdown", () => {
  test.each([
    ["a | b", "a \\| b"],
    ["<img src=x>", "&lt;img src=x>"],
    ["<!-- x", "&lt;!-- x"],
    ["&lt;", "&amp;lt;"],
    ["[a](https://x)", "\\[a\\](https://x)"],
    ["![a](https://x)", "!\\[a\\](https://x)"],
    ["`a`", "\\`a\\`"],
    ["**a** _b_ ~~c~~", "\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~"],
    ["a\\|b", "a\\\\\\|b"],
    ["# a", "\\# a"],
    ["- a", "\\- a"],
    ["> a", "\\> a"],
    ["1. a", "1\\. a"],
    ["12) a", "12\\) a"],
    ["=== a", "\\=== a"],
    ["a\n\n| b", "a \\| b"],
    ["a\r| b", "a\\\\r\\| b"],
    ["@team/admins", "@&#8203;team/admins"],
    ["a\u202eb", "a\\\\u202eb"],
    ["-1", "\\-1"],
    ["2.5 vCPU", "2\\.5 vCPU"],
    ["5 jobs", "5 jobs"],
  ])("%j is shown as it is", (text, expected) => {
    expect(markdown`${text}`.text).toBe(expected);
  });

  test("is escaped once, however often it is inserted", () => {
    const cell = markdown`*${"a|b"}*`;
    expect(markdown`| ${joined([cell, "c|d", 5], "<br>")} |`.text).toBe("| *a\\|b*<br>c\\|d<br>5 |");
  });
});

describe("code of others in Markdown", () => {
  test.each([
    ["tags", "`tags`"],
    ["a|b", "`a\\|b`"],
    ["a`b", "``a`b``"],
    ["``` x ``", "```` ``` x `` ````"],
    ["`", "`` ` ``"],
    ["<!-- @x -->", "`<!-- @x -->`"],
    ["a\nb | c", "`a b \\| c`"],
    ["a\u0007", "`a\\u0007`"],
    ["![x](y)", "`![x](y)`"],
  ])("%j stays within its cell", (text, expected) => {
    expect(code(text).text).toBe(expected);
  });

  test("stays within its block", () => {
    expect(codeBlock(["a", "```", "````b\n"]).text).toBe("`````\na\n```\n````b\\n\n`````");
  });
});
