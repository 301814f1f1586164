import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { load, loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { customResourceDefinitions } from "../../scripts/crds.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { objectFindings } from "../../src/tools/validation/object.ts";

const pages = globSync(["*.md", "docs/**/*.md", "examples/**/*.md", "charts/**/*.md"]).filter(
  (path) => !path.includes("node_modules") && !path.startsWith("docs/kinds/parts/"),
);

/** A heading's anchor as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

const withoutBlocks = (text: string): string => text.replace(/```[\s\S]*?```/g, "");
const withoutCode = (text: string): string => withoutBlocks(text).replace(/`[^`\n]*`/g, "");

function anchorsOf(path: string): ReadonlySet<string> {
  const text = withoutBlocks(readFileSync(path, "utf8"));
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}

describe("the documentation", () => {
  test("has a ResourceQuota that counts the objects of every kind", () => {
    const [, quota = ""] =
      /```yaml\n([^`]*kind: ResourceQuota[^`]*)```/.exec(readFileSync("docs/security.md", "utf8")) ?? [];
    const { spec } = load(quota) as { readonly spec: { readonly hard: Readonly<Record<string, string>> } };
    const counted = customResourceDefinitions().map(({ metadata }) => `count/${metadata.name}`);
    expect(Object.keys(spec.hard).toSorted()).toEqual(counted.toSorted());
  });

  test("has no row of a table that a blank line cuts off from its head", () => {
    const orphans = pages.flatMap((page) => {
      const lines = withoutBlocks(readFileSync(page, "utf8")).split("\n");
      const isRow = (line: string | undefined): boolean => /^\s*\|/.test(line ?? "");
      const isHead = (index: number): boolean => /^\s*\|[\s:|-]+\|\s*$/.test(lines[index + 1] ?? "");
      return lines.flatMap((line, index) =>
        isRow(line) && !isRow(lines[index - 1]) && !isHead(index) ? [`${page}: ${line}`] : [],
      );
    });
    expect(orphans).toEqual([]);
  });

  test("has no dead link and no dead anchor", () => {
    const dead = pages.flatMap((page) => {
      const links = [...withoutCode(readFileSync(page, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => to);
      return links
        .filter((link) => !/^(https?|mailto):/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const path = file === "" ? page : normalize(join(dirname(page), file));
          return !existsSync(path) || (anchor !== undefined && path.endsWith(".md") && !anchorsOf(path).has(anchor));
        })
        .map((link) => `${page}: ${link}`);
    });
    expect(pages.length).toBeGreaterThan(20);
    expect(dead).toEqual([]);
  });

  test("calls the command by its installed name; only what one tries first, and the ways to get it, run from source", () => {
    const fromSource = pages.filter((page) => readFileSync(page, "utf8").includes("npm run --silent operator"));
    expect(fromSource.toSorted()).toEqual(["README.md", "docs/install.md"]);
    const readme = readFileSync("README.md", "utf8");
    expect(readme.slice(readme.indexOf("## In a cluster")).match(/npm run --silent operator -- /g)).toBe(null);
  });

  test("names only commands and flags that there are", async () => {
    const programs = globSync(["src/tools/*.ts", "src/operator/*.ts", "src/page/*.ts"])
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    const flags = new Set([...programs.matchAll(/"(?:-\w, )?--([a-z-]+)/g)].map(([, flag = ""]) => flag));
    const used = pages.flatMap((page) =>
      [
        ...readFileSync(page, "utf8").matchAll(
          /aws-batch-operator (?:run|local|validate|plan|import|simulator|release|diagnose)[^`\n|]*/g,
        ),
      ].flatMap(([command]) => [...command.matchAll(/--([a-z][a-z-]+)/g)].map(([, flag = ""]) => ({ page, flag }))),
    );
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter(({ flag }) => !flags.has(flag))).toEqual([]);
  });

  test("shows no object of ours that the API server would refuse", () => {
    const crds = customResourceDefinitions();
    const shown = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/^ *```yaml\n([\s\S]*?)^ *```$/gm)]
        .map(([, block = ""]) => block)
        // Where something is left out, nothing can be checked.
        .filter((block) => !block.includes("…"))
        .flatMap((block) => loadAll(block) as (Partial<KubeObject> | null)[])
        .flatMap((object) => {
          const crd = crds.find(
            ({ spec }) => spec.names.kind === object?.kind && object.apiVersion?.startsWith(spec.group),
          );
          return crd === undefined || object?.spec === undefined ? [] : [{ page, crd, object }];
        }),
    );
    expect(new Set(shown.map(({ page }) => page)).size).toBeGreaterThan(4);
    const wrong = shown.flatMap(({ page, crd, object }) =>
      objectFindings(crd, object).map((one) => ({ page, ...one })),
    );
    expect(wrong).toEqual([]);
  });

  test("leaves out no kind where a command lists them", () => {
    const all = customResourceDefinitions()
      .map(({ spec }) => `${spec.names.plural}.${spec.group}`)
      .sort();
    const lists = pages.flatMap(
      (page) => readFileSync(page, "utf8").match(/[a-z]+\.awsbatch\.dev(?:,[a-z]+\.awsbatch\.dev)+/g) ?? [],
    );
    expect(lists).not.toEqual([]);
    for (const list of lists) expect(list.split(",").sort()).toEqual(all);
  });

  test("every npm script that a page names exists", () => {
    const named = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script = ""]) => script),
    );
    expect(named.filter((script) => !Object.hasOwn(packageManifest.scripts, script))).toEqual([]);
  });
});

describe("the decisions", () => {
  const records = globSync("docs/decisions/0*.md");

  test("have one form: a number, a status, a context, a decision and its consequences", () => {
    expect(records.length).toBeGreaterThan(20);
    const form = /^# (\d+)\. .+\n\nStatus: accepted\n\n## Context\n[\s\S]+\n## Decision\n[\s\S]+\n## Consequences\n/;
    const numbers = records.map((path) => [path, form.exec(readFileSync(path, "utf8"))?.[1]]);
    expect(numbers).toEqual(
      records.map((path) => [path, String(Number(path.slice("docs/decisions/".length, -3).slice(0, 4)))]),
    );
  });

  test("are all in the index", () => {
    const index = readFileSync("docs/decisions/README.md", "utf8");
    expect(records.filter((path) => !index.includes(`](${path.replace("docs/decisions/", "")})`))).toEqual([]);
  });
});

describe("the lock file", () => {
  test("names no registry", () => {
    expect(readFileSync("package-lock.json", "utf8")).not.toContain('"resolved"');
  });
});
