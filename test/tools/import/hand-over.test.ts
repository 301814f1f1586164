import { expect, test } from "vitest";
import { handOver } from "../../../src/tools/import/hand-over.ts";
import { resourceKey } from "../../../src/tools/import/names.ts";
import { type Source, terraformSource } from "../../../src/tools/import/source.ts";
import { cloudFormationSource } from "../../../src/tools/import/stacks.ts";
import { batchArn, stackList, stackResources, template, terraformState } from "./states.ts";

const keysOf = ({ resources }: Source): ReadonlySet<string> => new Set(resources.map(resourceKey));
const state = terraformSource({ name: "x", text: terraformState(6) });

test("Terraform gets a removed block for each resource, and an import block for the way back", () => {
  const { files, steps } = handOver(state, keysOf(state));
  expect(files.get("terraform/removed.tf")).toBe(
    ["aws_batch_compute_environment.workers", "aws_batch_job_definition.jobs", "module.queues.aws_batch_job_queue.main"]
      .map((from) => `removed {\n  from = ${from}\n\n  lifecycle {\n    destroy = false\n  }\n}\n`)
      .join("\n"),
  );
  expect(files.get("terraform/import.tf")).toBe(
    [
      ["aws_batch_compute_environment.workers", "ce-1"],
      ['aws_batch_job_definition.jobs["crunch"]', "arn:aws:batch:us-east-1:123456789012:job-definition/d:1"],
      ["module.queues.aws_batch_job_queue.main", "arn:aws:batch:us-east-1:123456789012:job-queue/q"],
    ]
      .map(([to, id]) => `import {\n  to = ${to}\n  id = "${id}"\n}\n`)
      .join("\n"),
  );
  expect(steps).toEqual([
    "in Terraform 1.7 or later, replace the resources by terraform/removed.tf, and apply: nothing is destroyed",
    "to go back after aws-batch-operator release, restore the resources, and apply with terraform/import.tf",
  ]);
});

test("an instance whose siblings stay is removed from the state alone, for a removed block takes no key", () => {
  const [, job] = state.resources;
  if (job === undefined) throw new Error("no job");
  const sibling = { ...job, address: 'aws_batch_job_definition.jobs["other"]', awsName: "other" };
  const source = { ...state, resources: [job, sibling] };
  const { files, steps } = handOver(source, new Set([resourceKey(job)]));
  expect([...files.keys()]).toEqual(["terraform/import.tf"]);
  expect(steps[0]).toBe(`terraform state rm 'aws_batch_job_definition.jobs["crunch"]'`);
});

const file = (text: string) => ({ name: "x", text });

const back = (stack: string, importFile: string) =>
  `${stack === "" ? "" : `${stack}: `}to go back after aws-batch-operator release, write the resources into the template as they are now, each with DeletionPolicy: Retain, correct the ARNs of replaced environments in cloudformation/${importFile}, and import them: aws cloudformation create-change-set --change-set-type IMPORT --resources-to-import file://cloudformation/${importFile} --stack-name ${stack === "" ? "STACK" : stack} --change-set-name back --template-body file://TEMPLATE`;

test("CloudFormation is asked to retain the resources before they leave the template, and gets a file for the way back", () => {
  for (const [key, stack, importFile] of [
    ["StackResources", "s", "s.import.txt"],
    ["StackResourceSummaries", "", "import.txt"],
  ] as const) {
    const source = cloudFormationSource([file(stackResources(key))]);
    const { files, steps } = handOver(source, keysOf(source));
    const where = stack === "" ? "" : `${stack}: `;
    expect(steps).toEqual([
      `${where}give these resources DeletionPolicy: Retain and UpdateReplacePolicy: Retain, and update the stack: Workers, Main, Crunch`,
      `${where}remove Workers, Main, Crunch from the template, and update the stack again: AWS keeps them`,
      back(stack, importFile),
    ]);
    expect([...files.keys()]).toEqual([`cloudformation/${importFile}`]);
    expect(JSON.parse(files.get(`cloudformation/${importFile}`) ?? "")).toEqual([
      {
        ResourceType: "AWS::Batch::ComputeEnvironment",
        LogicalResourceId: "Workers",
        ResourceIdentifier: { ComputeEnvironmentArn: batchArn("compute-environment", "ce-1") },
      },
      {
        ResourceType: "AWS::Batch::JobQueue",
        LogicalResourceId: "Main",
        ResourceIdentifier: { JobQueueArn: batchArn("job-queue", "q") },
      },
      {
        ResourceType: "AWS::Batch::JobDefinition",
        LogicalResourceId: "Crunch",
        ResourceIdentifier: { JobDefinitionName: "d" },
      },
    ]);
  }
});

