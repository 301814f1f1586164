import type { NetworkReader, SharedPart } from "../network/port.ts";
import type { Clock } from "../runtime/clock.ts";
import { callsFor } from "./calls.ts";
import type { Ec2Api } from "./ec2.ts";
import { ec2Calls } from "./ec2-calls.ts";
import type { IamAccount } from "./iam-account.ts";
import { createNetworkReader } from "./network-reader.ts";

/** EC2 of one account and region, with a call budget of its own. */
export interface Ec2Region {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Behind budget, lease, deadline and classification. Call `wrote` after each write. */
  readonly api: Ec2Api;
  /** Facts that are kept and shared. At rest an age of two hours costs next to no calls. */
  readonly network: NetworkReader;
  /** Something in a VPC was written, also when the write failed or its answer was lost: it is read again. */
  wrote(): void;
  /** Something in a VPC is on its way: what was read before this monotonic time (ms) is read again. */
  forget(beforeMs: number): void;
  /** So are all ways through the VPCs: something that others may run by is about to be taken away. */
  forgetWays(beforeMs: number): void;
}

/** The region as all namespaces share it. */
export interface Ec2OfAll extends Ec2Region {
  /** The same region, with its calls made for a namespace: the budget lets namespaces take turns. */
  onBehalfOf(namespace: string): Ec2Region;
}

export interface Ec2RegionOptions {
  /** Behind `guardedEc2`. */
  readonly api: Ec2Api;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly clock: Clock;
  /** For instance profiles and their roles. */
  readonly iam: (signal: AbortSignal, onBehalfOf: string | undefined) => Promise<IamAccount>;
  /** What all objects name of a kind, so that one read serves them all. */
  readonly everybody: (part: SharedPart) => Iterable<string>;
}

export function createEc2Region(options: Ec2RegionOptions): Ec2OfAll {
  const { api, account, region, partition, clock, iam, everybody } = options;
  const network = createNetworkReader({ ec2: api, account, region, clock, iam, everybody });
  const all: Ec2Region = {
    account,
    region,
    partition,
    api,
    network,
    wrote: () => network.wrote(),
    forget: (beforeMs) => network.forget(beforeMs),
    forgetWays: (beforeMs) => network.forgetWays(beforeMs),
  };
  return {
    ...all,
    onBehalfOf(namespace) {
      const calls = callsFor(namespace, api, ec2Calls);
      return { ...all, api: calls, network: network.calling(calls, namespace) };
    },
  };
}
