import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../../test/manifests.ts";

const { computeResources = { type: "EC2" as const, maxvCpus: 1, subnets: [] } } = ec2;

/** Where ten thousand jobs run at the same time. */
export const place = [
  computeEnvironment("environment", { ...ec2, computeResources: { ...computeResources, maxvCpus: 100_000 } }),
  jobQueue("queue", ["environment"]),
  jobDefinition("definition"),
];
