import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type SdkOptions, sdkCalls } from "./sdk.ts";

/** The calls of SQS by which events arrive (API version 2012-11-05). */
const queueCommands = { receiveMessage: ReceiveMessageCommand, deleteMessageBatch: DeleteMessageBatchCommand } as const;
/** The call of EventBridge that sends a heartbeat (API version 2015-10-07). */
const busCommands = { putEvents: PutEventsCommand } as const;

export const eventsCommands = { ...queueCommands, ...busCommands } as const;

/** SQS and EventBridge by the SDK. This module is imported only with `--events-queue`. */
export function sdkEvents(options: SdkOptions) {
  const queues = sdkCalls(SQSClient, queueCommands, options);
  const bus = sdkCalls(EventBridgeClient, busCommands, options);
  return {
    ...queues,
    ...bus,
    close() {
      queues.close();
      bus.close();
    },
  };
}
