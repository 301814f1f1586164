import type { ComputeResource, RegisterJobDefinitionRequest } from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../../src/aws/batch.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { taskRoles } from "../../src/simulator/task-roles.ts";
import {
  batchArn,
  type Context,
  type Input,
  linkedRole,
  passRole,
  requestTags,
  resourceTags,
  type Tags,
  text,
} from "./arns.ts";
import type { Request } from "./evaluator.ts";

/**
 * @param ofMissing the tags of something that is not there
 * @returns undefined when the call is about something that is not there, and `ofMissing` is undefined
 */
export function batchRequests(
  aws: SimulatedAws,
  operation: string,
  input: Input,
  ofMissing?: Tags,
): readonly Request[] | undefined {
  const on = (action: string, resource: string, context: Context = {}): Request => {
    return { action: `batch:${action}`, resource, context };
  };
  const arnOf = (type: string, named: unknown): string =>
    text(named).startsWith("arn:") ? text(named) : batchArn(aws, `${type}/${text(named)}`);
  const tags = (input["tags"] ?? {}) as Tags;
  const given = requestTags(tags);
  const created = (arn: string): readonly Request[] => [
    on(operation, arn, given),
    ...(Object.keys(tags).length === 0 ? [] : [on("TagResource", arn, given)]),
  ];
  const existing = (arn: string, more: Context = {}): readonly Request[] | undefined => {
    const now = tagsOf(aws, arn) ?? ofMissing;
    return now === undefined ? undefined : [on(operation, arn, { ...resourceTags(now), ...more })];
  };
  const order = (input["computeEnvironmentOrder"] ?? []) as readonly { readonly computeEnvironment?: string }[];
  const services = (input["serviceEnvironmentOrder"] ?? []) as readonly { readonly serviceEnvironment?: string }[];
  const related = [
    ...order.map(({ computeEnvironment }) => arnOf("compute-environment", computeEnvironment)),
    ...services.map(({ serviceEnvironment }) => arnOf("service-environment", serviceEnvironment)),
    ...(input["schedulingPolicyArn"] === undefined ? [] : [text(input["schedulingPolicyArn"])]),
  ].map((arn) => on(operation, arn, { ...resourceTags(tagsOf(aws, arn) ?? {}), ...given }));
  const and = (first: readonly Request[] | undefined, more: readonly Request[]): readonly Request[] | undefined =>
    first === undefined ? undefined : [...first, ...more];

  switch (operation) {
    // Everybody may.
    case "GetCallerIdentity":
      return [];
    case "CreateComputeEnvironment":
      return [...created(arnOf("compute-environment", input["computeEnvironmentName"])), ...passed(aws, input, true)];
    case "UpdateComputeEnvironment":
      return and(existing(arnOf("compute-environment", input["computeEnvironment"])), passed(aws, input, false));
    case "DeleteComputeEnvironment":
      return existing(arnOf("compute-environment", input["computeEnvironment"]));
    case "CreateJobQueue":
      return [...created(arnOf("job-queue", input["jobQueueName"])), ...related];
    case "UpdateJobQueue":
      return and(existing(arnOf("job-queue", input["jobQueue"])), related);
    case "DeleteJobQueue":
    case "GetJobQueueSnapshot":
      return existing(arnOf("job-queue", input["jobQueue"]));
    case "RegisterJobDefinition": {
      const roles = taskRoles(input as unknown as RegisterJobDefinitionRequest as DefinitionRevision);
      return [
        ...created(arnOf("job-definition", input["jobDefinitionName"])),
        ...roles.map((role) => passRole(aws, role, "ecs-tasks.amazonaws.com")),
      ];
    }
    case "DeregisterJobDefinition":
      return existing(arnOf("job-definition", input["jobDefinition"]));
    case "CreateSchedulingPolicy":
      return created(arnOf("scheduling-policy", input["name"]));
    case "UpdateSchedulingPolicy":
    case "DeleteSchedulingPolicy":
      return existing(text(input["arn"]));
    case "CreateServiceEnvironment": {
      const role = "AWSServiceRoleForAWSBatchWithSagemaker";
      const isThere = aws.truth.roles().some(({ name }) => name === role);
      return [
        ...created(arnOf("service-environment", input["serviceEnvironmentName"])),
        ...(isThere ? [] : [linkedRole(aws, "sagemaker-queuing.batch.amazonaws.com", role)]),
      ];
    }
    case "UpdateServiceEnvironment":
    case "DeleteServiceEnvironment":
      return existing(arnOf("service-environment", input["serviceEnvironment"]));
    case "CreateConsumableResource":
      return created(arnOf("consumable-resource", input["consumableResourceName"]));
    case "UpdateConsumableResource":
    case "DeleteConsumableResource":
      return existing(arnOf("consumable-resource", input["consumableResource"]));
    case "CreateQuotaShare":
      return created(`${arnOf("job-queue", input["jobQueue"])}/quota-share/${text(input["quotaShareName"])}`);
    case "UpdateQuotaShare":
    case "DeleteQuotaShare":
      return existing(text(input["quotaShareArn"]));
    case "TagResource":
      return existing(text(input["resourceArn"]), given);
    case "UntagResource":
      return existing(text(input["resourceArn"]), { "aws:TagKeys": input["tagKeys"] as readonly string[] });
    case "SubmitJob":
      return and(
        and(
          existing(arnOf("job-queue", input["jobQueue"]), given),
          existing(arnOf("job-definition", input["jobDefinition"]), given) ?? [],
        ),
        Object.keys(tags).length === 0 ? [] : [on("TagResource", batchArn(aws, "job/*"), given)],
      );
    case "CancelJob":
    case "TerminateJob":
      return existing(batchArn(aws, `job/${text(input["jobId"])}`));
    case "TerminateServiceJob":
      return existing(batchArn(aws, `service-job/${text(input["jobId"])}`));
    default:
      if (!/^(Describe|List)/.test(operation)) throw new Error(`nothing is known of batch:${operation}`);
      return [on(operation, "*")];
  }
}

