import { adviceFor } from "../../aws/advice.ts";
import { AwsError } from "../../aws/errors.ts";

/** Why AWS did not answer, after what was asked: ` (OPERATION): MESSAGE. ADVICE`. Any error of a read ends here. Pure. */
export function problemOf(error: unknown): string {
  if (error instanceof AwsError) return ` (${error.operation}): ${withStop(error)} ${adviceFor(error)}`;
  return `: ${withStop(error)}`;
}

/** The message of an error as a sentence. */
export function withStop(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${message.replace(/\.$/, "")}.`;
}
