/** An account by the AWS SDK, with its ordinary credentials. */

import * as batch from "@aws-sdk/client-batch";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import type { Ask } from "../rest.ts";
import type { Account } from "./account.ts";

export interface SdkSettings {
  readonly region: string;
  /** Of the files of the AWS CLI; undefined: whatever the SDK finds. */
  readonly profile?: string;
  /** For all services, e.g. the simulator's. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface Client {
  send(command: object): Promise<object>;
}

/** Each call once: `paced` asks again. */
export function sdkAccount(settings: SdkSettings): Account {
  const once = { ...settings, maxAttempts: 1 };
  return {
    batch: asking(batch, new batch.BatchClient(once) as unknown as Client),
    ec2: asking(ec2, new ec2.EC2Client(once) as unknown as Client),
    iam: asking(iam, new iam.IAMClient(once) as unknown as Client),
    sts: asking(sts, new sts.STSClient(once) as unknown as Client),
  };
}

function asking(sdk: object, client: Client): Ask {
  const commands = sdk as Readonly<Record<string, new (input: object) => object>>;
  return async (operation, input) => {
    const command = commands[`${operation}Command`];
    if (command === undefined) throw new Error(`the AWS SDK has no ${operation}`);
    try {
      return { answer: await client.send(new command(input)) };
    } catch (error) {
      const status = statusOf(error);
      if (!(error instanceof Error) || status === undefined) throw error;
      return { error: { name: error.name, message: error.message, status } };
    }
  };
}

/** Of an answer of AWS; undefined: nothing answered. */
function statusOf(error: unknown): number | undefined {
  const { $metadata, $fault } = error as { $fault?: string; $metadata?: { httpStatusCode?: number } };
  return $fault === undefined ? undefined : $metadata?.httpStatusCode;
}
