import { defineConfig } from "vitepress";
import manifest from "../../package.json" with { type: "json" };
import { anchorOf, linkOnSite, sidebarOf } from "../pages.ts";

/** GitHub Pages serve a project under its name. */
const base = process.env["SITE_BASE"] ?? "/";
/** Where the repository's other files can be read: on the web, or for a build on one's own machine there. */
const source = process.env["SITE_SOURCE"] ?? new URL("../../", import.meta.url).href.replace(/\/$/, "");

export default defineConfig({
  title: "aws-batch-operator",
  description: manifest.description,
  base,
  // A copy of docs/ that scripts/docs makes: pages are modules, and find Vue only in this package.
  srcDir: "pages",
  srcExclude: ["kinds/parts/**"],
  outDir: "../dist/site",
  cacheDir: "../.cache/site",
  rewrites: { "README.md": "index.md", "decisions/README.md": "decisions/index.md" },
  markdown: {
    // As GitHub makes anchors, so that links work in both places.
    anchor: { slugify: anchorOf },
    config(markdown) {
      const open = markdown.renderer.rules.link_open;
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const token = tokens[index];
        const href = token?.attrGet("href");
        if (token !== undefined && href) token.attrSet("href", linkOnSite(href, env.relativePath, source));
        return open?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
      };
    },
  },
  themeConfig: {
    nav: [{ text: `version ${manifest.version}`, link: "/upgrading" }],
    sidebar: sidebarOf(),
    search: { provider: "local" },
    outline: [2, 3],
  },
});
