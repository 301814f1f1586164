/**
 * Patterns of fields that hold an ARN, or a name in place of one. Partitions are `aws`, `aws-cn`, `aws-us-gov` and those that AWS adds;
 * the API server refuses an ARN of something else, one whose region has not the form of a region, and one whose account has
 * not twelve digits. Apart from the schemas, for code that runs without them.
 */

const partition = "aws[a-z-]*";
const region = "[a-z]{2,4}(-[a-z]+)+-[0-9]+";
const account = "[0-9]{12}";

/** @param rest after the account, as a pattern */
const regional = (service: string, rest: string): string => `arn:${partition}:${service}:${region}:${account}:${rest}`;
const ofIam = (type: string): string => `arn:${partition}:iam::${account}:${type}/[!-~]+`;
/** IAM's names have no colon; a path may stand before the name. */
const iamName = "[!-9;-~]+";
const batchName = "[A-Za-z0-9][A-Za-z0-9_-]*";
const revisedName = `${batchName}(:[0-9]+)?`;

interface Form {
  readonly pattern: RegExp;
  /** For people. */
  readonly words: string;
}

function form(words: string, ...patterns: readonly string[]): Form {
  return { words, pattern: new RegExp(patterns.length === 1 ? `^${patterns[0]}$` : `^(${patterns.join("|")})$`) };
}

/** @param type as ARNs have it; its words are the same with blanks */
function inBatch<Type extends string>(type: Type): Form {
  const example = `arn:aws:batch:eu-central-1:123456789012:${type}/NAME`;
  const pattern = regional("batch", `${type}/${batchName}`);
  return form(`the name or ARN of a ${type.replaceAll("-", " ")} in AWS, e.g. ${example}`, pattern, batchName);
}

export const arnForms = {
  role: form("the name or ARN of a role, e.g. arn:aws:iam::123456789012:role/NAME", ofIam("role"), iamName),
  roleArn: form("the ARN of a role, e.g. arn:aws:iam::123456789012:role/NAME", ofIam("role")),
  /** AWS takes the ARN of a role as well; on anything else no instance starts. */
  instanceProfile: form(
    "the name or ARN of an instance profile or role, e.g. arn:aws:iam::123456789012:instance-profile/NAME",
    ofIam("(instance-profile|role)"),
    iamName,
  ),
  instanceProfileArn: form(
    "the ARN of an instance profile, e.g. arn:aws:iam::123456789012:instance-profile/NAME",
    ofIam("instance-profile"),
  ),
  computeEnvironment: inBatch("compute-environment"),
  consumableResource: inBatch("consumable-resource"),
  jobQueue: inBatch("job-queue"),
  serviceEnvironment: inBatch("service-environment"),
  jobDefinition: form(
    "the name of a job definition in AWS, with or without its revision, or its ARN, e.g. arn:aws:batch:eu-central-1:123456789012:job-definition/NAME:1",
    regional("batch", `job-definition/${revisedName}`),
    revisedName,
  ),
  schedulingPolicyArn: form(
    "the ARN of a scheduling policy, e.g. arn:aws:batch:eu-central-1:123456789012:scheduling-policy/NAME",
    regional("batch", `scheduling-policy/${batchName}`),
  ),
  eksClusterArn: form(
    "the ARN of an EKS cluster, e.g. arn:aws:eks:eu-central-1:123456789012:cluster/NAME",
    regional("eks", "cluster/[!-~]+"),
  ),
  /** Of a service whose forms are not checked: with or without a region and an account. */
  anyArn: form(
    "an ARN, i.e. arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE",
    `arn:${partition}:[a-z0-9-]+:(${region})?:(${account})?:[!-~]+`,
  ),
  /** A parameter of SSM may have a version after its name. */
  secret: form(
    "the ARN of a secret of Secrets Manager, or the ARN or name of a parameter of SSM",
    regional("(secretsmanager|ssm)", "[!-~]+"),
    "[A-Za-z0-9_./-]+(:[A-Za-z0-9_.-]+)?",
  ),
  secretsManager: form(
    "the ARN or name of a secret of Secrets Manager",
    regional("secretsmanager", "secret:[!-~]+"),
    "[A-Za-z0-9/_+=.@-]+",
  ),
} as const satisfies Readonly<Record<string, Form>>;
