import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { defaultKnobs } from "../../src/simulator/knobs.ts";
import { MessageQueues } from "../../src/simulator/message-queues.ts";
import { World } from "../../src/simulator/world.ts";

function aQueue() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const queues = new MessageQueues(new World(clock, random, "1".repeat(12), "us-east-1", { ...defaultKnobs }), random);
  const { QueueUrl = "" } = queues.create({ QueueName: "q" });
  const send = (...bodies: readonly string[]): void => {
    for (const MessageBody of bodies) queues.send({ QueueUrl, MessageBody });
  };
  const receive = (MaxNumberOfMessages = 10) => queues.receive({ QueueUrl, MaxNumberOfMessages }).Messages ?? [];
  return { clock, queues, QueueUrl, send, receive, bodies: () => receive().map(({ Body }) => Body) };
}

describe("a queue of SQS", () => {
  it("has a URL with its region and account, and the same when it is created again", () => {
    const { queues, QueueUrl } = aQueue();
    expect(QueueUrl).toBe("https://sqs.us-east-1.amazonaws.com/111111111111/q");
    queues.send({ QueueUrl, MessageBody: "a" });
    expect(queues.create({ QueueName: "q" })).toEqual({ QueueUrl });
    expect(queues.count("q")).toBe(1);
  });

  it("gives a message to nobody else for the time of its visibility, and then to whoever asks", async () => {
    const { clock, send, bodies } = aQueue();
    send("a", "b");
    expect(bodies()).toEqual(["a", "b"]);
    expect(bodies()).toEqual([]);
    await clock.advance(30_000);
    expect(bodies()).toEqual(["a", "b"]);
  });

  it("gives at most ten at once, and forgets what is deleted; a handle that is too old deletes nothing", async () => {
    const { clock, queues, QueueUrl, send, receive } = aQueue();
    send(...Array.from({ length: 12 }, (_, index) => String(index)));
    const [first, second] = receive();
    await clock.advance(30_000);
    expect(receive(1)).toHaveLength(1);
    const Entries = [first, second].map((one, index) => ({ Id: String(index), ReceiptHandle: one?.ReceiptHandle }));
    queues.deleteBatch({ QueueUrl, Entries });
    expect(queues.count("q")).toBe(12);
    const again = receive(10).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    queues.deleteBatch({ QueueUrl, Entries: again });
    expect(queues.count("q")).toBe(2);
  });

  it("lets a poll wait until a message comes, or is visible again, or its time has passed", async () => {
    const { clock, queues, QueueUrl, send, receive } = aQueue();
    const arrivals: number[] = [];
    const poll = async (): Promise<void> => {
      await queues.arrival({ QueueUrl, WaitTimeSeconds: 20 });
      arrivals.push(clock.monotonic());
    };
    const first = poll();
    await clock.advance(5000);
    send("a");
    await first;
    receive();
    const second = poll();
    await clock.advance(20_000);
    await second;
    const third = poll();
    await clock.advance(20_000);
    await third;
    await poll();
    expect(arrivals).toEqual([5000, 25_000, 35_000, 45_000]);
  });

  it("ends a poll that the caller gives up", async () => {
    const { queues, QueueUrl } = aQueue();
    const giving = new AbortController();
    const poll = queues.arrival({ QueueUrl, WaitTimeSeconds: 20 }, giving.signal);
    giving.abort(new Error("enough"));
    await expect(poll).rejects.toThrow("enough");
  });

  it("is empty after a purge, and unknown after its deletion", () => {
    const { queues, QueueUrl, send, bodies } = aQueue();
    send("a");
    queues.purge("q");
    expect(bodies()).toEqual([]);
    queues.remove("q");
    expect(() => queues.send({ QueueUrl, MessageBody: "a" })).toThrow("The specified queue does not exist.");
    expect([queues.names, queues.isEmpty]).toEqual([[], true]);
  });

  it.each([0, 11])("refuses to give %d messages", (most) => {
    expect(() => aQueue().receive(most)).toThrow("Must be between 1 and 10");
  });

  it("refuses a name that AWS would not take", () => {
    expect(() => aQueue().queues.create({ QueueName: "q.fifo" })).toThrow("alphanumeric");
  });
});