/** The roles that a compute environment is given, each for the service that will take it. */
function passed(aws: SimulatedAws, input: Input, creates: boolean): readonly Request[] {
  const resources = (input["computeResources"] ?? {}) as Partial<ComputeResource>;
  const serviceRole = input["serviceRole"] as string | undefined;
  const { instanceRole, spotIamFleetRole, managedInstancesProvider } = resources;
  const infrastructure = managedInstancesProvider?.infrastructureRoleArn;
  const requests: Request[] = [];
  // An empty one means the service-linked role.
  if (serviceRole !== undefined && serviceRole !== "") requests.push(passRole(aws, serviceRole, "batch.amazonaws.com"));
  else if (creates && !aws.truth.roles().some(({ name }) => name === "AWSServiceRoleForBatch")) {
    requests.push(linkedRole(aws, "batch.amazonaws.com", "AWSServiceRoleForBatch"));
  }
  if (instanceRole !== undefined) requests.push(passRole(aws, roleInProfile(aws, instanceRole), "ec2.amazonaws.com"));
  if (spotIamFleetRole !== undefined) requests.push(passRole(aws, spotIamFleetRole, "spotfleet.amazonaws.com"));
  if (infrastructure !== undefined) requests.push(passRole(aws, infrastructure, "ecs.amazonaws.com"));
  return requests;
}

/** What is passed is the role in the profile, not the profile. */
function roleInProfile(aws: SimulatedAws, reference: string): string {
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  const held = aws.truth.instanceProfiles().find((profile) => profile.name === name)?.role;
  return aws.truth.roles().find((role) => role.name === held)?.arn ?? name;
}

/** Undefined: nothing is there by this ARN. */
function tagsOf({ truth }: SimulatedAws, arn: string): Tags | undefined {
  if (arn.includes(":compute-environment/")) {
    const found = truth
      .computeEnvironments()
      .find((one) => one.computeEnvironmentArn === arn && one.status !== "DELETED");
    return found && { ...found.tags };
  }
  if (arn.includes("/quota-share/")) {
    const found = truth.quotaShares().find((one) => one.quotaShareArn === arn);
    return found && { ...found.tags };
  }
  if (arn.includes(":job-queue/")) {
    const found = truth.jobQueues().find((one) => one.jobQueueArn === arn && one.status !== "DELETED");
    return found && { ...found.tags };
  }
  if (arn.includes(":job/")) {
    const found = truth.jobs().find((one) => one.arn === arn);
    return found && { ...found.request.tags };
  }
  if (arn.includes(":scheduling-policy/")) {
    const found = truth.schedulingPolicies().find((one) => one.arn === arn);
    return found && { ...found.tags };
  }
  if (arn.includes(":service-environment/")) {
    const found = truth
      .serviceEnvironments()
      .find((one) => one.serviceEnvironmentArn === arn && one.status !== "DELETED");
    return found && { ...found.tags };
  }
  if (arn.includes(":service-job/")) {
    const found = truth.serviceJobs().find((one) => one.arn === arn);
    return found && { ...found.tags };
  }
  if (arn.includes(":consumable-resource/")) {
    const found = truth.consumableResources().find((one) => one.consumableResourceArn === arn);
    return found && { ...found.tags };
  }
  const revision = truth.jobDefinitions().find((one) => one.jobDefinitionArn === arn);
  return revision && { ...revision.tags };
}