test("a quota share is identified by its ARN, and a job definition by its name alone", () => {
  const share = "arn:aws:batch:us-east-1:123456789012:job-queue/q/quota-share/s";
  const list = stackList("s", [
    ["Share", "AWS::Batch::QuotaShare", share],
    ["Crunch", "AWS::Batch::JobDefinition", "crunch"],
  ]);
  const source = cloudFormationSource([file(list)]);
  const { files } = handOver(source, keysOf(source));
  expect(JSON.parse(files.get("cloudformation/s.import.txt") ?? "")).toEqual([
    {
      ResourceType: "AWS::Batch::QuotaShare",
      LogicalResourceId: "Share",
      ResourceIdentifier: { QuotaShareArn: share },
    },
    {
      ResourceType: "AWS::Batch::JobDefinition",
      LogicalResourceId: "Crunch",
      ResourceIdentifier: { JobDefinitionName: "crunch" },
    },
  ]);
});

test("a scheduling policy has an identifier of another name, and a nested stack a file of its own", () => {
  const arn = batchArn("scheduling-policy", "fair");
  const nested = JSON.parse(stackList("Queues", [["Fair", "AWS::Batch::SchedulingPolicy", arn]])) as {
    readonly StackResources: readonly object[];
  };
  const root = stackList("root", [["Inner", "AWS::CloudFormation::Stack", "id of Queues"]]);
  const source = cloudFormationSource([file(root), file(JSON.stringify(nested))]);
  const { files } = handOver(source, keysOf(source));
  expect([...files]).toEqual([["cloudformation/root.Inner.import.txt", expect.any(String)]]);
  expect(JSON.parse([...files.values()][0] ?? "")).toEqual([
    { ResourceType: "AWS::Batch::SchedulingPolicy", LogicalResourceId: "Fair", ResourceIdentifier: { Arn: arn } },
  ]);
});

test("a template says which resources are retained already, and what still refers to them", () => {
  const list = stackList("s", [
    ["Workers", "AWS::Batch::ComputeEnvironment", batchArn("compute-environment", "ce-1")],
    ["Main", "AWS::Batch::JobQueue", batchArn("job-queue", "q")],
    ["Low", "AWS::Batch::JobQueue", batchArn("job-queue", "low")],
  ]);
  const queue = { ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: { Ref: "Workers" } }] };
  const own = template(
    {
      Workers: ["ComputeEnvironment", {}, { DeletionPolicy: "Retain" }],
      Main: ["JobQueue", queue],
      Low: ["JobQueue", queue],
    },
    { Queue: { Value: { "Fn::Join": [" ", [{ "Fn::GetAtt": "Main.JobQueueArn" }, { Ref: "Workers" }]] } } },
  );
  const source = cloudFormationSource([file(list), file(own)]);
  const leaving = source.resources.filter(({ awsName }) => awsName !== "low").map(resourceKey);
  expect(handOver(source, new Set(leaving)).steps).toEqual([
    "s: give these resources DeletionPolicy: Retain and UpdateReplacePolicy: Retain, and update the stack: Main",
    "s: write names or ARNs in place of the references to them: Low (Workers), Outputs.Queue (Workers, Main)",
    "s: remove Workers, Main from the template, and update the stack again: AWS keeps them",
    back("s", "s.import.txt"),
  ]);
  const one = { resources: source.resources.slice(0, 1) };
  expect(handOver({ ...source, ...one }, keysOf({ ...source, ...one })).steps).toHaveLength(3);
});

test("nothing is said of what was not imported", () => {
  expect(handOver(state, new Set())).toEqual({ files: new Map(), steps: [] });
});
