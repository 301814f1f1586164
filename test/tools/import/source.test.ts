import { describe, expect, test } from "vitest";
import { type Source, terraformSource } from "../../../src/tools/import/source.ts";
import { providers, terraformState } from "./states.ts";

function listed({ resources }: Source): readonly string[] {
  return resources.map(({ address, kind, region, awsName }) => `${address}: ${kind} ${region}/${awsName}`);
}

describe.each(providers)("a state of version %i of the AWS provider", (provider) => {
  test("lists its resources of AWS Batch, in modules too, and what stays", () => {
    const source = terraformSource({ name: "state.json", text: terraformState(provider) });
    expect(listed(source)).toEqual([
      "aws_batch_compute_environment.workers: BatchComputeEnvironment us-east-1/ce-1",
      'aws_batch_job_definition.jobs["crunch"]: JobDefinition us-east-1/d',
      "module.queues.aws_batch_job_queue.main: JobQueue us-east-1/q",
    ]);
    expect(source.others).toEqual(["aws_iam_role.batch"]);
    expect(new Set(source.resources.map(({ account }) => account))).toEqual(new Set(["123456789012"]));
  });
});

test.each([
  ["", "x is not what terraform show -json prints: run that, and give its output"],
  ["[]", "x is not what terraform show -json prints: run that, and give its output"],
  ['{"StackResources": []}', "x is not what terraform show -json prints: run that, and give its output"],
  [
    '{"version": 4, "resources": []}',
    "x is a raw state, whose form Terraform may change: give what terraform show -json prints",
  ],
  [
    '{"format_version": "1.2", "planned_values": {}, "prior_state": {}}',
    "x is a plan: give what terraform show -json prints without the name of a plan",
  ],
])("%j is refused as a state", (text, message) => {
  expect(() => terraformSource({ name: "x", text })).toThrow(message);
});

test("an empty state lists nothing", () => {
  const { tool, resources, others } = terraformSource({ name: "x", text: '{"format_version": "1.0"}' });
  expect({ tool, resources, others }).toEqual({ tool: "Terraform", resources: [], others: [] });
});
