import { existsSync, globSync } from "node:fs";
import { expect, test } from "vitest";
import { anchorOf, linkOnSite, type SidebarItem, sidebarOf } from "../../site/pages.ts";

test.each([
  ["https://example.com/a", "security.md", "https://example.com/a"],
  ["#part", "security.md", "#part"],
  ["metrics.md", "security.md", "metrics.md"],
  ["../design.md#9-network", "decisions/0010-network-preflight.md", "../design.md#9-network"],
  ["decisions", "README.md", "decisions/index"],
  ["kinds", "README.md", "kinds/batch-compute-environment"],
  ["../examples", "first-queue.md", "https://host/files/examples"],
  ["../../examples/fair-share", "kinds/job-queue.md", "https://host/files/examples/fair-share"],
])("%s on %s leads to %s", (href, page, to) => {
  expect(linkOnSite(href, page, { docs: "docs", source: "https://host/files" })).toBe(to);
});

test("anchors are GitHub's", () => {
  expect(anchorOf("8. IAM roles")).toBe("8-iam-roles");
  expect(anchorOf("`Ready=True`: what it means")).toBe("readytrue-what-it-means");
});

test("the sidebar has every page of docs", () => {
  const linksOf = ({ link, items = [] }: SidebarItem): readonly string[] => [
    ...(link === undefined ? [] : [link]),
    ...items.flatMap(linksOf),
  ];
  const links = sidebarOf("docs").flatMap(linksOf);
  for (const link of links) expect(existsSync(`docs${link}.md`), link).toBe(true);
  const pages = globSync(["docs/*.md", "docs/kinds/*.md", "docs/decisions/*.md"])
    .filter((page) => !page.endsWith("README.md"))
    .map((page) => page.replace(/^docs(.*)\.md$/, "$1"));
  expect(pages.filter((page) => !links.includes(page))).toEqual([]);
});
