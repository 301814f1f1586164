import { dirname, posix } from "node:path";

/** A built page. */
export interface BuiltPage {
  /** Path in the site, e.g. `kinds/job-queue.html`. */
  readonly path: string;
  readonly html: string;
}

/**
 * Links of pages to pages and anchors that do not exist, one text each. Pure.
 * @param base of the site, e.g. `/`
 */
export function deadLinks(pages: readonly BuiltPage[], base: string): readonly string[] {
  const anchors = new Map(pages.map(({ path, html }) => [path, anchorsIn(html)]));
  return pages.flatMap(({ path, html }) =>
    linksIn(html).flatMap((href) => {
      const [to = "", anchor] = href.split("#");
      const target = to === "" ? path : pathOf(to, path, base);
      const known = anchors.get(target);
      if (known === undefined) return target.endsWith(".html") ? [`${path}: ${href} is not a page`] : [];
      return anchor === undefined || anchor === "" || known.has(decodeURIComponent(anchor))
        ? []
        : [`${path}: ${href} has no such anchor`];
    }),
  );
}

/** Links to the site itself, in its text. */
function linksIn(html: string): readonly string[] {
  const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? "";
  return [...main.matchAll(/<a [^>]*?href="([^"]+)"/g)]
    .map(([, href = ""]) => href.replaceAll("&amp;", "&"))
    .filter((href) => !/^[a-z]+:/.test(href));
}

function anchorsIn(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id));
}

function pathOf(href: string, page: string, base: string): string {
  const path = href.startsWith("/") ? href.slice(base.length) : posix.join(dirname(page), href);
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}
