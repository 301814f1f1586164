import { keptForFew } from "../../../src/operator/open-regions.ts";
import { defaultRequestsPerSecond, defaultSubmitRate } from "../../../src/operator/settings.ts";
import type { OracleFactory, Watched } from "../oracle.ts";

/** Calls a second of each bucket of section 4, and how many may leave at once after a pause. */
const buckets = {
  Batch: { perSecond: defaultRequestsPerSecond, atOnce: defaultRequestsPerSecond + keptForFew },
  IAM: { perSecond: defaultRequestsPerSecond, atOnce: defaultRequestsPerSecond + keptForFew },
  EC2: { perSecond: defaultRequestsPerSecond, atOnce: defaultRequestsPerSecond + keptForFew },
  "submitted jobs": { perSecond: defaultSubmitRate, atOnce: defaultSubmitRate },
  "ended jobs": { perSecond: defaultSubmitRate, atOnce: defaultSubmitRate },
} as const;
type Bucket = keyof typeof buckets;
const windowMs = 10_000;

/**
 * The AWS calls of one process within ten seconds never exceed what its token buckets give out. Batch, IAM and EC2
 * count and throttle apart, and Batch the calls that submit and end jobs, so each has a bucket of its own.
 */
export const callBudget: OracleFactory = (watched) => {
  const calls = new Map<string, number[]>();
  return {
    name: "the AWS call budget is kept",
    onEffect(call, phase) {
      const caller = phase === "before" ? watched.callerOf(call) : undefined;
      if (caller === undefined) return undefined;
      const bucket = bucketOf(watched, call.operation);
      const now = watched.clock.monotonic();
      const key = `${caller.name} ${bucket}`;
      const times = calls.get(key) ?? [];
      // By the time at which each began: answers may take effect late, and together.
      times.push(call.at);
      while ((times[0] ?? now) < call.at - windowMs) times.shift();
      calls.set(key, times);
      const { perSecond, atOnce } = buckets[bucket];
      const most = (perSecond * windowMs) / 1000 + atOnce + 1;
      if (times.length <= most) return undefined;
      return `${caller.name} made ${times.length} calls of ${bucket} within ${windowMs / 1000} s`;
    },
  };
};

const ofJobs: Readonly<Partial<Record<string, Bucket>>> = {
  SubmitJob: "submitted jobs",
  CancelJob: "ended jobs",
  TerminateJob: "ended jobs",
};

function bucketOf({ aws }: Watched, operation: string): Bucket {
  const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  if (Object.hasOwn(aws.ec2, name)) return "EC2";
  return Object.hasOwn(aws.iam, name) ? "IAM" : (ofJobs[operation] ?? "Batch");
}
