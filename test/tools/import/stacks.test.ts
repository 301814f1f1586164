import { describe, expect, test } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import type { Source } from "../../../src/tools/import/source.ts";
import { cloudFormationSource } from "../../../src/tools/import/stacks.ts";
import { batchArn, stackList, stackResources, template } from "./states.ts";

const given = (...texts: readonly string[]) => texts.map((text, at) => ({ name: `file ${at + 1}`, text }));

function listed({ resources }: Source): readonly string[] {
  return resources.map(({ address, kind, region, awsName }) => `${address}: ${kind} ${region}/${awsName}`);
}

test.each([
  ["StackResources", "s/"],
  ["StackResourceSummaries", ""],
] as const)("the %s of a stack are its resources of AWS Batch, and what stays", (key, stack) => {
  const source = cloudFormationSource(given(stackResources(key)));
  expect(listed(source)).toEqual([
    `${stack}Workers: BatchComputeEnvironment us-east-1/ce-1`,
    `${stack}Main: JobQueue us-east-1/q`,
    `${stack}Crunch: JobDefinition us-east-1/d`,
  ]);
  expect(source.others).toEqual([`${stack}Role`, `${stack}Failed`]);
  expect(source.notes).toEqual([]);
});

/** Of each type that CloudFormation has the type in ARNs, and what the kind would be called. */
const types = [
  ["ComputeEnvironment", "compute-environment", "BatchComputeEnvironment"],
  ["JobQueue", "job-queue", "JobQueue"],
  ["JobDefinition", "job-definition", "JobDefinition"],
  ["SchedulingPolicy", "scheduling-policy", "SchedulingPolicy"],
  ["ConsumableResource", "consumable-resource", "ConsumableResource"],
  ["ServiceEnvironment", "service-environment", "ServiceEnvironment"],
  ["QuotaShare", "job-queue/q/quota-share", "QuotaShare"],
] as const;

test.each(types)("a stack with AWS::Batch::%s has what an object can be, or what stays", (type, inArn, kindName) => {
  const isKnown = kinds.some(({ kind }) => kind === kindName);
  const arn = batchArn(inArn, inArn === "job-definition" ? "x:3" : "x");
  const source = cloudFormationSource(given(stackList("s", [["One", `AWS::Batch::${type}`, arn]])));
  const name = type === "QuotaShare" ? "q/x" : "x";
  expect(listed(source)).toEqual(isKnown ? [`s/One: ${kindName} us-east-1/${name}`] : []);
  expect(source.others).toEqual(isKnown ? [] : ["s/One"]);
});

describe("nested stacks", () => {
  const root = stackList("root", [["Queues", "AWS::CloudFormation::Stack", "id of root-Queues-1X"]]);
  const nested = stackList("root-Queues-1X", [["Main", "AWS::Batch::JobQueue", batchArn("job-queue", "q")]]);

  test("are named after the stacks around them, in whatever order they are given", () => {
    for (const source of [cloudFormationSource(given(root, nested)), cloudFormationSource(given(nested, root))]) {
      expect(listed(source)).toEqual(["root/Queues/Main: JobQueue us-east-1/q"]);
      expect(source.others).toEqual(["root/Queues"]);
      expect(source.notes).toEqual([]);
    }
  });

  test("are asked for where they are missing", () => {
    expect(cloudFormationSource(given(root)).notes).toEqual([
      "root/Queues is a nested stack: for what it has, give also the output of aws cloudformation describe-stack-resources --stack-name 'id of root-Queues-1X'",
    ]);
  });

  test("that contain each other end", () => {
    const one = stackList("one", [["Two", "AWS::CloudFormation::Stack", "id of two"]]);
    const two = stackList("two", [["One", "AWS::CloudFormation::Stack", "id of one"]]);
    expect(cloudFormationSource(given(one, two)).others).toEqual(["Two/One/Two", "One/Two/One"]);
  });
});

test("a job definition of two stacks is one object, which both have to give up", () => {
  const stack = (name: string, revision: number) =>
    stackList(name, [["Crunch", "AWS::Batch::JobDefinition", batchArn("job-definition", `d:${revision}`)]]);
  const source = cloudFormationSource(given(stack("a", 1), stack("b", 2), stack("b", 2)));
  expect(listed(source)).toEqual(["a/Crunch: JobDefinition us-east-1/d", "b/Crunch: JobDefinition us-east-1/d"]);
  expect(source.notes).toEqual([
    "JobDefinition d in us-east-1 is one object, and in several stacks, which all have to give it up: a/Crunch, b/Crunch",
  ]);
});

