/** An account by the AWS SDK, with its ordinary credentials. */

import * as batch from "@aws-sdk/client-batch";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import type { Ask } from "../rest.ts";
import { type Account, unreadable } from "./account.ts";

export interface SdkSettings {
  readonly region: string;
  /** Of the files of the AWS CLI; undefined: whatever the SDK finds. */
  readonly profile?: string;
  /** For all services, e.g. the simulator's. */
  readonly endpoint?: string;
  /** Gets the host that each call goes to: variables and files of the AWS CLI may name another than AWS, too. */
  readonly asked?: (host: string) => void;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface Client {
  send(command: object): Promise<object>;
  readonly middlewareStack: { add(middleware: Middleware, options: { readonly step: "finalizeRequest" }): void };
}

type Next = (args: object) => Promise<object>;
type Middleware = (next: Next) => Next;

/** Whether a host is AWS's own, in any partition. */
export function isOfAws(host: string): boolean {
  return /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(host);
}

/** The operations of AWS Batch. */
export const batchOperations: readonly string[] = Object.keys(batch)
  .filter((name) => name.endsWith("Command") && !name.startsWith("$"))
  .map((name) => name.slice(0, -"Command".length));

/** Each call once: `paced` asks again. */
export function sdkAccount({ asked = () => undefined, ...settings }: SdkSettings): Account {
  const once = { ...settings, maxAttempts: 1 };
  const heard = (client: object): Client => {
    const one = client as Client;
    one.middlewareStack.add(
      (next) => (args) => {
        asked((args as { request: { hostname: string } }).request.hostname);
        return next(args);
      },
      { step: "finalizeRequest" },
    );
    return one;
  };
  return {
    batch: asking(batch, heard(new batch.BatchClient(once))),
    ec2: asking(ec2, heard(new ec2.EC2Client(once))),
    iam: asking(iam, heard(new iam.IAMClient(once))),
    sts: asking(sts, heard(new sts.STSClient(once))),
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
      const unread = unreadStatusOf(error);
      if (unread !== undefined) {
        return { error: { name: unreadable, message: `HTTP ${unread}, not in AWS's form`, status: unread } };
      }
      const status = statusOf(error);
      if (!(error instanceof Error) || status === undefined) throw error;
      return { error: { name: error.name, message: error.message, status } };
    }
  };
}

/** Of an answer that is not in AWS's form, e.g. the page of a server that lacks the operation; undefined: it is. */
function unreadStatusOf(error: unknown): number | undefined {
  const { $fault, $response } = error as { $fault?: string; $response?: { statusCode?: number } };
  return $fault === undefined ? $response?.statusCode : undefined;
}

/** Of an answer of AWS; undefined: nothing answered. */
function statusOf(error: unknown): number | undefined {
  const { $metadata, $fault } = error as { $fault?: string; $metadata?: { httpStatusCode?: number } };
  return $fault === undefined ? undefined : $metadata?.httpStatusCode;
}
