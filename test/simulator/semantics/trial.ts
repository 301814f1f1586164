import { expect } from "vitest";
import { differencesOf, type Outcome } from "../../../conformance/facts/compare.ts";
import type { Expected, Row } from "../../../conformance/facts/row.ts";
import { stageParts } from "../../../conformance/facts/stage.ts";
import { jobReached, Settling } from "../../../conformance/rest.ts";
import { type Account, account } from "../account.ts";
import { serveChecked } from "../checked-server.ts";

/** How a client asks. */
export type AskAt = (url: string, operation: string, input: object) => Promise<Outcome>;

export interface Prepared {
  readonly row: Row;
  readonly url: string;
  /** The input of the row's call, with `$jobId` filled in. */
  readonly input: object;
  close(): Promise<void>;
}

/** An account with the stage, in which everything is VALID. */
async function stage(): Promise<Account> {
  const world = account();
  world.aws.outside.describeRoles(["arn:aws:iam::123456789012:role/batch"]);
  const outside = world.aws.outside as unknown as Readonly<Record<string, (input: object) => Promise<object>>>;
  let last = "";
  for (const { call } of stageParts) {
    if (call.operation !== last) await world.clock.advance(60_000);
    last = call.operation;
    await outside[`${call.operation.charAt(0).toLowerCase()}${call.operation.slice(1)}`]?.(call.input);
  }
  await world.clock.advance(10_000);
  return world;
}

/** An account of its own behind HTTP, in which all that comes first has been done. Every answer is checked. */
export async function prepared(row: Row, ask: AskAt): Promise<Prepared> {
  const world: Account = await stage();
  const { url, close } = await serveChecked(world.aws, { port: 0 });
  const time = {
    now: () => world.clock.monotonic(),
    pause: (milliseconds: number) => world.clock.advance(Math.ceil(milliseconds)),
  };
  const settling = new Settling((...call) => ask(url, ...call), time);
  let jobId = "";
  const withJob = (input: object): object => JSON.parse(JSON.stringify(input).replaceAll("$jobId", jobId)) as object;
  for (const { operation, input: written, next } of row.first) {
    const input = withJob(written);
    const { error, answer } = await ask(url, operation, input);
    if (error !== undefined) throw new Error(`${row.id}: ${operation} came first and failed: ${error.message}`);
    if (answer !== undefined && "jobId" in answer) jobId = String(answer.jobId);
    if (next === "at rest") await settling.atRest({ operation, input });
    else if (next !== "at once") await jobReached(next, jobId, (...call) => ask(url, ...call), time);
  }
  const input = withJob(row.call.input);
  return { row, url, input, close };
}

/** Asserts that a client saw what AWS answers. */
export function expectOutcome(expected: Expected, outcome: Outcome): void {
  expect(differencesOf(expected, outcome)).toEqual([]);
}
