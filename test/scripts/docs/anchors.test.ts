import { expect, test } from "vitest";
import { deadLinks } from "../../../scripts/docs/anchors.ts";

const page = (path: string, main: string) => ({
  path,
  html: `<nav><a href="/nowhere.html">x</a></nav><main>${main}</main>`,
});

test("links to pages and anchors that are not there are found, and others are not", () => {
  const pages = [
    page(
      "index.html",
      '<h2 id="a">A</h2><a href="#a">1</a><a href="#b">2</a><a class="x" href="/kinds/q.html#q">3</a>',
    ),
    page(
      "kinds/q.html",
      '<h2 id="q"></h2><a href="./../index.html#a">4</a><a href="gone.html">5</a><a href="https://x.y/#z">6</a>',
    ),
  ];
  expect(deadLinks(pages, "/")).toEqual(["index.html: #b has no such anchor", "kinds/q.html: gone.html is not a page"]);
});

test("links begin with the base of the site", () => {
  const pages = [page("index.html", '<a href="/base/">1</a><a href="/base/other.html">2</a>')];
  expect(deadLinks(pages, "/base/")).toEqual(["index.html: /base/other.html is not a page"]);
});
