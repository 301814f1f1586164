import { readFile } from "node:fs/promises";
import type { Cluster } from "./cluster.ts";

/** One request as in the API server's audit log. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** What a user asked of a cluster, as far as the log has been written: that is after the answer. */
export async function auditOf({ access }: Cluster, user: string): Promise<readonly AuditEvent[]> {
  const text = await readFile(access.auditLog, "utf8");
  // The last line may be half written.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines
    .filter((line) => line.includes(`"${user}"`))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.user.username === user);
}
