// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are source text.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { describe, expect, onTestFinished, test } from "vitest";

/** What oxlint says of a line of the source. */
function said(line: string): string {
  const directory = mkdtempSync(join(tmpdir(), "lint-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const rules = ["quote-in-shell", "escape-in-markdown", "say-workflow-commands"];
  const config = {
    jsPlugins: [resolve("scripts/lint/text-of-others.ts")],
    rules: Object.fromEntries(rules.map((rule) => [`text-of-others/${rule}`, "error"])),
  };
  writeFileSync(join(directory, ".oxlintrc.json"), JSON.stringify(config));
  writeFileSync(join(directory, "a.ts"), `${line}\n`);
  const args = [resolve("node_modules/.bin/oxlint"), "-c", join(directory, ".oxlintrc.json"), join(directory, "a.ts")];
  return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
}

describe("the lint rules for texts of others", () => {
  test.each([
    ["`kubectl get pod ${x}`", "quote-in-shell"],
    ["`kubectl annotate -n team ${a}/${b} approve='${x}'`", "quote-in-shell"],
    ["`run terraform state rm '${x}'`", "quote-in-shell"],
    ["`aws batch list-jobs --job-queue ${x}`", "quote-in-shell"],
    ["`start the operator with --ignore-tag-keys=${x}`", "quote-in-shell"],
    ["`local -f ${x} --simulate`", "quote-in-shell"],
    ["`--names '${x}'`", "quote-in-shell"],
    ["`${shell`kubectl get ${x}`} and --names ${x}`", "quote-in-shell"],
    ["'--names ' + x", "quote-in-shell"],
    ["`| ${x} | y |`", "escape-in-markdown"],
    ["`**${x}**`", "escape-in-markdown"],
    ["`<details>${x}</details>`", "escape-in-markdown"],
    ["`::error::${x}`", "say-workflow-commands"],
    ["'::add-mask::'", "say-workflow-commands"],
  ])("find %s", (code, rule) => {
    expect(said(`export const found = ${code};`)).toContain(`text-of-others(${rule})`);
  });

  test.each([
    "shell`kubectl get pod ${x}`",
    "`see ${shell`kubectl get pod ${x}`}: ${x}`",
    "markdown`| ${x} | **${x}** |`",
    "`kubectl get pods`",
    "`the aws account ${x}`",
    "`a - ${x}`",
    "`std::${x}`",
  ])("leave %s alone", (code) => {
    expect(said(`export const fine = ${code};`)).not.toContain("text-of-others");
  });
});
