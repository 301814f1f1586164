import { describe, expect, it } from "vitest";
import { definitionNameOrArn, queueNameOrArn, regionOfQueue } from "../../src/tools/batch-arns.ts";

const queue = "arn:aws-cn:batch:cn-north-1:123456789012:job-queue/team_main";
const definition = "arn:aws:batch:eu-west-1:123456789012:job-definition/train";

describe("a queue on the command line", () => {
  it.each(["team_main", queue])("is taken as it is: %s", (text) => {
    expect(queueNameOrArn(text)).toBe(text);
  });

  it.each([
    definition,
    queue.replace("123456789012", "1234"),
    queue.replace("cn-north-1", ""),
    queue.replace("/team_main", ""),
    `${queue}/quota-share/a`,
    "arn:aws:sqs:eu-west-1:123456789012:main",
  ])("is refused if it is an ARN of something else: %s", (text) => {
    expect(() => queueNameOrArn(text)).toThrow("not the ARN of a job queue");
  });

  it.each([
    [queue, "cn-north-1"],
    ["team_main", undefined],
  ])("says in which region it is: %s", (text, region) => {
    expect(regionOfQueue(text)).toBe(region);
  });
});

describe("a job definition on the command line", () => {
  it.each(["train", "train:3", definition, `${definition}:3`])("is taken as it is: %s", (text) => {
    expect(definitionNameOrArn(text)).toBe(text);
  });

  it.each([queue, `${definition}:latest`, definition.replace(":123456789012", "")])(
    "is refused if it is an ARN of something else: %s",
    (text) => {
      expect(() => definitionNameOrArn(text)).toThrow("not the ARN of a job definition");
    },
  );
});
