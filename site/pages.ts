import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, posix } from "node:path";

/** A page in the sidebar. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: SidebarItem[];
}

/**
 * The pages in the order of README.md; a folder has its own pages.
 * @param docs folder of the pages
 */
export function sidebarOf(docs: string): SidebarItem[] {
  return linksIn(docs, "README.md").map(({ text, to }): SidebarItem => {
    if (to.endsWith(".md")) return { text, link: `/${to.replace(/\.md$/, "")}` };
    const inFolder = existsSync(join(docs, to, "README.md")) ? linksIn(docs, `${to}/README.md`) : kindsIn(docs, to);
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
function linksIn(docs: string, page: string): readonly Link[] {
  return [...readFileSync(join(docs, page), "utf8").matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)]
    .map(([, text = "", to = ""]) => ({ text, to }))
    .filter(({ to }) => !to.startsWith("..") && !to.includes(":"));
}

/** The pages of a folder without a page about it: the generated reference of the kinds. */
function kindsIn(docs: string, folder: string): readonly Link[] {
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

/** Where the pages are, and the repository's other files. */
export interface Places {
  /** Folder of the pages. */
  readonly docs: string;
  /** Address of the repository's files, without `/` at its end. */
  readonly source: string;
}

/**
 * A link of a page, as the site needs it: a folder is its first page, and a file that is not a page is in the repository.
 * @param page path of the page in the folder
 */
export function linkOnSite(href: string, page: string, { docs, source }: Places): string {
  if (/^[a-z]+:|^#|^\//.test(href)) return href;
  const [to = "", anchor] = href.split("#");
  const path = posix.normalize(posix.join(dirname(page), to));
  const file = normalize(join(docs, path));
  if (path.startsWith("..")) return `${source}/${path.replace(/^(\.\.\/)+/, "")}`;
  if (!statSync(file).isDirectory()) return href;
  const first = existsSync(join(file, "README.md")) ? "index" : (kindsIn(docs, path)[0]?.to ?? "").replace(/\.md$/, "");
  return `${to}/${first}${anchor === undefined ? "" : `#${anchor}`}`;
}
