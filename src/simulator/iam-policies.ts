import { Refusal } from "./refusals.ts";

/** Existing policies of AWS, and the allowed actions, as far as the simulator checks them. */
const managed: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ["*"],
  PowerUserAccess: ["*"],
  AWSBatchFullAccess: [
    "batch:*",
    "cloudwatch:Get*",
    "ec2:Describe*",
    "ecs:Describe*",
    "ecs:List*",
    "logs:*",
    "iam:PassRole",
  ],
  AWSXRayDaemonWriteAccess: ["xray:*"],
  AmazonDynamoDBFullAccess: ["dynamodb:*"],
  AmazonDynamoDBReadOnlyAccess: ["dynamodb:*"],
  AmazonEC2ContainerRegistryFullAccess: ["ecr:*"],
  AmazonEC2ContainerRegistryPowerUser: ["ecr:*"],
  AmazonEC2ContainerRegistryPullOnly: ["ecr:*"],
  AmazonEC2ContainerRegistryReadOnly: ["ecr:*"],
  AmazonEC2FullAccess: ["ec2:*", "autoscaling:*", "cloudwatch:*", "elasticloadbalancing:*"],
  AmazonEC2ReadOnlyAccess: ["ec2:Describe*", "autoscaling:Describe*"],
  AmazonECSInfrastructureRolePolicyForManagedInstances: ["ec2:*"],
  AmazonECSInstanceRolePolicyForManagedInstances: ["ecs:Poll", "ecs:RegisterContainerInstance"],
  AmazonEKSWorkerNodeMinimalPolicy: ["ec2:Describe*", "eks:DescribeCluster", "eks-auth:*"],
  AmazonEKSWorkerNodePolicy: ["ec2:Describe*", "eks:DescribeCluster", "eks-auth:*"],
  AmazonEKS_CNI_Policy: ["ec2:*"],
  AmazonElasticFileSystemClientFullAccess: ["elasticfilesystem:*"],
  AmazonElasticFileSystemClientReadWriteAccess: ["elasticfilesystem:*"],
  AmazonFSxFullAccess: ["fsx:*"],
  AmazonFSxReadOnlyAccess: ["fsx:Describe*", "fsx:List*"],
  AmazonS3FullAccess: ["s3:*", "s3-object-lambda:*"],
  AmazonS3ReadOnlyAccess: ["s3:Get*", "s3:List*", "s3:Describe*"],
  AmazonSNSFullAccess: ["sns:*"],
  AmazonSQSFullAccess: ["sqs:*"],
  AmazonSSMManagedInstanceCore: ["ssm:*", "ssmmessages:*", "ec2messages:*"],
  AmazonSSMReadOnlyAccess: ["ssm:Describe*", "ssm:Get*", "ssm:List*"],
  AmazonSageMakerFullAccess: ["sagemaker:*"],
  CloudWatchAgentServerPolicy: ["cloudwatch:PutMetricData", "logs:*"],
  CloudWatchFullAccess: ["cloudwatch:*", "logs:*", "sns:*"],
  CloudWatchLogsFullAccess: ["logs:*"],
  SecretsManagerReadWrite: ["secretsmanager:*"],
  "service-role/AWSBatchServiceEventTargetRole": ["batch:SubmitJob"],
  "service-role/AWSBatchServiceRole": ["ec2:*", "autoscaling:*", "ecs:*", "logs:*", "iam:GetRole", "iam:PassRole"],
  "service-role/AmazonEBSCSIDriverPolicy": ["ec2:*"],
  "service-role/AmazonEC2ContainerServiceforEC2Role": ["ec2:DescribeTags", "ecs:*", "ecr:*", "logs:*"],
  "service-role/AmazonEC2RoleforSSM": ["ssm:*", "ssmmessages:*", "ec2messages:*"],
  "service-role/AmazonEC2SpotFleetTaggingRole": ["ec2:*", "iam:PassRole"],
  "service-role/AmazonECSTaskExecutionRolePolicy": ["ecr:*", "logs:*"],
};

/** Policies that only service-linked roles can have. */
const ofServiceLinkedRoles = new Set(["aws-service-role/BatchServiceRolePolicy"]);

const managedArn = /^arn:(aws[a-z-]*):iam::aws:policy\/(.+)$/;

/**
 * Whether a managed policy of AWS can be attached; undefined if the policy is not AWS's.
 * @param open whether policies exist that the simulator does not list
 * @throws Refusal for policies that only service-linked roles can have
 */
export function awsPolicyExists(arn: string, partition: string, open: boolean): boolean | undefined {
  const [, inPartition, name = ""] = managedArn.exec(arn) ?? [];
  if (inPartition === undefined) return undefined;
  if (ofServiceLinkedRoles.has(name)) {
    throw iamRefusal("PolicyNotAttachable", 400, "Cannot attach a Service Role Policy to a Customer Role.");
  }
  return inPartition === partition && (open || Object.hasOwn(managed, name));
}

