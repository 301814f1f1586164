import { expect, onTestFinished, test, vi } from "vitest";
import { requireTextTags } from "../../src/aws/answered-tags.ts";
import { sdkBatch } from "../../src/aws/batch-sdk.ts";
import { classify } from "../../src/aws/errors.ts";
import type { SdkOptions } from "../../src/aws/sdk.ts";
import { sdkIn } from "./given.ts";

const name = (tags: unknown) => ({ jobQueueName: "q", tags });

test("tags of text, and descriptions without tags, are AWS's", () => {
  for (const answer of [
    undefined,
    {},
    { jobQueues: [name({ team: "web" }), name(undefined), "q", null], nextToken: "x" },
    { consumableResourceName: "c", tags: {} },
  ]) {
    expect(() => requireTextTags(answer)).not.toThrow();
  }
});

test.each([
  ["a description in a list", { jobQueues: [name({ team: "web" }), name({ team: 5 })] }],
  ["the description of one", { consumableResourceName: "c", tags: { team: 5 } }],
])("a tag of %s that is a number makes it an answer that is not AWS's", (_what, answer) => {
  expect(() => requireTextTags(answer)).toThrow("the value of tag team is 5");
});

test("the error of a call says which endpoint to check", async () => {
  const body = new TextEncoder().encode(JSON.stringify({ jobQueues: [name({ "awsbatch.dev/namespace": 5 })] }));
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async () => ({ response: { statusCode: 200, headers: { "content-type": "application/json" }, body } }),
  } as unknown as NonNullable<SdkOptions["requestHandler"]>;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-real-key");
  onTestFinished(() => void vi.unstubAllEnvs());
  const batch = sdkBatch(sdkIn("us-east-1", requestHandler));
  const error = await batch.describeJobQueues({}).catch((caught: unknown) => caught);
  expect(classify(error, "batch:DescribeJobQueues")).toMatchObject({
    kind: "unavailable",
    message:
      "the endpoint answered with something that is not AWS's JSON or XML (the value of tag awsbatch.dev/namespace is 5): check that AWS_ENDPOINT_URL and the proxy lead to AWS",
  });
});
