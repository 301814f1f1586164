import { expect, it } from "vitest";
import { isAllowed, type Policy } from "./evaluator.ts";

const policy = (change: object = {}): Policy => ({
  Statement: [{ Effect: "Allow", Action: "batch:Create*", Resource: "arn:aws:batch:*:1:job-queue/*", ...change }],
});
const request = (context: Record<string, string | readonly string[]> = {}) => ({
  action: "batch:CreateJobQueue",
  resource: "arn:aws:batch:eu-west-1:1:job-queue/q",
  context,
});
const when = (operator: string, values: string | readonly string[]) =>
  policy({ Condition: { [operator]: { "aws:RequestTag/Cluster": values } } });
const tag = (value: string | readonly string[]) => request({ "aws:requesttag/cluster": value });

it.each<[string, Policy, ReturnType<typeof request>, boolean]>([
  ["what it names", policy(), request(), true],
  ["an action in other case", policy({ Action: "BATCH:createjobqueue" }), request(), true],
  ["no other action", policy({ Action: "batch:CreateJob" }), request(), false],
  ["no other resource", policy({ Resource: "arn:aws:batch:*:2:job-queue/*" }), request(), false],
  ["nothing that has no resource", policy(), { ...request(), resource: "*" }, false],
  [
    "what one of several statements names",
    { Statement: [...policy({ Action: "s3:*" }).Statement, ...policy().Statement] },
    request(),
    true,
  ],
  [
    "nothing that another denies",
    { Statement: [...policy().Statement, ...policy({ Effect: "Deny", Action: "*" }).Statement] },
    request(),
    false,
  ],
  ["a key of this value", when("StringEquals", "blue"), tag("blue"), true],
  ["a key of one of these values", when("StringEquals", ["red", "blue"]), tag("blue"), true],
  ["no other value", when("StringEquals", "blue"), tag("Blue"), false],
  ["no request that lacks the key", when("StringEquals", "blue"), request(), false],
  ["a request that lacks the key, if it may", when("StringEqualsIfExists", "blue"), request(), true],
  ["no other value, if it may lack the key", when("StringEqualsIfExists", "blue"), tag("red"), false],
  ["an ARN by its parts", when("ArnLike", "arn:aws:iam::*:policy/x*"), tag("arn:aws:iam::1:policy/xy"), true],
  ["no ARN over a colon", when("ArnLike", "arn:aws:*:policy/x"), tag("arn:aws:iam::1:policy/x"), false],
])("allows %s", (_what, document, asked, allowed) => {
  expect(isAllowed(document, asked)).toBe(allowed);
});

it("passes over nothing that it does not know", () => {
  expect(() => isAllowed(when("NumericEquals", "1"), tag("1"))).toThrow("NumericEquals");
  expect(() => isAllowed(policy({ NotAction: "x" }), request())).toThrow("NotAction");
});
