import { VirtualClock } from "../src/runtime/clock.ts";
import { seededRandom } from "../src/runtime/random.ts";
import { createSimulatedAws } from "../src/simulator/simulated-aws.ts";
import type { WorldOptions } from "./world.ts";

export const eventsQueueName = "aws-batch-operator-events";
export const eventsQueueUrl = `https://sqs.eu-west-1.amazonaws.com/123456789012/${eventsQueueName}`;

/** The options of a world with a queue that the rule of EventBridge fills, and to which the operator listens. */
export async function listening(options: WorldOptions = {}): Promise<WorldOptions> {
  const clock = options.clock ?? new VirtualClock();
  const random = seededRandom(options.seed ?? 1);
  const aws = options.aws ?? createSimulatedAws({ clock, random, region: "eu-west-1", knobs: { ...options.knobs } });
  await aws.outside.sqs.createQueue({ QueueName: eventsQueueName });
  return { ...options, clock, aws, flags: { eventsQueue: [eventsQueueUrl], ...options.flags } };
}

/** The operations by which events arrive. */
export const eventOperations: readonly string[] = ["ReceiveMessage", "DeleteMessageBatch", "PutEvents"];
