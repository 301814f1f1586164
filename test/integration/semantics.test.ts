import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import type { Outcome } from "../../conformance/facts/compare.ts";
import { semantics } from "../../conformance/facts/table.ts";
import { askBySdk } from "../simulator/semantics/sdk.ts";
import { expectOutcome, prepared } from "../simulator/semantics/trial.ts";
import { motoPython } from "./control-plane/moto.ts";
import { runOrFail } from "./control-plane/run.ts";

/** boto3 writes by its own model: what is of another type, null, or unknown it cannot send. */
const sendable = semantics.filter(({ source }) => !source.startsWith("coral"));

let python: string;

beforeAll(async () => {
  python = await motoPython();
});

it("boto3 sees of the simulator what the AWS SDK sees, row by row", async () => {
  const trials = await Promise.all(sendable.map((row) => prepared(row, askBySdk)));
  try {
    const calls = trials.map(({ row, url, input }) => ({ url, operation: row.call.operation, input }));
    const script = await readFile(new URL("semantics.py", import.meta.url), "utf8");
    const said = await runOrFail(python, ["-c", script], { input: JSON.stringify(calls) });
    const outcomes = JSON.parse(said) as Outcome[];
    expect(outcomes).toHaveLength(trials.length);
    const faults = trials.flatMap(({ row }, index) => {
      try {
        expectOutcome(row.expected, outcomes[index] ?? {});
        return [];
      } catch (error) {
        return [`${row.id}: ${error instanceof Error ? error.message : String(error)}`];
      }
    });
    expect(faults).toEqual([]);
  } finally {
    await Promise.all(trials.map(({ close }) => close()));
  }
});
