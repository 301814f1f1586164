import type { BatchRegion } from "../../aws/region.ts";
import type { HealthCheck } from "../../runtime/health.ts";
import type { RuntimeMetrics } from "../../runtime/metrics.ts";
import type { ComposedOperator } from "../compose.ts";
import type { Operator } from "../operator.ts";

/** A reconcile is aborted after 5 minutes; one that continues anyway is stuck. */
const stuckMs = 10 * 60_000;
/** A watch ends or fails within a minute, and the next one starts at most half a minute later. */
const hangingMs = 5 * 60_000;

/** When to restart the process, and when it is ready. */
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
          return hanging.length > 0 ? `no activity for ${hanging.join(", ")}` : undefined;
        },
      },
      { name: "observers", problem: () => operator.fault() },
    ],
    ready: [
      {
        name: "caches",
        problem: () => (operator.runtime.hasSynced ? undefined : "not all objects are listed yet"),
        note() {
          const refused = operator.runtime.refusedNamespaces;
          return refused.length === 0 ? undefined : `cannot be read: ${refused.join(", ")}`;
        },
      },
      {
        name: "aws",
        problem() {
          if (!composed.knowsAws) return "the AWS identity is not known yet";
          // A standby does not read AWS. Another region may be misspelt or forbidden, which its objects report.
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
      ...eventsChecks(operator),
    ],
  };
}

/** Without events AWS is read more often: no reason to take the operator out of service. */
function eventsChecks(operator: Pick<Operator, "events">): readonly HealthCheck[] {
  if (operator.events() === undefined) return [];
  return [
    {
      name: "events",
      problem: () => undefined,
      note() {
        const silent = (operator.events() ?? []).filter(({ isLive }) => !isLive).map(({ place }) => place.region);
        if (silent.length === 0) return undefined;
        return `no heartbeat came back in ${silent.join(", ")}: check the rule of EventBridge and the queue; until one does, AWS is read as often as without events`;
      },
    },
  ];
}

function isRead(region: BatchRegion): boolean {
  return region.snapshot().listedAt !== undefined;
}

function whyUnread(region: BatchRegion | undefined): string {
  return region?.snapshot().failure?.message ?? "no answer yet";
}
