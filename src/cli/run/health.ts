import type { Operator } from "../../operator.ts";
import type { HealthCheck } from "../../runtime/health.ts";
import type { RuntimeMetrics } from "../../runtime/metrics.ts";

/** A reconcile is aborted after 5 minutes; one that runs on all the same is stuck. */
const stuckMs = 10 * 60_000;
/** A watch ends, fails or is given up within a minute, and at most half a minute later there is another one. */
const hangingMs = 5 * 60_000;

/** When the process is to be started anew, and when it is of use. */
export function healthChecks(
  operator: Operator,
  metrics: Pick<RuntimeMetrics, "hangingReflectors">,
  now: {
    /** Whether AWS has said who we are. */
    readonly knowsAws: () => boolean;
    readonly leads: () => boolean;
  },
): { readonly live: readonly HealthCheck[]; readonly ready: readonly HealthCheck[] } {
  return {
    live: [
      {
        name: "reconciles",
        problem() {
          const longestMs = operator.runtime.longestRunningMs();
          return longestMs > stuckMs ? `one has been running for ${Math.round(longestMs / 1000)} s` : undefined;
        },
      },
      {
        name: "watches",
        problem() {
          const hanging = metrics.hangingReflectors(hangingMs);
          return hanging.length > 0 ? `nothing happens for ${hanging.join(", ")}` : undefined;
        },
      },
      { name: "observers", problem: () => operator.fault() },
    ],
    ready: [
      { name: "caches", problem: () => (operator.runtime.hasSynced ? undefined : "not all objects are known yet") },
      {
        name: "aws",
        problem() {
          if (!now.knowsAws()) return "AWS has not said yet who we are";
          // A standby leaves AWS alone; whoever leads has read at least the operator's own region.
          const regions = operator.observed();
          const unread = regions.filter((region) => region.snapshot().listedAt === undefined);
          if (unread.length === 0 && (regions.length > 0 || !now.leads())) return undefined;
          return `AWS Batch has not been read yet: ${unread[0]?.snapshot().failure?.message ?? "no answer so far"}`;
        },
      },
    ],
  };
}
