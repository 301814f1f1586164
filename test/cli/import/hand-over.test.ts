import { expect, test } from "vitest";
import { handOver } from "../../../src/cli/import/hand-over.ts";
import { resourceKey } from "../../../src/cli/import/names.ts";
import { cloudFormationSource, type Source, terraformSource } from "../../../src/cli/import/source.ts";
import { stackResources, terraformState } from "./states.ts";

const keysOf = ({ resources }: Source): ReadonlySet<string> => new Set(resources.map(resourceKey));
const state = terraformSource(terraformState(6), "x");

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

test("CloudFormation is asked to retain the resources before they leave the template", () => {
  const stack = cloudFormationSource(stackResources(), "x");
  const { files, steps } = handOver(stack, keysOf(stack));
  expect(files.size).toBe(0);
  expect(steps).toEqual([
    "give these resources DeletionPolicy: Retain and UpdateReplacePolicy: Retain, and update the stack: Workers, Main, Crunch, Service",
    "remove them from the template, and update the stack again: AWS keeps them",
  ]);
});

test("nothing is said of what was not imported", () => {
  expect(handOver(state, new Set())).toEqual({ files: new Map(), steps: [] });
});
