import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { buildSite } from "../../scripts/docs/build.ts";
import { root } from "./helm.ts";

const site = join(root, "site");

beforeAll(() => {
  if (existsSync(join(site, "node_modules"))) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: site, stdio: "ignore" });
});

/** A repository whose documentation changed with each of these releases, and after them. */
function repositoryWith(tags: readonly string[]): string {
  const repository = mkdtempSync(join(tmpdir(), "site-"));
  onTestFinished(() => rmSync(repository, { recursive: true }));
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: repository });
  git("init", "--quiet");
  mkdirSync(join(repository, "docs"));
  const diagram = "```mermaid\nflowchart LR\n  accTitle: A way\n  here --> there\n```\n";
  writeFileSync(join(repository, "docs/page.md"), `# Page\n\n${diagram}`);
  for (const name of [...tags, "now"]) {
    writeFileSync(join(repository, "docs/README.md"), `# Docs of ${name}\n\n[a page](page.md), [a file](../file)\n`);
    git("add", "--all");
    git("commit", "--quiet", "--message", name);
    if (name !== "now") git("tag", name);
  }
  return repository;
}

test("each release has its own pages, and a menu that leads to the others", () => {
  const repository = repositoryWith(["v0.1.0", "v0.1.1", "v0.2.0"]);
  const out = join(repository, "out");
  const built = buildSite({ repository, site, out, base: "/base/", address: "https://host/repository" });
  expect(built.versions.map(({ name }) => name)).toEqual(["next", "0.2.0", "0.1.1"]);
  expect(built.dead).toEqual([]);
  const page = (path: string): string => readFileSync(join(out, path), "utf8");
  for (const [path, title, file] of [
    ["", "Docs of now", "main/file"],
    ["v0.2.0/", "Docs of v0.2.0", "v0.2.0/file"],
    ["v0.1.1/", "Docs of v0.1.1", "v0.1.1/file"],
  ] as const) {
    const first = page(`${path}index.html`);
    expect(first).toContain(title);
    expect(first).toContain(`href="https://host/repository/blob/${file}"`);
    const menu = [...first.matchAll(/href="([^"]+)"[^>]*target="_self"/g)].map(
      ([, href = ""]) => new URL(href, "https://host").pathname,
    );
    expect([...new Set(menu)]).toEqual(["/base/", "/base/v0.2.0/", "/base/v0.1.1/"]);
  }
  const drawn = page("v0.1.1/page.html");
  expect(drawn).toMatch(/<svg role="img" aria-label="A way"[\s\S]*here[\s\S]*there/);
  expect(drawn).not.toContain("@import");
});
