import type { PutEventsRequest, PutEventsResponse } from "@aws-sdk/client-eventbridge";
import type { Random } from "../runtime/random.ts";
import { detailOf } from "./job-detail.ts";
import type { Jobs } from "./jobs.ts";
import type { MessageQueues } from "./message-queues.ts";
import { hasEnded } from "./stored-job.ts";
import type { CallRecord } from "./wire.ts";
import { type Change, uuidFrom, type World } from "./world.ts";

/** An event as AWS writes it. */
export interface BusEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: object;
}

/**
 * The default event bus of a region, with one rule: it sends every event to each queue of its targets, as the rule in
 * docs/events.md does. Without a queue there are no events.
 */
export class EventBus {
  readonly #world: World;
  readonly #random: Random;
  /** The queues of this region, and of those to which it forwards its events. */
  readonly #targets: MessageQueues[];
  /** By job that has not ended: its status in the last event. */
  readonly #statuses = new Map<string, string>();

  constructor(world: World, queues: MessageQueues, random: Random) {
    this.#world = world;
    this.#targets = [queues];
    this.#random = random;
  }

  /** The rule also sends to the queues of another region. */
  forwardTo(queues: MessageQueues): void {
    this.#targets.push(queues);
  }

  /** Of a user of AWS. */
  putEvents({ Entries = [] }: PutEventsRequest): PutEventsResponse {
    const answers = Entries.map(({ Source, DetailType, Detail, Resources = [] }) => {
      const detail = jsonObject(Detail);
      if (!Source || !DetailType || detail === undefined) return refused("MalformedDetail", "Detail is malformed.");
      if (Source.startsWith("aws."))
        return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
      const EventId = this.#send(
        { source: Source, "detail-type": DetailType, resources: Resources, detail },
        this.#world.knobs.eventDelayMs,
      );
      return { EventId };
    });
    return { FailedEntryCount: answers.filter((one) => "ErrorCode" in one).length, Entries: answers };
  }

  /** A job has another status, or another reason for it. There is no event for the submission itself. */
  jobChanged({ name, status, statusReason }: Change, jobs: Jobs): void {
    if (!this.#hasTargets) return;
    const before = this.#statuses.get(name);
    this.#statuses.set(name, status);
    if (status === "SUBMITTED") return;
    const job = jobs.get(name);
    if (job === undefined) return;
    if (hasEnded(job)) this.#statuses.delete(name);
    const isBlocked = before === status && status === "RUNNABLE" && statusReason !== undefined;
    if (before === status && !isBlocked) return;
    this.#send(
      {
        source: "aws.batch",
        "detail-type": isBlocked ? "Batch Job Queue Blocked" : "Batch Job State Change",
        resources: isBlocked ? [job.arn, job.queueArn] : [job.arn],
        detail: detailOf(job, jobs.childrenOf(job.id)),
      },
      this.#world.knobs.eventDelayMs,
    );
  }

  /** Somebody has made a call that is not a read: CloudTrail records it, also when AWS refused it. */
  called({ operation, input, by }: CallRecord, refusal: unknown): void {
    if (!this.#hasTargets || /^(Describe|Get|List)/.test(operation)) return;
    const { account, region, clock, knobs } = this.#world;
    const detail = {
      eventVersion: "1.11",
      userIdentity: {
        type: "AssumedRole",
        arn: this.#world.arn("sts", `assumed-role/${by === "operator" ? "aws-batch-operator" : "somebody"}/session`),
        accountId: account,
      },
      eventTime: new Date(clock.now()).toISOString(),
      eventSource: "batch.amazonaws.com",
      eventName: operation,
      awsRegion: region,
      ...(refusal instanceof Error ? { errorCode: refusal.name, errorMessage: refusal.message } : {}),
      requestParameters: input,
      responseElements: null,
      requestID: uuidFrom(this.#random),
      eventID: uuidFrom(this.#random),
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: "Management",
    };
    const event = { source: "aws.batch", "detail-type": "AWS API Call via CloudTrail", resources: [], detail };
    this.#send(event, knobs.callEventDelayMs + knobs.eventDelayMs);
  }

  get #hasTargets(): boolean {
    return this.#targets.some((queues) => !queues.isEmpty);
  }

  /** @returns its id */
  #send(event: BusEvent, delayMs: number): string {
    const { account, region, clock, knobs } = this.#world;
    const id = uuidFrom(this.#random);
    const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const body = JSON.stringify({ version: "0", id, ...event, account, time, region });
    for (const queues of this.#targets) {
      for (const name of queues.names) {
        if (this.#random() < knobs.eventLossShare) continue;
        const copies = this.#random() < knobs.eventDoubleShare ? 2 : 1;
        for (let copy = 0; copy < copies; copy++) {
          clock.schedule(this.#random() * delayMs, () => {
            if (queues.names.includes(name)) queues.send({ QueueUrl: name, MessageBody: body });
          });
        }
      }
    }
    return id;
  }
}

function refused(
  ErrorCode: string,
  ErrorMessage: string,
): { readonly ErrorCode: string; readonly ErrorMessage: string } {
  return { ErrorCode, ErrorMessage };
}

/** Undefined: the text is not a JSON object. */
function jsonObject(text: string | undefined): object | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
}
