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
    const words = message.replace(/[.]$/, "");
    const next =
      permission === undefined
        ? "They are asked for again within minutes; if this stays, find in CloudTrail who else calls EC2 in this region"
        : `Allow ${permission} to the operator's IAM role`;
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
