import * as sdk from "@aws-sdk/client-batch";
import type { BatchCommands } from "./batch.ts";
import { type BatchCall, batchCalls } from "./batch-calls.ts";
import { operationOf } from "./call-facts.ts";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/** All of the SDK's: most of AWS Batch is in use, so that leaving the others out of the bundle is not worth a list. */
const exported: Readonly<Record<string, unknown>> = sdk;

/** The commands of the calls that the operator makes (API version 2016-08-10). */
const commands = Object.fromEntries(
  Object.keys(batchCalls).map((name) => [name, exported[`${operationOf(name)}Command`]]),
) as unknown as BatchCommands<BatchCall>;

/** AWS Batch by the SDK. */
export function sdkBatch(options: SdkOptions) {
  return sdkCalls(sdk.BatchClient, commands, options);
}
