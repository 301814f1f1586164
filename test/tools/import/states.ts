/**
 * What `terraform show -json` prints for each major version of the AWS provider. The members are those of the provider's
 * published resource schemas (`schema_version`, names of attributes, JSON texts in place of bodies), with the zero values
 * that it writes for what is absent.
 */

const account = "123456789012";
const arn = (type: string, name: string): string => `arn:aws:batch:us-east-1:${account}:${type}/${name}`;

export const providers = [4, 5, 6] as const;
export type Provider = (typeof providers)[number];

interface Resource {
  readonly address: string;
  readonly type: string;
  readonly version: number;
  readonly values: object;
}

function resource({ address, type, version, values }: Resource): object {
  const index = /\["([^"]*)"\]$/.exec(address)?.[1];
  return {
    address,
    mode: "managed",
    type,
    name: address.replace(/.*\.([\w-]+)(?:\[.*)?$/, "$1"),
    ...(index === undefined ? {} : { index }),
    provider_name: "registry.terraform.io/hashicorp/aws",
    schema_version: version,
    values,
    sensitive_values: {},
  };
}

function environment(provider: Provider, address: string, name: string): object {
  const named =
    provider === 6
      ? { name, name_prefix: "" }
      : { compute_environment_name: name, compute_environment_name_prefix: "" };
  const values = {
    ...named,
    id: name,
    arn: arn("compute-environment", name),
    type: "MANAGED",
    state: "ENABLED",
    status: "VALID",
    service_role: "",
    compute_resources: [{ type: "EC2", max_vcpus: 16, instance_type: ["m5"], image_id: "", placement_group: "" }],
    tags: {},
    tags_all: { "managed-by": "terraform" },
  };
  return resource({ address, type: "aws_batch_compute_environment", version: provider === 6 ? 1 : 0, values });
}

function queue(provider: Provider, address: string, name: string, environments: readonly string[]): object {
  const arns = environments.map((one) => arn("compute-environment", one));
  const order = arns.map((compute_environment, at) => ({ compute_environment, order: at }));
  const values = {
    id: arn("job-queue", name),
    arn: arn("job-queue", name),
    name,
    priority: 1,
    state: "ENABLED",
    scheduling_policy_arn: "",
    ...(provider === 6 ? {} : { compute_environments: arns }),
    ...(provider === 4 ? {} : { compute_environment_order: order, job_state_time_limit_action: [] }),
  };
  return resource({ address, type: "aws_batch_job_queue", version: { 4: 0, 5: 1, 6: 2 }[provider], values });
}

function definition(provider: Provider, address: string, name: string): object {
  const unversioned = arn("job-definition", name);
  const values = {
    id: `${unversioned}:1`,
    arn: `${unversioned}:1`,
    name,
    revision: 1,
    type: "container",
    container_properties: JSON.stringify({ image: "busybox", vcpus: 1, memory: 512 }),
    ...(provider === 4 ? {} : { arn_prefix: unversioned, deregister_on_new_revision: true }),
  };
  return resource({ address, type: "aws_batch_job_definition", version: provider === 4 ? 0 : 1, values });
}

/** An environment, queues in a module, a job definition; a role, and what is only read. */
export function terraformState(provider: Provider): string {
  const role = { address: "aws_iam_role.batch", type: "aws_iam_role", version: 0 };
  const root = [
    environment(provider, "aws_batch_compute_environment.workers", "ce-1"),
    definition(provider, 'aws_batch_job_definition.jobs["crunch"]', "d"),
    resource({ ...role, values: { arn: `arn:aws:iam::${account}:role/batch`, name: "batch" } }),
    { ...environment(provider, "data.aws_batch_compute_environment.other", "other"), mode: "data" },
  ];
  const queues = [queue(provider, "module.queues.aws_batch_job_queue.main", "q", ["ce-1"])];
  const child_modules = [{ address: "module.queues", resources: queues }];
  const values = { root_module: { resources: root, child_modules } };
  return JSON.stringify({ format_version: "1.0", terraform_version: "1.9.0", values });
}

export const batchArn = arn;

type Listed = readonly [id: string, type: string, physicalId?: string, status?: string];

/** What `aws cloudformation describe-stack-resources` prints of a stack; the summaries of `list-stack-resources` do not name it. */
export function stackList(
  StackName: string,
  resources: readonly Listed[],
  key: "StackResources" | "StackResourceSummaries" = "StackResources",
): string {
  const stack = key === "StackResources" ? { StackName, StackId: `id of ${StackName}` } : {};
  return JSON.stringify({
    [key]: resources.map(
      ([LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus = "CREATE_COMPLETE"]) => {
        return { ...stack, LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus };
      },
    ),
  });
}

/** A stack with an environment, a queue, a job definition, and what cannot be an object. */
export function stackResources(key?: "StackResources" | "StackResourceSummaries"): string {
  const resources: readonly Listed[] = [
    ["Workers", "AWS::Batch::ComputeEnvironment", arn("compute-environment", "ce-1")],
    ["Main", "AWS::Batch::JobQueue", arn("job-queue", "q")],
    ["Crunch", "AWS::Batch::JobDefinition", `${arn("job-definition", "d")}:1`],
    ["Old", "AWS::Batch::JobQueue", arn("job-queue", "old"), "DELETE_COMPLETE"],
    ["Role", "AWS::IAM::Role", "batch-role"],
    ["Failed", "AWS::Batch::JobQueue"],
  ];
  return stackList("s", resources, key);
}

/** A template in JSON, of types of AWS Batch with their properties. */
export function template(
  resources: Readonly<Record<string, readonly [type: string, properties: object, others?: object]>>,
  outputs: object = {},
): string {
  const all = Object.entries(resources).map(([id, [type, Properties, others]]) => [
    id,
    { Type: `AWS::Batch::${type}`, Properties, ...others },
  ]);
  return JSON.stringify({ Resources: Object.fromEntries(all), Outputs: outputs });
}
