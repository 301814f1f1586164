import { expect, it } from "vitest";
import { resourceIn } from "../../../src/aws/resources/index.ts";

const arn = (path: string) => resourceIn(`arn:aws:batch:eu-west-1:123456789012:${path}`);

it.each([
  ["job-queue/q", { type: "job-queue", name: "q" }],
  ["job-definition/jd:7", { type: "job-definition", name: "jd" }],
  ["job-queue/q/quota-share/s", { type: "quota-share", name: "q/s" }],
])("the type and name of %s are read from its ARN", (path, expected) => {
  expect(arn(path)).toEqual(expected);
});

it.each(["job/1-2-3", "service-job/1-2-3", "quota-share/s", "job-definition/jd", "job-queue/", "toString/x"])(
  "%s is of no resource that the operator keeps",
  (path) => {
    expect(arn(path)).toBeUndefined();
  },
);
