import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { additions, knownToTools, ownFiles } from "./new-kind.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What the compiler and the generator need of the repository. */
const needed = ["argocd", "charts", "conformance", "crds", "docs", "manifests", "package.json", "scripts", "src"];
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "new-kind-"));
  for (const path of needed) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const settings = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as object;
  writeFileSync(join(copy, "tsconfig.json"), JSON.stringify({ ...settings, include: ["src", "scripts/generate.ts"] }));
  for (const [path, text] of Object.entries(ownFiles)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text.trimStart());
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

const read = (path: string): string => readFileSync(join(copy, path), "utf8");

function add(path: string): void {
  let text = read(path);
  for (const [after, added] of additions[path] ?? []) {
    expect(text, `${path} no longer contains the text that the recipe needs`).toContain(after);
    text = text.replace(after, () => `${after}${added}`);
  }
  writeFileSync(join(copy, path), text);
}

/** Output of a program of Node in the copy, whether it fails or not. */
function run(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: copy }, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

const compile = (): Promise<string> => run("node_modules/typescript/bin/tsc");

describe("a new kind", () => {
  test("touches at most four files that exist, all of which CONTRIBUTING.md names", () => {
    const touched = Object.keys(additions);
    expect(touched.length).toBeLessThanOrEqual(4);
    const [, section = ""] = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").split("\n## Add a kind\n");
    const steps = section.split("\n## ")[0] ?? "";
    expect(touched.filter((path) => !steps.includes(`\`${path}\``))).toEqual([]);
  });

  test("that is only registered does not compile, and the compiler names where to go on", async () => {
    add("src/api/v1alpha1/kinds.ts");
    const errors = await compile();
    expect(errors).toContain("src/controllers/kinds/index.ts");
    expect(errors, "the records that no entry of a resource gives").toContain('"trainingJobs"');
  });

  test("compiles when these files know it", async () => {
    for (const path of Object.keys(additions)) if (path !== "src/api/v1alpha1/kinds.ts") add(path);
    expect(await compile()).toBe("");
  });

  test("has its definition, access, templates and pages generated", async () => {
    const output = await run("scripts/generate.ts");
    expect(output).not.toContain("Error");
    for (const path of [
      "crds/awsbatch.dev_servicejobs.yaml",
      "charts/aws-batch-operator/templates/crds/servicejobs.yaml",
      "docs/kinds/service-job.md",
    ]) {
      expect(existsSync(join(copy, path)), path).toBe(true);
    }
    expect(read("manifests/install.yaml")).toContain("      - servicejobs/status\n");
    expect(read("docs/troubleshooting.md")).toContain("| `Resolved` | ReferencesResolved (service job) |");
    expect(read("docs/kinds/service-job.md")).toContain("| `Creating` | the service job is being created | |");
  });

  test("is known to plan, import, the page and the simulator, although none of their files names it", async () => {
    writeFileSync(join(copy, "known.ts"), knownToTools);
    expect(JSON.parse(await run("known.ts"))).toEqual({
      plan: [[{ kind: "ServiceJob", awsName: "train", tags: {} }], [], "creates"],
      subject: "train",
      imported: 1,
      page: [["ServiceJob/team/train", ["JobQueue/team/q"]]],
      calls: [true, true],
    });
  });
});
