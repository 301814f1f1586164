import type { Reason } from "../../api/reasons.ts";
import { adviceFor } from "../../aws/advice.ts";
import { NotSent } from "../../aws/calls.ts";
import { AwsError, needsPerson } from "../../aws/errors.ts";
import { StoreError } from "../../runtime/store.ts";
import type { Failure, Outcome } from "./agenda.ts";
import { failureReason } from "./conditions.ts";

/** Thrown for a refusal that is remembered: the next pass plans with it, and reports it. */
export class RefusalNoted extends Error {
  constructor(refusal: AwsError) {
    super(refusal.message, { cause: refusal });
  }
}

/** Thrown instead of a write that was planned before something else changed: the next pass plans again. */
export class OutOfDate extends Error {}

/**
 * The result of a failed act.
 * @throws whatever is neither a refusal of AWS nor a sign that the object has changed
 */
export function failedOutcome(error: unknown): Outcome {
  if (error instanceof AwsError) {
    return { kind: "failed", failure: failureOf(error) };
  }
  const reason = error instanceof NotSent ? error.cause : error;
  if (reason instanceof RefusalNoted || reason instanceof OutOfDate) return { kind: "startOver" };
  // A conflict or a vanished object is not a failure of the spec: read again and start over.
  if (error instanceof StoreError && (error.reason === "Conflict" || error.reason === "NotFound")) {
    return { kind: "startOver" };
  }
  throw error;
}

/** A read of the region's observer fails since then (wall ms); undefined: nothing was read before. */
export interface Failing {
  readonly kind: "failing";
  readonly error: AwsError;
  readonly since: number | undefined;
}

/** A refusal of AWS as data, with the next step. */
export function failureOf(error: AwsError): Failure {
  return { kind: error.kind, operation: error.operation, message: error.message, advice: adviceFor(error) };
}

/** AWS could not be read, in words. */
export interface UnreadableAws {
  readonly kind: "unreadable";
  readonly reason: Reason;
  readonly message: string;
  readonly needsPerson: boolean;
}

/** @param error of the read that failed */
export function unread(error: AwsError): UnreadableAws {
  return {
    kind: "unreadable",
    reason: failureReason(error.kind),
    needsPerson: needsPerson(error.kind),
    message: `AWS Batch cannot be read (${error.operation}): ${error.message.replace(/[.]$/, "")}. ${adviceFor(error)}`,
  };
}