/** The parts of a role that determine its permissions. */
export interface Holdings {
  readonly attached: readonly string[];
  readonly inline: Readonly<Record<string, string>>;
}

/**
 * Whether the policies of a role allow an action. Resources and conditions are ignored; a customer policy allows
 * everything, because its text is unknown.
 */
export function grants({ attached, inline }: Holdings, action: string): boolean {
  const managedActions = attached.flatMap((arn) => managed[managedArn.exec(arn)?.[2] ?? ""] ?? ["*"]);
  const statements = Object.values(inline).flatMap((document) => statementsOf(JSON.parse(document)));
  const matching = statements.filter((statement) => listOf(statement["Action"]).some((one) => covers(one, action)));
  if (matching.some(({ Effect: effect }) => effect === "Deny")) return false;
  return matching.length > 0 || managedActions.some((one) => covers(one, action));
}

/** Whether a trust policy lets an AWS service assume the role. */
export function trusts(trust: string, service: string): boolean {
  const assume = statementsOf(JSON.parse(trust)).filter(
    (statement) =>
      listOf(statement["Action"]).some((one) => covers(one, "sts:AssumeRole")) &&
      (statement["Principal"] === "*" || listOf(memberOf(statement["Principal"], "Service")).includes(service)),
  );
  return assume.length > 0 && assume.every(({ Effect: effect }) => effect === "Allow");
}

/** @throws Refusal for an invalid trust policy */
export function checkTrust(document: string): void {
  const texts = { largest: 2048, tooLong: "Cannot exceed quota for ACLSizePerRole: 2048" };
  if (compact(document).length > texts.largest) throw iamRefusal("LimitExceeded", 409, texts.tooLong);
  for (const statement of checkedStatements(document)) {
    if ("Resource" in statement) throw malformed("Has prohibited field Resource");
    if (!("Principal" in statement)) throw malformed("Missing required field Principal");
    const principal = statement["Principal"];
    for (const service of listOf(memberOf(principal, "Service"))) {
      if (!/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(service)) {
        throw malformed(`Invalid principal in policy: "SERVICE":"${service}"`);
      }
    }
    const actions = listOf(statement["Action"]);
    if (actions.length === 0) throw malformed("Missing required field Action");
    if (!actions.every((action) => /^sts:/i.test(action))) {
      throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    }
  }
}

/** @throws Refusal for an invalid inline policy; sizes are those of the role */
export function checkInline(document: string): void {
  for (const statement of checkedStatements(document)) {
    if ("Principal" in statement) throw malformed("Policy document should not specify a principal.");
    const actions = listOf(statement["Action"] ?? statement["NotAction"]);
    if (actions.length === 0) throw malformed("Policy statement must contain actions.");
    if (actions.some((action) => action !== "*" && !/^[a-z0-9-]+:\S+$/i.test(action))) {
      throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    const resources = listOf(statement["Resource"] ?? statement["NotResource"]);
    if (resources.length === 0) throw malformed("Policy statement must contain resources.");
    const wrong = resources.find((one) => one !== "*" && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+$/.test(one));
    if (wrong !== undefined) throw malformed(`Resource ${wrong} must be in ARN format or "*".`);
  }
}

/** The text without white space between tokens, which counts for IAM's limits. */
export function compact(document: string): string {
  return JSON.stringify(parsed(document));
}

/** @param code e.g. `NoSuchEntity`; the name of the exception in the SDK has the suffix `Exception` */
export function iamRefusal(code: string, httpStatusCode: number, text: string): Refusal {
  return new Refusal(`${code}Exception`, httpStatusCode, text);
}

type Statement = Readonly<Record<string, unknown>>;

function checkedStatements(document: string): readonly Statement[] {
  const policy = parsed(document);
  const version = memberOf(policy, "Version");
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    throw malformed("The policy must contain a valid version string");
  }
  const statements = statementsOf(policy);
  if (statements.length === 0) throw malformed("Syntax errors in policy.");
  for (const { Effect: effect } of statements) {
    if (effect !== "Allow" && effect !== "Deny") throw malformed("Syntax errors in policy.");
  }
  return statements;
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
}

function statementsOf(policy: unknown): readonly Statement[] {
  const statement = memberOf(policy, "Statement");
  return (Array.isArray(statement) ? statement : [statement]).filter(isObject);
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Statement {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** IAM compares actions case-insensitively. */
function covers(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action);
}

function malformed(text: string): Refusal {
  return iamRefusal("MalformedPolicyDocument", 400, text);
}
