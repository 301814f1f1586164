import { type BatchApi, type BatchGuardOptions, guardedBatch } from "../../aws/batch-calls.ts";
import { CallBudget } from "../../aws/budget.ts";
import type { LogsApi } from "../../aws/logs.ts";
import { guardedLogs } from "../../aws/logs-calls.ts";
import { realCloud } from "../../operator/cloud.ts";
import type { OperatorFlags } from "../../operator/flags.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { defaultRequestsPerSecond } from "../../operator/settings.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";

/** The account in whose queues a command finds its jobs. */
export interface JobsAccount {
  readonly batch: Pick<BatchApi, "describeJobs" | "listJobs" | "describeJobQueues">;
  /** CloudWatch Logs of a region. Its client is loaded at the first use. */
  readonly logs: (region: string) => Promise<LogsApi>;
  readonly region: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @throws CommandError if nothing goes on with its jobs */
  requireProgress(): void;
  /** Wall time (ms) of the account. */
  now(): number;
  close(): void;
}

/** One that the command may also write. */
export interface WritableAccount extends JobsAccount {
  /** Its ID. */
  readonly account: string;
  readonly batch: BatchApi;
}

/**
 * AWS by the person's own credentials.
 *
 * @param named names or ARNs that the command line gives; the region of an ARN is the region of the command
 * @throws CommandError if credentials or region are missing, or ARNs are of several regions
 */
export async function openAccount(
  flags: OperatorFlags,
  named: readonly (string | undefined)[],
  io: Io,
): Promise<WritableAccount> {
  const signal = io.interrupted;
  const clock = systemClock();
  const region = regionIn(named) ?? flags.region;
  const cloud = await realCloud(region === undefined ? flags : { ...flags, region }, io.env, signal);
  const connection = await cloud.connect(cloud.region, signal);
  const guard: BatchGuardOptions = {
    clock,
    budget: new CallBudget({ clock, ratePerSecond: defaultRequestsPerSecond, keptForFew: 0, onWait: undefined }),
    // A person writes without a lease.
    mayWrite: () => ({ deadlineMs: Number.POSITIVE_INFINITY }),
    onCall: undefined,
    jobBudgets: undefined,
  };
  const clients: { close(): void }[] = [connection];
  return {
    batch: guardedBatch(connection.batch, guard),
    async logs(ofRegion) {
      const client = await cloud.logs(ofRegion);
      clients.push(client);
      return guardedLogs(client, guard);
    },
    account: cloud.account,
    region: cloud.region,
    clock,
    signal,
    requireProgress: () => undefined,
    now: () => cloud.now(),
    close() {
      for (const client of clients) client.close();
    },
  };
}

/**
 * What another account does not have proves nothing about an object.
 *
 * @param what the object
 * @param accountId where the operator has it, as its status says
 * @param account that of the credentials
 * @throws CommandError if they are not the same
 */
export function requireAccount(
  what: string,
  accountId: string | undefined,
  account: string,
  exitCode: number = exitCodes.failed,
): void {
  if (accountId === undefined || accountId === account) return;
  throw new CommandError(
    `${what} is in account ${accountId}, and the credentials belong to account ${account}: use credentials of ${accountId}, e.g. by AWS_PROFILE`,
    { exitCode },
  );
}

function regionIn(named: readonly (string | undefined)[]): string | undefined {
  const regions = named.map((one) => /^arn:[^:]+:batch:([^:]+):/.exec(one ?? "")?.[1]);
  const [first, ...others] = [...new Set(regions.filter((region) => region !== undefined))];
  if (others.length === 0) return first;
  throw new CommandError(`the ARNs are of several regions: ${[first, ...others].join(", ")}`);
}
