import type { Reason } from "../../api/reasons.ts";
import { adviceFor } from "../../aws/advice.ts";
import { AwsError } from "../../aws/errors.ts";
import { reasonUnread } from "../../network/facts.ts";
import { UnreadPart } from "../../network/lookups.ts";
import { failureReason } from "./conditions.ts";

/** A read that a plan needs has failed: the reason of a condition, and AWS's words with the next step. */
export interface NotRead {
  readonly kind: "unread";
  readonly reason: Reason;
  readonly message: string;
}

/** AWS does not answer a read, where only a message says so. */
export interface Unread {
  readonly kind: "unread";
  readonly why: string;
}

/**
 * What is read, or why it is not.
 *
 * @throws whatever is not an answer of AWS
 */
export async function orUnread<T>(reading: Promise<T>): Promise<T | Unread> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AwsError) return { kind: "unread", why: `${error.operation}: ${error.message}` };
    throw error;
  }
}

/**
 * @param what e.g. `EC2 cannot be read`
 * @throws whatever is not an answer of AWS
 */
export function unreadBy(error: unknown, what: string): NotRead {
  if (error instanceof UnreadPart) {
    const { permission, message } = error.part;
    const words = message.replace(/[.]$/, "");
    const next =
      permission === undefined
        ? "They are asked for again within minutes; if this stays, find in CloudTrail who else calls EC2 in this region"
        : allowed(permission);
    return {
      kind: "unread",
      reason: reasonUnread(error.part),
      message: `the ${error.what} cannot be read: ${words}. ${next}`,
    };
  }
  if (!(error instanceof AwsError)) throw error;
  const message = `${what} (${error.operation}): ${error.message.replace(/[.]$/, "")}. ${adviceFor(error)}`;
  return { kind: "unread", reason: failureReason(error.kind), message };
}

function allowed(permission: string): string {
  return `Allow ${permission} to the operator's IAM role`;
}
