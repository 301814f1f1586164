/**
 * A process that keeps vitest and runs files of tests on request: `fork` it with the variable MUTATIONS, send `Request`s, one at a
 * time, and read an `Outcome` for each. A mutation may loop for ever, so whoever sends it ends this process when it takes too long.
 */

import process from "node:process";
import { createVitest } from "vitest/node";

export interface Request {
  readonly mutant: number;
  readonly record?: string;
  /** Absolute paths; absent: all of the folder. */
  readonly files?: readonly string[];
  readonly folder?: string;
  /** Stop at the first failure. */
  readonly bail: boolean;
}

export interface Outcome {
  /** The first test that failed, or what failed outside of tests. */
  readonly failure?: { readonly file: string; readonly test: string };
  /** Milliseconds by file. */
  readonly durations: Readonly<Record<string, number>>;
}

const vitest = await createVitest("test", {
  config: "scripts/mutate/vitest.config.ts",
  watch: false,
  coverage: { enabled: false },
  reporters: [{}],
  maxWorkers: Number(process.env["WORKERS"] ?? 1),
  onConsoleLog: () => false,
});
vitest.logger.error = () => {};
const specifications = await vitest.globTestSpecifications();
process.on("message", (request: Request) => void run(request).then((outcome) => process.send?.(outcome)));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function run({ mutant, record, files, folder, bail }: Request): Promise<Outcome> {
  vitest.provide("mutant", mutant);
  vitest.provide("record", record);
  for (const project of vitest.projects) project.config.bail = bail ? 1 : 0;
  vitest.config.bail = bail ? 1 : 0;
  const chosen = specifications.filter(
    ({ moduleId }) => files?.includes(moduleId) ?? moduleId.startsWith(folder ?? ""),
  );
  vitest.state.filesMap.clear();
  vitest.state.errorsSet.clear();
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
  const durations: Record<string, number> = {};
  let failure: Outcome["failure"];
  for (const module of testModules) {
    durations[module.moduleId] = module.diagnostic().duration;
    const [failed] = module.children.allTests("failed");
    if (!module.ok())
      failure ??= { file: module.moduleId, test: failed?.fullName ?? module.errors()[0]?.message ?? "" };
  }
  if (unhandledErrors.length > 0)
    failure ??= { file: "", test: `an error outside of tests: ${(unhandledErrors[0] as Error).message}` };
  return { ...(failure && { failure }), durations };
}
