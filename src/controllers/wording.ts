import { plainMessage } from "../aws/errors.ts";

/** AWS's words without what changes on every call, so that a status stays the same while the cause does. */
export function withoutRequestIds(text: string): string {
  return plainMessage(text).replace(/[;,]?\s*Proxy: null/g, "");
}
