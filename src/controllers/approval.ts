/** Waiting for a person who is to approve one step. Pure. */

import type { Wait } from "./agenda.ts";

/** Why an object waits for a person. */
export const awaitingApproval = "AwaitingApproval";

/** A wait for a person's approval; the message says how to give it. */
export function approval(value: string, what: string): Wait {
  return {
    kind: "wait",
    until: { kind: "approval", value },
    reason: awaitingApproval,
    message: `${what}. To approve it, set awsbatch.dev/approve: "${value}"`,
  };
}
