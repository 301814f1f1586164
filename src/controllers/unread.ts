import { AwsError, adviceFor } from "../aws/errors.ts";
import { reasonUnread, UnreadPart } from "../network/lookups.ts";
import { failureReason } from "./conditions.ts";

/** That what a plan needs could not be read: the reason of a condition, and AWS's words with the next step. */
export interface NotRead {
  readonly kind: "unread";
  readonly reason: string;
  readonly message: string;
}

/**
 * @param what e.g. `EC2 cannot be read`
 * @throws whatever is no answer of AWS
 */
export function unreadBy(error: unknown, what: string): NotRead {
  if (error instanceof UnreadPart) {
    const { permission, message } = error.part;
    const missing = permission === undefined ? message : `allow ${permission} to the operator's IAM role: ${message}`;
    return { kind: "unread", reason: reasonUnread(error.part), message: missing };
  }
  if (!(error instanceof AwsError)) throw error;
  const message = `${what} (${error.operation}): ${error.message.replace(/[.]$/, "")}. ${adviceFor(error)}`;
  return { kind: "unread", reason: failureReason(error.kind), message };
}