test("a list that is full may lack resources", () => {
  const many = Array.from({ length: 100 }, (_, at) => [`R${at}`, "AWS::S3::Bucket", `b-${at}`] as const);
  expect(cloudFormationSource(given(stackList("s", many))).notes).toEqual([
    "s may have more than the 100 resources that aws cloudformation describe-stack-resources gives: give the output of aws cloudformation list-stack-resources --stack-name s",
  ]);
});

describe("a template", () => {
  const names = ({ resources }: Source) => resources.map(({ objectName }) => objectName);

  test("names the objects of resources whose names CloudFormation has made up", () => {
    const whole = stackList("prodStack", [
      ["NightlyQueue1A2B3C4D", "AWS::Batch::JobQueue", batchArn("job-queue", "prodStack-NightlyQueue-X1")],
      ["Named", "AWS::Batch::JobQueue", batchArn("job-queue", "main")],
      ["Policy", "AWS::Batch::SchedulingPolicy", batchArn("scheduling-policy", "fair")],
    ]);
    const own = template({
      NightlyQueue1A2B3C4D: ["JobQueue", {}],
      Named: ["JobQueue", { JobQueueName: "main" }],
      Policy: ["SchedulingPolicy", { Name: "fair" }],
    });
    expect(names(cloudFormationSource(given(whole, own)))).toEqual(["prod-Stack-Nightly-Queue", undefined, undefined]);
    expect(names(cloudFormationSource(given(whole)))).toEqual([undefined, undefined, undefined]);
  });

  test("gives no name that is longer than AWS's", () => {
    const id = `Queue${"x".repeat(130)}`;
    const list = stackList("s", [[id, "AWS::Batch::JobQueue", batchArn("job-queue", "q")]]);
    expect(names(cloudFormationSource(given(list, template({ [id]: ["JobQueue", {}] }))))).toEqual([undefined]);
  });

  test("belongs to each stack all of whose resources of AWS Batch it has, and the smallest counts", () => {
    const list = (name: string, ...ids: readonly string[]) =>
      stackList(
        name,
        ids.map((id) => [id, "AWS::Batch::JobQueue", batchArn("job-queue", `${name}-${id}`)] as const),
      );
    const small = template({ Main: ["JobQueue", { JobQueueName: "x" }] });
    const large = template({ Main: ["JobQueue", {}], Other: ["JobQueue", {}] });
    const source = cloudFormationSource(given(large, list("a", "Main"), small, list("b", "Main", "Other")));
    expect([source.templates.get("a")?.resources.size, source.templates.get("b")?.resources.size]).toEqual([1, 2]);
    expect(names(source)).toEqual([undefined, "b-Main", "b-Other"]);
  });

  test.each([
    [
      [template({ Main: ["JobQueue", {}] })],
      "file 1 is a template, which does not say what its resources are in AWS: give also the output of aws cloudformation describe-stack-resources",
    ],
    [
      [stackResources(), template({ Workers: ["JobQueue", {}] })],
      "file 2 is not the template of a stack that was given: it has no AWS::Batch::ComputeEnvironment Workers. Give what aws cloudformation get-template prints, or leave it out",
    ],
  ])("is refused without its stack: %#", (texts, message) => {
    expect(() => cloudFormationSource(given(...texts))).toThrow(message);
  });
});

test.each(["{", "{}", '{"format_version": "1.0"}', "a: b"])("%j is refused", (text) => {
  expect(() => cloudFormationSource(given(text))).toThrow(
    "file 1 is neither what aws cloudformation describe-stack-resources prints, nor a template: run that, and give its output",
  );
});

describe("a job definition that CloudFormation identifies by its name", () => {
  const named = ["Crunch", "AWS::Batch::JobDefinition", "crunch"] as const;

  test.each([
    [
      "its stack",
      stackList("s", [named]).replace("id of s", "arn:aws:cloudformation:eu-west-1:111111111111:stack/s/1"),
    ],
    [
      "another resource of a list that does not name the stack",
      stackList(
        "s",
        [named, ["Main", "AWS::Batch::JobQueue", "arn:aws:batch:eu-west-1:111111111111:job-queue/q"]],
        "StackResourceSummaries",
      ),
    ],
  ])("is in the region and account of %s", (_what, text) => {
    const { resources } = cloudFormationSource([{ name: "file 1", text }]);
    expect(resources.find(({ kind }) => kind === "JobDefinition")).toMatchObject({
      region: "eu-west-1",
      account: "111111111111",
      awsName: "crunch",
    });
  });

  test("stays with the stack where neither is known", () => {
    const { resources, others } = cloudFormationSource([
      { name: "file 1", text: stackList("s", [named], "StackResourceSummaries") },
    ]);
    expect([resources, others]).toEqual([[], ["Crunch"]]);
  });
});
