import { readFileSync } from "node:fs";
import { join } from "node:path";
import { patienceMs } from "../integration/control-plane/wait.ts";
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

/** An argument as a test gives it: a path of the repository from wherever the tests run, and their patience. */
export function asHere(arg: string): string {
  if (arg.startsWith("--timeout=")) return `--timeout=${patienceMs / 1000}s`;
  return /^(charts|examples|manifests)(\/|$)/.test(arg) ? join(root, arg) : arg;
}
