import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defaultKnobs } from "../src/simulator/knobs.ts";
import { measuredTimes } from "../src/simulator/measured.ts";
import { accepted } from "./facts/accepted.ts";
import { believed, semantics } from "./facts/table.ts";
import { accept } from "./report/accept.ts";
import type { Result } from "./report/result.ts";

const files = {
  facts: fileURLToPath(new URL("facts/accepted.json", import.meta.url)),
  times: fileURLToPath(new URL("../src/simulator/measured.json", import.meta.url)),
};

/**
 * Takes a result into the repository.
 * @returns what it has changed, and what comes next, for a person
 * @throws Error if the file is not a result of AWS
 */
export async function acceptFile(path: string): Promise<string> {
  const result = resultIn(await readFile(path, "utf8"), path);
  const before = { accepted, times: measuredTimes, knobs: defaultKnobs };
  const { accepted: now, times, replaced, skipped } = accept(result, before, { believed, semantics });
  await writeFile(files.facts, `${JSON.stringify(now, undefined, 2)}\n`);
  await writeFile(files.times, `${JSON.stringify(times, undefined, 2)}\n`);
  const confirmed = Object.keys(now.facts).length;
  return [
    `AWS has now said ${confirmed} of ${believed.length} facts itself.`,
    ...listed("They are otherwise than was believed; the simulator has to follow:", replaced),
    ...listed("The table has these otherwise than they were tried, so they stay as they are:", skipped),
    "What comes next:",
    "  npm run format && npm run generate",
    "  npx vitest run test/simulator/simulated-aws/semantics.test.ts   # fails until the simulator follows",
    "  npx vitest run test/conformance/facts -u                        # the facts that AWS has not confirmed",
    "",
  ].join("\n");
}

function resultIn(text: string, path: string): Result {
  let value: Partial<Result>;
  try {
    value = JSON.parse(text) as Partial<Result>;
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (!Array.isArray(value.facts) || !Array.isArray(value.times) || value.date === undefined) {
    throw new Error(`${path} is not a result of a run, as conformance/<date>-<region>.json is`);
  }
  return value as Result;
}

function listed(title: string, ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [] : [title, ...ids.map((id) => `  ${id}`)];
}
