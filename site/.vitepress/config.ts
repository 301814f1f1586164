import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import manifest from "../../package.json" with { type: "json" };
import { anchorOf, linkOnSite, sidebarOf } from "../pages.ts";
import { type Version, versionMenu } from "../versions.ts";
import { diagram } from "./mermaid.ts";

/** What scripts/docs builds. */
interface Build {
  readonly version: Version;
  readonly versions: readonly Version[];
  /** Address of this version's pages on their host, e.g. `/v0.1.0/`. */
  readonly base: string;
  /** Address of the repository's other files. */
  readonly source: string;
  /** Folder of the built pages. */
  readonly out: string;
}

const { version, versions, base, source, out } = JSON.parse(process.env["SITE_BUILD"] ?? "") as Build;
/** A copy of docs/ that scripts/docs makes: pages are modules, and find Vue only in this package. */
const docs = fileURLToPath(new URL("../pages/", import.meta.url));

export default defineConfig({
  title: "aws-batch-operator",
  description: manifest.description,
  base,
  srcDir: "pages",
  srcExclude: ["kinds/parts/**"],
  outDir: out,
  cacheDir: "../.cache/site",
  rewrites: { "README.md": "index.md", "decisions/README.md": "decisions/index.md" },
  markdown: {
    // As GitHub makes anchors, so that links work in both places.
    anchor: { slugify: anchorOf },
    config(markdown) {
      const { link_open: open, fence } = markdown.renderer.rules;
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const token = tokens[index];
        const href = token?.attrGet("href");
        if (token !== undefined && href) token.attrSet("href", linkOnSite(href, env.relativePath, { docs, source }));
        return open?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
      };
      markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
        const { info = "", content = "" } = tokens[index] ?? {};
        if (info.trim() === "mermaid") return diagram(content, `diagram-${index}`);
        return fence?.(tokens, index, options, env, self) ?? "";
      };
    },
  },
  themeConfig: {
    nav: [{ text: version.name, items: versionMenu(versions, version) }],
    sidebar: sidebarOf(docs),
    search: { provider: "local" },
    outline: [2, 3],
  },
});
