import { expect, test } from "vitest";
import { answerIn, askedIn, scopeOf } from "../../../conformance/stories/exchange.ts";

const asked = (change: Partial<Parameters<typeof askedIn>[0]>) =>
  askedIn({ method: "POST", path: "/", target: "", body: "", ...change }, ["DescribeJobQueues", "CreateJobQueue"]);

test("a request of each service is read", () => {
  expect(asked({ path: "/v1/describejobqueues", body: '{"jobQueues":["q"]}' })).toEqual({
    operation: "DescribeJobQueues",
    input: { jobQueues: ["q"] },
  });
  expect(asked({ path: "/v1/newcall", body: "{}" })).toEqual({ operation: "newcall", input: {} });
  expect(asked({ method: "GET", path: "/v1/tags/arn%3Aaws%3Abatch" })).toEqual({
    operation: "ListTagsForResource",
    input: { resourceArn: "arn:aws:batch" },
  });
  expect(asked({ path: "/v1/tags/arn", body: '{"tags":{"a":"b"}}' })).toEqual({
    operation: "TagResource",
    input: { resourceArn: "arn", tags: { a: "b" } },
  });
  expect(asked({ method: "DELETE", path: "/v1/tags/arn?tagKeys=a" }).operation).toBe("UntagResource");
  expect(asked({ body: "Action=DeleteRole&Version=2010-05-08&RoleName=r" })).toEqual({
    operation: "DeleteRole",
    input: { RoleName: "r" },
  });
  expect(asked({ target: "Logs_20140328.GetLogEvents", body: '{"logGroupName":"g"}' })).toEqual({
    operation: "GetLogEvents",
    input: { logGroupName: "g" },
  });
});

test("whom a request is signed for is in its signature", () => {
  const header = "AWS4-HMAC-SHA256 Credential=AKID/20261130/eu-west-1/batch/aws4_request, SignedHeaders=host";
  expect(scopeOf(header)).toEqual({ region: "eu-west-1", service: "batch" });
  expect(scopeOf("")).toBeUndefined();
});

test("an answer is JSON where it is some", () => {
  expect(answerIn('{"a":1}')).toEqual({ a: 1 });
  expect(answerIn("<xml/>")).toBe("<xml/>");
});
