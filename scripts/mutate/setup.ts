/**
 * Runs in each worker before each file of tests: says to the switches in the source which mutation is active, and
 * writes to the record of the run which of them the tests of this file reached.
 */

import { appendFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** The active mutation, -1 for none. */
    readonly mutant: number;
    /** Where to write what was reached: a line of JSON for each file of tests. */
    readonly record: string | undefined;
  }
}

interface Switchboard {
  mutants?: (id: number) => boolean;
  /** Reached while modules were loaded, whose switches are not passed again for the next file. */
  reachedAtLoad?: Set<number>;
}

const board = globalThis as Switchboard;
const [active, record] = [inject("mutant"), inject("record")];
board.reachedAtLoad ??= new Set();
const atLoad = board.reachedAtLoad;
const reached = new Set<number>();
let inTest = false;

board.mutants = (id) => {
  if (record !== undefined) (inTest ? reached : atLoad).add(id);
  return id === active;
};

if (record !== undefined) {
  beforeEach(() => {
    inTest = true;
  });
  afterEach(() => {
    inTest = false;
  });
  afterAll(() => {
    const file = expect.getState().testPath;
    appendFileSync(record, `${JSON.stringify({ file, ids: [...reached.union(atLoad)] })}\n`);
  });
}
