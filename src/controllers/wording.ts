import { plainMessage } from "../aws/errors.ts";
import type { Failure } from "./decision.ts";

/** AWS's words without what changes on every call, so that a status stays the same while the cause does. */
export function withoutRequestIds(text: string): string {
  return plainMessage(text).replace(/[;,]?\s*Proxy: null/g, "");
}

/** What came of a call that failed, with the next step where there is one. */
export function failureText({ kind, operation, message, advice }: Failure): string {
  const what = kind === "unavailable" ? "got no good answer" : "was refused";
  return [`${operation} ${what}: ${message.replace(/[.]$/, "")}`, advice].filter(Boolean).join(". ");
}
