import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Version, versionsOf } from "../../site/versions.ts";
import { deadLinks } from "./anchors.ts";

export interface SiteOptions {
  /** The repository with docs/ and the tags of releases. */
  readonly repository: string;
  /** Folder of the generator, whose packages are installed. */
  readonly site: string;
  /** Folder of the built site. */
  readonly out: string;
  /** Address of the site on its host: `/`, or `/NAME/`. */
  readonly base: string;
  /** Address of the repository on the web; undefined: links to other files lead to those on this machine. */
  readonly address: string | undefined;
}

export interface BuiltSite {
  readonly versions: readonly Version[];
  readonly pages: number;
  /** Links to pages and anchors that do not exist. */
  readonly dead: readonly string[];
}

/** Builds the documentation of what is checked out and of each release, with a menu that leads from each to the others. */
export function buildSite(options: SiteOptions): BuiltSite {
  const versions = versionsOf(git(options.repository, "tag", "--list").toString().split("\n"));
  const built = versions.map((version) => buildVersion(version, versions, options));
  return {
    versions,
    pages: built.reduce((sum, { pages }) => sum + pages, 0),
    dead: built.flatMap(({ dead }) => dead),
  };
}

function buildVersion(version: Version, versions: readonly Version[], options: SiteOptions) {
  const { repository, site, out, address } = options;
  const pages = join(site, "pages");
  rmSync(pages, { recursive: true, force: true });
  copyDocs(version, repository, pages);
  const base = version.path === "" ? options.base : `${options.base}${version.path}/`;
  const source = address === undefined ? pathToFileURL(repository).href : `${address}/blob/${version.tag ?? "main"}`;
  const folder = join(out, version.path);
  execFileSync(process.execPath, ["node_modules/vitepress/bin/vitepress.js", "build", "."], {
    cwd: site,
    stdio: "inherit",
    env: { ...process.env, SITE_BUILD: JSON.stringify({ version, versions, base, source, out: folder }) },
  });
  // Releases are in folders of the first one.
  const others = version.path === "" ? versions.filter(({ path }) => path !== "") : [];
  const html = globSync("**/*.html", { cwd: folder, exclude: others.map(({ path }) => `${path}/**`) }).map((path) => ({
    path,
    html: readFileSync(join(folder, path), "utf8"),
  }));
  return { pages: html.length, dead: deadLinks(html, base).map((line) => join(version.path, line)) };
}

/** docs/ as it is, or as it was in a release. */
function copyDocs({ tag }: Version, repository: string, to: string): void {
  if (tag === undefined) {
    cpSync(join(repository, "docs"), to, { recursive: true });
    return;
  }
  mkdirSync(to);
  execFileSync("tar", ["-x", "--strip-components=1", "-C", to], { input: git(repository, "archive", tag, "docs") });
  if (!existsSync(join(to, "README.md"))) throw new Error(`${tag} has no docs/README.md`);
}

const mostBytes = 2 ** 28;

function git(repository: string, ...args: readonly string[]): Buffer {
  return execFileSync("git", args, { cwd: repository, maxBuffer: mostBytes });
}
