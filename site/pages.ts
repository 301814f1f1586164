import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, posix } from "node:path";
import { fileURLToPath } from "node:url";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));

/** A page in the sidebar. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: SidebarItem[];
}

/** The pages in the order of docs/README.md; a folder has its own pages. */
export function sidebarOf(): SidebarItem[] {
  return linksIn("README.md").map(({ text, to }): SidebarItem => {
    if (to.endsWith(".md")) return { text, link: `/${to.replace(/\.md$/, "")}` };
    const inFolder = existsSync(join(docs, to, "README.md")) ? linksIn(`${to}/README.md`) : kindsIn(to);
    const items = inFolder.map(
      (page): SidebarItem => ({ text: page.text, link: `/${to}/${page.to.replace(/\.md$/, "")}` }),
    );
    return { text, collapsed: true, items };
  });
}

interface Link {
  readonly text: string;
  readonly to: string;
}

/** The links of a page, except those to elsewhere. */
function linksIn(page: string): readonly Link[] {
  return [...readFileSync(join(docs, page), "utf8").matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)]
    .map(([, text = "", to = ""]) => ({ text, to }))
    .filter(({ to }) => !to.startsWith("..") && !to.includes(":"));
}

/** The pages of a folder without a page about it: the generated reference of the kinds. */
function kindsIn(folder: string): readonly Link[] {
  const files = readdirSync(join(docs, folder)).filter((file) => file.endsWith(".md"));
  return files.toSorted().map((file) => ({ text: file.replace(/\.md$/, "").replaceAll("-", " "), to: file }));
}

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

/**
 * A link of a page under docs/, as the site needs it: a folder is its first page, and a file that is not a page is in the
 * repository.
 *
 * @param page path of the page under docs/
 * @param source address of the repository's files, without `/` at its end
 */
export function linkOnSite(href: string, page: string, source: string): string {
  if (/^[a-z]+:|^#|^\//.test(href)) return href;
  const [to = "", anchor] = href.split("#");
  const path = posix.normalize(posix.join(dirname(page), to));
  const file = normalize(join(docs, path));
  if (path.startsWith("..")) return `${source}/${path.replace(/^(\.\.\/)+/, "")}`;
  if (!statSync(file).isDirectory()) return href;
  const first = existsSync(join(file, "README.md")) ? "index" : (kindsIn(path)[0]?.to ?? "").replace(/\.md$/, "");
  return `${to}/${first}${anchor === undefined ? "" : `#${anchor}`}`;
}
