import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Child } from "./control-plane/child.ts";
import { motoPython } from "./control-plane/moto.ts";
import { run } from "./control-plane/run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/migration.md"), "utf8");
const rehearsal = page.slice(page.indexOf("## Rehearse"), page.indexOf("## The steps"));

test("the rehearsal of docs/migration.md works as typed", async ({ onTestFinished }) => {
  const directory = mkdtempSync(join(tmpdir(), "migration-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  cpSync(join(root, "examples"), join(directory, "examples"), { recursive: true });
  const programs = join(directory, "programs");
  mkdirSync(programs);
  const operator = join(programs, "aws-batch-operator");
  writeFileSync(operator, `#!/bin/sh\nexec "${process.execPath}" "${root}src/main.ts" "$@"\n`, { mode: 0o755 });
  writeFileSync(join(programs, "python3"), `#!/bin/sh\nexec "${await motoPython()}" "$@"\n`, { mode: 0o755 });
  const [first = "", ...lines] = [...rehearsal.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.trimEnd().split("\n"),
  );
  expect([first, lines.length]).toEqual(["aws-batch-operator simulator --speed 100", 4]);

  const logFile = join(directory, "simulator.log");
  const args = [...first.split(" ").slice(1), "--port", "0"];
  const simulator = new Child({ name: "simulator", program: operator, args, logFile });
  onTestFinished(() => simulator.stop());
  const printed = (): string | undefined => /To use it: {2}export (.*)/.exec(readFileSync(logFile, "utf8"))?.[1];
  await simulator.untilReady(async () => printed() !== undefined);
  const environment = {
    ...Object.fromEntries((printed() ?? "").split(" ").map((variable) => variable.split(/=(.*)/).slice(0, 2))),
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
  };

  const said: string[] = [];
  for (const line of lines) {
    const { code, stdout, stderr } = await run("sh", ["-c", line], { directory, environment });
    expect({ line, code, stderr: code === 0 ? "" : stderr }).toEqual({ line, code: 0, stderr: "" });
    said.push(stdout);
  }
  const [, imported = "", local = "", planned = ""] = said;
  expect(rehearsal).toContain("`plan: 7 adoptions, nothing else`");
  expect(imported).toMatch(/\nplan: 7 adoptions, nothing else\n$/);
  for (const flag of ["--adoptable-names 'team/prod-*'", "--ignore-tag-keys managed-by"])
    expect(imported).toContain(flag);
  expect(local).toContain("9 writes to AWS");
  expect(planned).toMatch(/^7 unchanged; /);
});
