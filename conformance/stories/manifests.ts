/** The objects of the stories. Pure. */

import { prefixOf, type Run, rolePath, tagKey } from "../names/renaming.ts";

export interface Manifest {
  readonly apiVersion: "awsbatch.dev/v1alpha1";
  readonly kind: "BatchComputeEnvironment" | "JobQueue" | "JobDefinition" | "BatchJob";
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Of the operator in a story: default names in AWS begin with it, and so with the prefix of the run. */
export function clusterName(run: Pick<Run, "id">): string {
  return `${prefixOf(run)}op`;
}

/** How names in AWS of what a story makes itself, and lets the operator adopt, begin. */
export function adoptedName(run: Pick<Run, "id">): string {
  return `${clusterName(run)}-theirs`;
}

/** The ARN of a role of the run. */
export function roleArn(run: Run, name: string): string {
  return `arn:${run.partition}:iam::${run.account}:role${rolePath}${prefixOf(run)}${name}`;
}

/** The manifests of one run: all that they make has its tag. */
export function manifestsFor(run: Run) {
  const tags = { [tagKey]: run.id };
  const one = (kind: Manifest["kind"], name: string, spec: object): Manifest => ({
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: { name },
    spec: { ...spec, tags },
  });
  return {
    fargate: (name: string, type: "FARGATE" | "FARGATE_SPOT" = "FARGATE") =>
      one("BatchComputeEnvironment", name, {
        type: "MANAGED",
        replacement: { soakSeconds: 0 },
        computeResources: { type, maxvCpus: 4, subnets: [run.subnet], securityGroupIds: [run.securityGroup] },
      }),
    unmanaged: (name: string, serviceRole: string) =>
      one("BatchComputeEnvironment", name, { type: "UNMANAGED", serviceRole }),
    queue: (name: string, environment = name) =>
      one("JobQueue", name, {
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: environment } }],
      }),
    definition: (name: string, command: readonly string[]) =>
      one("JobDefinition", name, {
        type: "container",
        platformCapabilities: ["FARGATE"],
        containerProperties: {
          image: "public.ecr.aws/docker/library/alpine:3",
          command,
          executionRoleArn: roleArn(run, "ecsTaskExecutionRole"),
          resourceRequirements: [
            { type: "VCPU", value: "0.25" },
            { type: "MEMORY", value: "512" },
          ],
          networkConfiguration: { assignPublicIp: "ENABLED" },
        },
      }),
    job: (name: string, queue: string, definition: string) =>
      one("BatchJob", name, { jobQueueRef: { name: queue }, jobDefinitionRef: { name: definition } }),
  };
}
