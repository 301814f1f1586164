import { type BatchApi, guardedBatch } from "../aws/batch-calls.ts";
import { createIamAccount } from "../aws/cached-iam.ts";
import { guardedEc2 } from "../aws/ec2-calls.ts";
import { createEc2Region, type Ec2Region } from "../aws/ec2-region.ts";
import type { IamAccount } from "../aws/iam-account.ts";
import { guardedIam } from "../aws/iam-calls.ts";
import type { LogsApi } from "../aws/logs.ts";
import { guardedLogs } from "../aws/logs-calls.ts";
import type { NetworkReader } from "../network/port.ts";
import type { CloudWithLogs } from "../operator/cloud.ts";
import type { Clock } from "../runtime/clock.ts";
import { once } from "../runtime/once.ts";
import { readOnlyGuard } from "./read-only.ts";

/** AWS in one region, for a command that only reads: every write fails. */
export interface ReadOnlyRegion {
  readonly region: string;
  readonly batch: BatchApi;
  /** EC2 and IAM are opened at the first use. */
  readonly network: () => Promise<NetworkReader>;
  /** CloudWatch Logs; opened at the first use. */
  readonly logs: () => Promise<LogsApi>;
  /** Closes its connections; it is not used any more. */
  readonly close: () => void;
}

export interface ReadOnlyRegionOptions {
  readonly clock: Clock;
  readonly requestsPerSecond: number;
  /** e.g. `diagnose only reads`. */
  readonly why: string;
}

/** @throws AwsError if the region cannot be connected */
export async function readOnlyRegion(
  cloud: CloudWithLogs,
  region: string,
  options: ReadOnlyRegionOptions,
  signal: AbortSignal,
): Promise<ReadOnlyRegion> {
  const { account } = cloud;
  const { clock } = options;
  const connection = await cloud.connect(region, signal);
  const { partition } = connection;
  const guard = readOnlyGuard(options);
  const clients: { readonly close: () => void }[] = [connection];
  const iam = async (): Promise<IamAccount> =>
    createIamAccount({ api: guardedIam(await connection.iam(), guard), account, partition, clock });
  const openEc2 = async (): Promise<Ec2Region> =>
    createEc2Region({
      api: guardedEc2(await connection.ec2(), guard),
      account,
      region,
      partition,
      clock,
      iam,
      everybody: () => [],
    });
  const openLogs = async (): Promise<LogsApi> => {
    const client = await cloud.logs(region);
    clients.push(client);
    return guardedLogs(client, guard);
  };
  const ec2 = once(openEc2);
  return {
    region,
    batch: guardedBatch(connection.batch, guard),
    async network() {
      return (await ec2()).network;
    },
    logs: once(openLogs),
    close() {
      for (const client of clients) client.close();
    },
  };
}
