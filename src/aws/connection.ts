import type { BatchApi } from "./batch-calls.ts";
import type { Ec2Api } from "./ec2.ts";
import type { EventsApi } from "./events.ts";
import type { IamApi } from "./iam.ts";
import type { LogsApi } from "./logs.ts";

/** The operator's identity in a region, and its clients. */
export interface AwsConnection {
  readonly account: string;
  readonly partition: string;
  /** Unguarded: budget, lease, deadline and classification are added here. */
  readonly batch: BatchApi;
  /** IAM of the account, also unguarded. Its client is loaded at the first use. */
  readonly iam: () => Promise<IamApi>;
  /** EC2 of the region, also unguarded. Its client is loaded at the first use. */
  readonly ec2: () => Promise<Ec2Api>;
  /** CloudWatch Logs of the region, also unguarded. Its client is loaded at the first use. */
  readonly logs: () => Promise<LogsApi>;
  /**
   * SQS and EventBridge of the region, also unguarded. Its clients are loaded at the first use. Undefined: nothing is heard
   * from this AWS.
   */
  readonly events?: () => Promise<EventsApi>;
  /** Closes the connections of its clients; they are not used any more. */
  readonly close: () => void;
}
