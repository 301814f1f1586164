/** Tries one fact in the account. */

import type { Account } from "../account/account.ts";
import { answerOf } from "../account/account.ts";
import type { Outcome } from "../facts/compare.ts";
import type { Call, Row } from "../facts/row.ts";
import { inAccount, inTable, type Place, type Run } from "../names/renaming.ts";
import { type Verdict, verdictOf } from "../report/verdict.ts";
import { jobReached, type Settling, type Time } from "../rest.ts";

/** A read may come from before the write: what it lacks then has so long to appear. */
const visibleAfterMs = 10_000;
const readAgainMs = 1000;

/** Where facts are tried. */
export interface Stage {
  readonly account: Account;
  readonly run: Run;
  readonly time: Time;
  readonly settling: Settling;
}

export interface Trial {
  readonly verdict: Verdict;
  /** Whether AWS carried out the fact's own call. */
  readonly wasCarriedOut: boolean;
}

/** What comes first, then the call. A first call that AWS refuses is a failure, in AWS's words. */
export async function tried(
  row: Row,
  { account, run, time, settling, place }: Stage & { readonly place: Place },
): Promise<Trial> {
  let jobId = "";
  for (const step of row.first) {
    const call = withJob(inAccount(step, run, place), jobId);
    const outcome = await account.batch(call.operation, call.input);
    if (outcome.error !== undefined) {
      const { name, message } = inTable(outcome, run).error ?? outcome.error;
      return {
        verdict: { kind: "failed", why: `${call.operation} came first: ${name}: ${message}` },
        wasCarriedOut: false,
      };
    }
    jobId = (outcome.answer as { jobId?: string }).jobId ?? jobId;
    if (step.next === "at rest") await settling.atRest(call);
    else if (step.next !== "at once") await jobReached(step.next, jobId, account.batch, time);
  }
  const call = withJob(inAccount(row.call, run, place), jobId);
  const start = time.now();
  for (;;) {
    const outcome = await account.batch(call.operation, call.input);
    const verdict = verdictOf(row, withoutJob(inTable(outcome, run), jobId));
    const mayBeStale = row.expected.kind === "answered" && isRead(call);
    if (verdict.kind !== "differs" || !mayBeStale || time.now() - start >= visibleAfterMs) {
      if (jobId !== "") await answerOf(account.batch, "TerminateJob", { jobId, reason: "the fact has been tried" });
      return { verdict, wasCarriedOut: outcome.error === undefined };
    }
    await time.pause(readAgainMs);
  }
}

export function isRead({ operation }: Call): boolean {
  return /^(?:Describe|List)/.test(operation);
}

function withJob(call: Call, jobId: string): Call {
  return { ...call, input: JSON.parse(JSON.stringify(call.input).replaceAll("$jobId", jobId)) as object };
}

function withoutJob(outcome: Outcome, jobId: string): Outcome {
  return jobId === "" ? outcome : (JSON.parse(JSON.stringify(outcome).replaceAll(jobId, "$jobId")) as Outcome);
}
