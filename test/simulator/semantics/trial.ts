import { expect } from "vitest";
import type { Account } from "../account.ts";
import { serveChecked } from "../checked-server.ts";
import type { Expected, Row } from "./row.ts";
import { stage } from "./stage.ts";

/** What came over the wire, whoever asked. */
export interface Outcome {
  /** Undefined for an answer that is not an error. */
  readonly error?: { readonly name: string; readonly status: number; readonly message: string };
  readonly answer?: object;
}

/** How a client asks. */
export type Ask = (url: string, operation: string, input: object) => Promise<Outcome>;

export interface Prepared {
  readonly row: Row;
  readonly url: string;
  /** The input of the row's call, with `$jobId` filled in. */
  readonly input: object;
  close(): Promise<void>;
}

/** An account of its own behind HTTP, in which all that comes first has been done. Every answer is checked. */
export async function prepared(row: Row, ask: Ask): Promise<Prepared> {
  const world: Account = await stage();
  const { url, close } = await serveChecked(world.aws, { port: 0 });
  let jobId = "";
  for (const { operation, input, thenMs } of row.first) {
    const { error, answer } = await ask(url, operation, input);
    if (error !== undefined) throw new Error(`${row.id}: ${operation} came first and failed: ${error.message}`);
    if (answer !== undefined && "jobId" in answer) jobId = String(answer.jobId);
    await world.clock.advance(thenMs);
  }
  const input = JSON.parse(JSON.stringify(row.call.input).replaceAll("$jobId", jobId)) as object;
  return { row, url, input, close };
}

/** Asserts that a client saw what AWS answers. */
export function expectOutcome(expected: Expected, { error, answer }: Outcome): void {
  if (expected.kind === "answered") {
    expect(error).toBeUndefined();
    expect(answer).toMatchObject(expected.has);
    for (const path of expected.lacks) expect(answer).not.toHaveProperty(path);
    return;
  }
  const { name, status, text, wrapped } = expected;
  const [, inner] =
    /^Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}$/.exec(error?.message ?? "") ?? [];
  expect({
    name: error?.name,
    status: error?.status,
    text: inner ?? error?.message,
    wrapped: inner !== undefined,
  }).toEqual({
    name,
    status,
    text,
    wrapped,
  });
}
