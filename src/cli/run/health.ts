import type { BatchRegion } from "../../aws/region.ts";
import type { HealthCheck } from "../../runtime/health.ts";
import type { RuntimeMetrics } from "../../runtime/metrics.ts";
import type { ComposedOperator } from "../operator/compose.ts";

/** A reconcile is aborted after 5 minutes; one that runs on all the same is stuck. */
const stuckMs = 10 * 60_000;
/** A watch ends, fails or is given up within a minute, and at most half a minute later there is another one. */
const hangingMs = 5 * 60_000;

/** When the process is to be started anew, and when it is of use. */
export function healthChecks(
  composed: Pick<ComposedOperator, "operator" | "knowsAws" | "leads">,
  metrics: Pick<RuntimeMetrics, "hangingReflectors">,
): { readonly live: readonly HealthCheck[]; readonly ready: readonly HealthCheck[] } {
  const { operator } = composed;
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
      {
        name: "caches",
        problem: () => (operator.runtime.hasSynced ? undefined : "not all objects are known yet"),
        note() {
          const refused = operator.runtime.refusedNamespaces;
          return refused.length === 0 ? undefined : `not to be read: ${refused.join(", ")}`;
        },
      },
      {
        name: "aws",
        problem() {
          if (!composed.knowsAws) return "AWS has not said yet who we are";
          // A standby leaves AWS alone. A region that only objects name may be mistyped or forbidden: that is told there.
          const own = operator.observed().find(({ region }) => region === operator.ports.settings.region);
          if (own === undefined ? !composed.leads : isRead(own)) return undefined;
          return `AWS Batch has not been read yet: ${whyUnread(own)}`;
        },
        note() {
          const unread = operator.observed().filter((region) => !isRead(region));
          if (unread.length === 0) return undefined;
          return `not read yet: ${unread.map((region) => `${region.region} (${whyUnread(region)})`).join(", ")}`;
        },
      },
    ],
  };
}

function isRead(region: BatchRegion): boolean {
  return region.snapshot().listedAt !== undefined;
}

function whyUnread(region: BatchRegion | undefined): string {
  return region?.snapshot().failure?.message ?? "no answer so far";
}
