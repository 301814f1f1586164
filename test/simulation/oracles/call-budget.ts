import { defaultRequestsPerSecond, defaultSubmitRate } from "../../../src/cli/settings.ts";
import type { OracleFactory, Watched } from "../oracle.ts";

/** Calls a second of each bucket of section 4, and as many at once after a pause. */
const perSecond = {
  Batch: defaultRequestsPerSecond,
  IAM: defaultRequestsPerSecond,
  EC2: defaultRequestsPerSecond,
  "submitted jobs": defaultSubmitRate,
  "ended jobs": defaultSubmitRate,
} as const;
type Bucket = keyof typeof perSecond;
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
      const most = (perSecond[bucket] * windowMs) / 1000 + perSecond[bucket] + 1;
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
