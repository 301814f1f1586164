import * as sdk from "@aws-sdk/client-batch";
import type { AskAt } from "./trial.ts";

type Command = Parameters<sdk.BatchClient["send"]>[0];

/** Asks with the AWS SDK, which tries once. */
export const askBySdk: AskAt = async (endpoint, operation, input) => {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new sdk.BatchClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  const commands = sdk as unknown as Readonly<Record<string, new (input: object) => Command>>;
  const command = commands[`${operation}Command`];
  if (command === undefined) throw new Error(`the SDK has no ${operation}`);
  try {
    return { answer: await client.send(new command(input)) };
  } catch (error) {
    if (!(error instanceof sdk.BatchServiceException)) throw error;
    const { name, message, $metadata } = error;
    return { error: { name, message, status: $metadata.httpStatusCode ?? 0 } };
  } finally {
    client.destroy();
  }
};
