import { type CallTable, readCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard } from "./calls.ts";
import type { EventsApi } from "./events.ts";

/** The longest that SQS lets a call wait for a message. */
export const longestPollSeconds = 20;
const longestReceiveMs = (longestPollSeconds + 10) * 1000;

/**
 * The calls by which events arrive. None changes a resource, and each may be sent twice: they count as reads, which need no
 * lease, and after which the next leader need not wait.
 */
export const queueCalls: CallTable<"receiveMessage" | "deleteMessageBatch"> = {
  receiveMessage: readCall("EventsReceive"),
  deleteMessageBatch: {
    ...readCall("EventsReceive"),
    statements: [],
    // The action of the batch is that of each of its messages.
    also: [["sqs:DeleteMessage", "EventsReceive"]],
  },
};

/** The call of EventBridge. */
export const busCalls: CallTable<"putEvents"> = { putEvents: readCall("EventsHeartbeat") };

/** SQS and EventBridge behind budget, deadline and classification. */
export function guardedEvents(raw: EventsApi, options: CallGuardOptions): EventsApi {
  const guard = callGuard(options);
  const guardPoll = callGuard({ ...options, limitMs: longestReceiveMs });
  return {
    receiveMessage: guardPoll("sqs:ReceiveMessage", "read", (input, given) => raw.receiveMessage(input, given)),
    deleteMessageBatch: guard("sqs:DeleteMessageBatch", "read", (input, given) => raw.deleteMessageBatch(input, given)),
    putEvents: guard("events:PutEvents", "read", (input, given) => raw.putEvents(input, given)),
  };
}
