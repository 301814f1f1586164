import type { OracleFactory, Watched } from "../oracle.ts";

/** The bucket of section 4: 10 calls a second, and as many at once after a pause. */
const perSecond = 10;
const burst = 10;
const windowMs = 10_000;

/**
 * The AWS calls of one process within ten seconds never exceed what its token buckets give out. Batch, IAM and EC2
 * count and throttle apart, so each has a bucket of its own.
 */
export const callBudget: OracleFactory = (watched) => {
  const calls = new Map<string, number[]>();
  return {
    name: "the AWS call budget is kept",
    onEffect(call, phase) {
      const caller = phase === "before" ? watched.callerOf(call) : undefined;
      if (caller === undefined) return undefined;
      const service = serviceOf(watched, call.operation);
      const now = watched.clock.monotonic();
      const key = `${caller.name} ${service}`;
      const times = calls.get(key) ?? [];
      // By the time at which each began: answers may take effect late, and together.
      times.push(call.at);
      while ((times[0] ?? now) < call.at - windowMs) times.shift();
      calls.set(key, times);
      const most = (perSecond * windowMs) / 1000 + burst + 1;
      if (times.length <= most) return undefined;
      return `${caller.name} made ${times.length} calls of ${service} within ${windowMs / 1000} s`;
    },
  };
};

function serviceOf({ aws }: Watched, operation: string): "Batch" | "IAM" | "EC2" {
  const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  if (Object.hasOwn(aws.ec2, name)) return "EC2";
  return Object.hasOwn(aws.iam, name) ? "IAM" : "Batch";
}
