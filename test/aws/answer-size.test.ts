import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { longestAnswerBytes } from "../../src/aws/answer-size.ts";
import { sdkBatch } from "../../src/aws/batch-sdk.ts";
import { sdkEc2 } from "../../src/aws/ec2-sdk.ts";
import { classify } from "../../src/aws/errors.ts";
import { sdkIam } from "../../src/aws/iam-sdk.ts";
import { eventually } from "../eventually.ts";
import { sdkIn } from "./given.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-real-key");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** An endpoint of every service that answers so. */
async function endpoint(answer: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const megabyte = " ".repeat(1024 * 1024);

/** Sends until the other side has had enough; gives how many MiB that were. */
function endless(start: string) {
  const sent = { mebibytes: 0, closed: false };
  const answer = (response: ServerResponse): void => {
    response.on("close", () => {
      sent.closed = true;
    });
    response.write(start);
    const more = (): void => {
      if (response.destroyed || sent.mebibytes > 200) return;
      sent.mebibytes++;
      response.write(megabyte, more);
    };
    more();
  };
  return { sent, answer };
}

it.each([
  ["Batch", '{"jobQueues":[', () => sdkBatch(sdkIn()).describeJobQueues({})],
  ["EC2", "<DescribeSubnetsResponse>", () => sdkEc2(sdkIn()).describeSubnets({})],
  ["IAM", "<GetRoleResponse>", () => sdkIam(sdkIn()).getRole({ RoleName: "a" })],
])("an answer of %s without an end is not read to the end, and the error says so", async (_service, start, ask) => {
  const { sent, answer } = endless(start);
  await endpoint(answer);
  const error = classify(await ask().catch((caught: unknown) => caught), "a:B");
  expect(error).toMatchObject({
    kind: "unavailable",
    exception: "AnswerTooLong",
    message:
      "the endpoint's answer is longer than 8 MiB, and was not read: check that AWS_ENDPOINT_URL and the proxy lead to AWS",
  });
  await eventually(() => sent.closed);
  expect(sent.mebibytes).toBeLessThan(30);
});

it("an answer of the greatest length is read, and a shorter one too", async () => {
  const list = '{"jobQueues":[]}';
  let length = longestAnswerBytes;
  await endpoint((response) => response.end(list.padEnd(length)));
  const batch = sdkBatch(sdkIn());
  onTestFinished(() => batch.close());
  expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [] });
  length++;
  await expect(batch.describeJobQueues({})).rejects.toThrow("longer than 8 MiB");
  length = 0;
  expect(await batch.describeJobQueues({})).toMatchObject({ jobQueues: [] });
});

it("an error of AWS that is too long is not read either", async () => {
  await endpoint((response) => {
    response.statusCode = 400;
    response.end(`{"message":"${"a".repeat(longestAnswerBytes)}"}`);
  });
  await expect(sdkBatch(sdkIn()).describeJobQueues({})).rejects.toThrow("longer than 8 MiB");
});

it("an answer that breaks off is a broken connection", async () => {
  await endpoint((response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"jobQueues":[');
    setImmediate(() => response.destroy());
  });
  const error = classify(
    await sdkBatch(sdkIn())
      .describeJobQueues({})
      .catch((caught: unknown) => caught),
    "a:B",
  );
  expect(error.kind).toBe("unavailable");
});
