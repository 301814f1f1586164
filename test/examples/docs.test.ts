import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../integration/control-plane/run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Commands that need neither a cluster nor AWS, and that end by themselves. */
const ends =
  /^(cp |(npm run --silent operator --|aws-batch-operator) (local .*--simulate.*--until |validate |iam-policy|\S+ --help))/;

/** The code blocks of a page of which every line can run here. */
function scripts(page: string): readonly (readonly string[])[] {
  return [...readFileSync(join(root, page), "utf8").matchAll(/^```\n([\s\S]*?)^```$/gm)]
    .map(([, block = ""]) => block.split("\n").filter((line) => line !== ""))
    .filter((lines) => lines.length > 0 && lines.every((line) => ends.test(line)));
}

const found = ["README.md", ...globSync("docs/*.md", { cwd: root })].flatMap((page) =>
  scripts(page).map((lines) => ({ page, first: lines[0] ?? "", lines })),
);

describe("what the pages say to type, as far as it needs neither a cluster nor AWS", () => {
  test("is found", () => {
    expect(found.length).toBeGreaterThan(2);
  });

  test.for(found)("$page: $first …", async ({ lines }) => {
    const directory = mkdtempSync(join(tmpdir(), "docs-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    cpSync(join(root, "examples"), join(directory, "examples"), { recursive: true });
    for (const line of lines) {
      const command = line.replace(
        /^(npm run --silent operator --|aws-batch-operator)/,
        `"${process.execPath}" "${root}src/main.ts"`,
      );
      const { code, stdout, stderr } = await run("sh", ["-c", command], { directory });
      expect({ line, code, said: code === 0 ? "" : `${stdout}${stderr}` }).toEqual({ line, code: 0, said: "" });
    }
  });
});
