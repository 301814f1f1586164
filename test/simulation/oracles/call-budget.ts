import type { OracleFactory } from "../oracle.ts";

/** The bucket of section 4: 10 calls a second, and as many at once after a pause. */
const perSecond = 10;
const burst = 10;
const windowMs = 10_000;

/** The AWS calls of one process within ten seconds never exceed what its token bucket gives out. */
export const callBudget: OracleFactory = (watched) => {
  const calls = new Map<string, number[]>();
  return {
    name: "the AWS call budget is kept",
    onEffect(call, phase) {
      // IAM has a bucket of its own.
      const ofBatch = !/Role|InstanceProfile/.test(call.operation);
      const caller = phase === "before" && ofBatch ? watched.callerOf(call) : undefined;
      if (caller === undefined) return undefined;
      const now = watched.clock.monotonic();
      const times = calls.get(caller.name) ?? [];
      // By the time at which each began: answers may take effect late, and together.
      times.push(call.at);
      while ((times[0] ?? now) < call.at - windowMs) times.shift();
      calls.set(caller.name, times);
      const most = (perSecond * windowMs) / 1000 + burst + 1;
      if (times.length <= most) return undefined;
      return `${caller.name} made ${times.length} AWS calls within ${windowMs / 1000} s`;
    },
  };
};
