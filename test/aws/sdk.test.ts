import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { guardedBatch } from "../../src/aws/batch-calls.ts";
import { sdkBatch } from "../../src/aws/batch-sdk.ts";
import { NotSent } from "../../src/aws/calls.ts";
import type { SdkOptions } from "../../src/aws/sdk.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { aGuard, sdkIn } from "./given.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: unknown;
  readonly body: string | undefined;
  readonly headers: Record<string, string>;
}

/** A request handler that keeps what was sent and gives scripted answers. */
function recorder(answer: () => { statusCode: number; headers?: Record<string, string>; body: string }) {
  const sent: Sent[] = [];
  const handler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request: Omit<Sent, "body"> & { readonly body?: Uint8Array | string | undefined }) {
      const { method, path, query, headers, body } = request;
      sent.push({
        method,
        path,
        query,
        headers,
        body: typeof body === "object" ? new TextDecoder().decode(body) : body,
      });
      const { statusCode, headers: answered = {}, body: text } = answer();
      return {
        response: {
          statusCode,
          headers: { "content-type": "application/json", ...answered },
          body: new TextEncoder().encode(text),
        },
      };
    },
  };
  return { sent, handler: handler as unknown as NonNullable<SdkOptions["requestHandler"]> };
}

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-real-key");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function guarded(batch: ReturnType<typeof sdkBatch>, mayWrite: () => { deadlineMs: number }) {
  return guardedBatch(batch, aGuard({ clock: new VirtualClock(), mayWrite }));
}

describe("sdkBatch", () => {
  it("speaks Batch's protocol and gives what AWS answers", async () => {
    const { sent, handler } = recorder(() => ({
      statusCode: 200,
      body: JSON.stringify({ jobQueues: [{ jobQueueName: "q", jobQueueArn: "arn", priority: 3 }] }),
    }));
    const batch = sdkBatch(sdkIn("eu-central-1", handler));
    const answer = await batch.describeJobQueues({ maxResults: 100 });
    expect(answer.jobQueues).toMatchObject([{ jobQueueName: "q", priority: 3 }]);
    expect(sent).toMatchObject([{ method: "POST", path: "/v1/describejobqueues", body: '{"maxResults":100}' }]);
    expect(sent[0]?.headers["authorization"]).toMatch(/\/eu-central-1\/batch\/aws4_request/);
    batch.close();
  });

  it("encodes the ARN of a tagged resource into the path", async () => {
    const { sent, handler } = recorder(() => ({ statusCode: 200, body: "" }));
    const batch = sdkBatch(sdkIn("us-east-1", handler));
    const resourceArn = "arn:aws:batch:us-east-1:1:job-queue/q";
    await batch.tagResource({ resourceArn, tags: { a: "b" } });
    await batch.untagResource({ resourceArn, tagKeys: ["a", "b"] });
    expect(sent.map(({ method, path, query }) => ({ method, path, query }))).toMatchObject([
      { method: "POST", path: "/v1/tags/arn%3Aaws%3Abatch%3Aus-east-1%3A1%3Ajob-queue%2Fq" },
      { method: "DELETE", query: { tagKeys: ["a", "b"] } },
    ]);
  });

  it("tries once: retries belong to those who know the budget", async () => {
    const { sent, handler } = recorder(() => ({
      statusCode: 429,
      headers: { "x-amzn-errortype": "TooManyRequestsException" },
      body: JSON.stringify({ message: "Too Many Requests" }),
    }));
    const batch = guarded(sdkBatch(sdkIn("us-east-1", handler)), () => ({ deadlineMs: 1000 }));
    await expect(batch.describeJobQueues({})).rejects.toMatchObject({
      kind: "throttled",
      exception: "TooManyRequestsException",
    });
    expect(sent).toHaveLength(1);
  });

  it("says unavailable when something that is not AWS answers", async () => {
    const { handler } = recorder(() => ({ statusCode: 404, body: "<html>not here</html>" }));
    const batch = guarded(sdkBatch(sdkIn("us-east-1", handler)), () => ({ deadlineMs: 1000 }));
    await expect(batch.describeJobQueues({})).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("asks for the lease after the signature and sends nothing without it", async () => {
    const { sent, handler } = recorder(() => ({ statusCode: 200, body: "{}" }));
    let asked = 0;
    const batch = guarded(sdkBatch(sdkIn("us-east-1", handler)), () => {
      asked++;
      if (asked > 1) throw new Error("the lease is over");
      return { deadlineMs: 1000 };
    });
    await expect(batch.deleteJobQueue({ jobQueue: "q" })).rejects.toBeInstanceOf(NotSent);
    expect(asked).toBe(2);
    expect(sent).toHaveLength(0);
  });

  it("sends a write when the lease holds", async () => {
    const { sent, handler } = recorder(() => ({ statusCode: 200, body: "{}" }));
    const batch = guarded(sdkBatch(sdkIn("us-east-1", handler)), () => ({ deadlineMs: 1000 }));
    await batch.deleteJobQueue({ jobQueue: "q" });
    expect(sent).toMatchObject([{ path: "/v1/deletejobqueue", body: '{"jobQueue":"q"}' }]);
  });
});

it("a read that meets a connection which AWS closes at that moment is answered on another one", async () => {
  const requests: number[] = [];
  const server = createServer((request, response) => {
    const { socket } = request;
    if (requests.includes(socket.remotePort ?? 0)) socket.destroy();
    else response.end('{"jobQueues":[]}');
    requests.push(socket.remotePort ?? 0);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = sdkBatch(sdkIn());
  onTestFinished(() => client.close());
  const batch = guarded(client, () => ({ deadlineMs: 1000 }));

  expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [] });
  expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [] });
  const [first, second, third] = requests;
  expect([second, requests.length]).toEqual([first, 3]);
  expect(third).not.toBe(first);
});
