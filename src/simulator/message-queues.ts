import { createHash } from "node:crypto";
import type {
  CreateQueueRequest,
  CreateQueueResult,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  ReceiveMessageRequest,
  ReceiveMessageResult,
  SendMessageRequest,
  SendMessageResult,
} from "@aws-sdk/client-sqs";
import type { CallOptions } from "../aws/api.ts";
import { Refusal } from "./refusals.ts";
import type { Run } from "./wire.ts";
import { uuidFrom, type World } from "./world.ts";

interface StoredMessage {
  readonly id: string;
  readonly body: string;
}

interface ReceivedMessage {
  readonly message: StoredMessage;
  /** Monotonic ms. */
  readonly visibleAt: number;
}

interface StoredQueue {
  /** Those that anybody may receive, the oldest first. */
  ready: StoredMessage[];
  /** By receipt handle: those that somebody has received and not deleted, in the order of their reception. */
  readonly received: Map<string, ReceivedMessage>;
  /** Whoever waits for a message. */
  readonly waiting: Set<() => void>;
}

/** AWS keeps more; whoever reads none must not fill the memory. */
const mostMessages = 200_000;
const mostPerCall = 10;

/** The standard queues of SQS in a region. */
export class MessageQueues {
  readonly #world: World;
  readonly #random: () => number;
  readonly #queues = new Map<string, StoredQueue>();

  constructor(world: World, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  get names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** How many messages nobody has deleted. */
  count(name: string): number {
    const { ready = [], received = new Map() } = this.#queues.get(name) ?? {};
    return ready.length + received.size;
  }

  create({ QueueName: name = "" }: CreateQueueRequest): CreateQueueResult {
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw new Refusal(
        "InvalidParameterValue",
        400,
        "Can only include alphanumeric characters, hyphens, or underscores.",
      );
    }
    if (!this.#queues.has(name)) this.#queues.set(name, { ready: [], received: new Map(), waiting: new Set() });
    return { QueueUrl: this.urlOf(name) };
  }

  urlOf(name: string): string {
    const { account, region } = this.#world;
    return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  }

  remove(name: string): void {
    this.#queues.delete(name);
  }

  purge(name: string): void {
    const queue = this.#required(name);
    queue.ready = [];
    queue.received.clear();
  }

  send({ QueueUrl: url = "", MessageBody: body = "" }: SendMessageRequest): SendMessageResult {
    const queue = this.#required(url);
    const message = { id: uuidFrom(this.#random), body };
    queue.ready.push(message);
    if (queue.ready.length > mostMessages) queue.ready.shift();
    for (const wake of queue.waiting) wake();
    return { MessageId: message.id, MD5OfMessageBody: md5(body) };
  }

  receive({ QueueUrl: url = "", MaxNumberOfMessages: most = 1 }: ReceiveMessageRequest): ReceiveMessageResult {
    if (most < 1 || most > mostPerCall) {
      const text = `Value ${most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`;
      throw new Refusal("InvalidParameterValue", 400, text);
    }
    const queue = this.#required(url);
    this.#showAgain(queue);
    const visibleAt = this.#world.clock.monotonic() + this.#world.knobs.messageVisibilityMs;
    const messages = queue.ready.splice(0, most).map((message) => {
      const handle = uuidFrom(this.#random);
      queue.received.set(handle, { message, visibleAt });
      return { MessageId: message.id, ReceiptHandle: handle, Body: message.body, MD5OfBody: md5(message.body) };
    });
    return messages.length === 0 ? {} : { Messages: messages };
  }

  deleteBatch({ QueueUrl: url = "", Entries = [] }: DeleteMessageBatchRequest): DeleteMessageBatchResult {
    const queue = this.#required(url);
    // A handle that is too old deletes nothing, without an error.
    for (const { ReceiptHandle = "" } of Entries) queue.received.delete(ReceiptHandle);
    return { Successful: Entries.map(({ Id }) => ({ Id: Id ?? "" })), Failed: [] };
  }

  /** Resolves when there may be a message, or after the time that the request waits for one. */
  async arrival(
    { QueueUrl: url = "", WaitTimeSeconds: seconds = 0 }: ReceiveMessageRequest,
    signal?: AbortSignal,
  ): Promise<void> {
    const queue = this.#queues.get(lastPart(url));
    if (queue === undefined || seconds <= 0) return;
    this.#showAgain(queue);
    if (queue.ready.length > 0) return;
    const { clock } = this.#world;
    const [next] = queue.received.values();
    const waitMs = Math.min(seconds * 1000, (next?.visibleAt ?? Number.POSITIVE_INFINITY) - clock.monotonic());
    await new Promise<void>((resolve, reject) => {
      const ended = (settle: () => void) => (): void => {
        timer.cancel();
        queue.waiting.delete(end);
        signal?.removeEventListener("abort", stop);
        settle();
      };
      const end = ended(resolve);
      const stop = ended(() => reject(signal?.reason));
      const timer = clock.schedule(waitMs, end);
      queue.waiting.add(end);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** What was received and not deleted in time. */
  #showAgain(queue: StoredQueue): void {
    const now = this.#world.clock.monotonic();
    for (const [handle, { message, visibleAt }] of queue.received) {
      if (visibleAt > now) return;
      queue.received.delete(handle);
      queue.ready.push(message);
    }
  }

  #required(nameOrUrl: string): StoredQueue {
    const queue = this.#queues.get(lastPart(nameOrUrl));
    if (queue === undefined) throw new Refusal("QueueDoesNotExist", 400, "The specified queue does not exist.");
    return queue;
  }
}

/** The calls of SQS that the simulator answers. */
export interface SimulatedSqs {
  createQueue(input: CreateQueueRequest, options?: CallOptions): Promise<CreateQueueResult>;
  sendMessage(input: SendMessageRequest, options?: CallOptions): Promise<SendMessageResult>;
  receiveMessage(input: ReceiveMessageRequest, options?: CallOptions): Promise<ReceiveMessageResult>;
  deleteMessageBatch(input: DeleteMessageBatchRequest, options?: CallOptions): Promise<DeleteMessageBatchResult>;
}

export function sqsApi(queues: MessageQueues, run: Run): SimulatedSqs {
  return {
    createQueue: (input, options) => run("CreateQueue", input, (given) => queues.create(given), options),
    sendMessage: (input, options) => run("SendMessage", input, (given) => queues.send(given), options),
    async receiveMessage(input, options) {
      await queues.arrival(input, options?.signal);
      return await run("ReceiveMessage", input, (given) => queues.receive(given), options);
    },
    deleteMessageBatch: (input, options) =>
      run("DeleteMessageBatch", input, (given) => queues.deleteBatch(given), options),
  };
}

function lastPart(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** SDKs check it. */
function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
