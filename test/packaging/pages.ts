import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./helm.ts";

/** The lines of the blocks of a page that are commands, those that go on in the next line put together. */
export function commands(file: string, after = ""): readonly string[] {
  const page = readFileSync(join(root, file), "utf8");
  const text = page.slice(Math.max(0, page.indexOf(after)));
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, language]) => language === "")
    .flatMap(([, , block = ""]) =>
      block
        .replaceAll(/ \\\n\s*/g, " ")
        .trimEnd()
        .split("\n"),
    );
}

/** A path of the repository, from wherever the tests run. */
export function absolute(arg: string): string {
  return /^(charts|examples|manifests)(\/|$)/.test(arg) ? join(root, arg) : arg;
}
