import type { OracleFactory } from "../oracle.ts";

/**
 * Promise 8. A replica past its lease starts no write. A write starts when it has passed the last check before its
 * bytes leave; at that instant the Lease must be this process's and not run out by true time, whatever the clocks of
 * the process say.
 *
 * What was on the wire when a process froze is judged by the other oracles alone: it has to be harmless.
 */
export const oneWriter: OracleFactory = (watched) => ({
  name: "8 one writer",
  onSend(process, what) {
    const lease = watched.lease();
    const now = watched.clock.monotonic();
    if (lease?.holder === process.name && now < lease.until) return undefined;
    const holder = lease === undefined ? "nobody" : `${lease.holder} until ${(lease.until / 1000).toFixed(1)} s`;
    return `${process.name} starts ${what} without the lease, which ${holder} holds`;
  },
});
