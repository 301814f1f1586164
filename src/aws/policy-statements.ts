import { heartbeatSource, tagPrefix } from "./names.ts";

/**
 * What the operator may do its calls on. Batch and EC2 are limited by the tag that all of a cluster's resources bear,
 * IAM also by the path of its roles.
 */

/** What an operator may do in addition to keeping compute environments, queues and job definitions. */
export const policyFeatures = {
  iam: "makes roles and instance profiles that objects ask for, and the service-linked role of Batch",
  network: "reads networks, and checks that instances and tasks reach what they need",
  endpoints: "makes VPC endpoints that are missing, and security groups; includes network",
  diagnose: "reads what it takes to say why jobs do not start",
  "service-linked-role": "lets Batch make its service-linked roles; part of iam",
  "service-roles": "makes service roles and Spot Fleet roles, whose policies may pass any role to EC2; with iam",
  "remove-boundaries": "takes permissions boundaries off roles whose spec names none any more; with iam",
  adopt: "takes over resources without tags of a cluster, whatever their names: for adoptionPolicy, and after import",
  jobs: "submits, tags and ends the jobs of BatchJob objects, in queues and by definitions of its own; and for replacement.verify, whose last log lines it reads",
  "foreign-jobs": "submits jobs to queues and by definitions that are not its own, which BatchJob objects name",
  "terminate-jobs": "terminates jobs, for drain.policy: Terminate",
  "foreign-queues": "moves queues that are not its own, for --allow-foreign-repoint",
  events: "receives events of AWS from queues named aws-batch-operator*, and sends heartbeats, for --events-queue",
} as const;

export type PolicyFeature = keyof typeof policyFeatures;

export interface PolicyScope {
  readonly partition: string;
  /** 12 digits, or `*`. */
  readonly account: string;
  /** At least one; `*` for all. */
  readonly regions: readonly string[];
  /** The tag that everything of the operator's cluster bears. */
  readonly tag: { readonly key: string; readonly value: string };
  /** The value that the tag has had where the cluster is being renamed: what bears it in AWS Batch is changed as well. */
  readonly formerTagValue?: string | undefined;
  /** Globs of names without `_` that specs give to what the operator is to create. Default names have one. */
  readonly names: readonly string[];
  /** Of roles and instance profiles; begins and ends with `/`. */
  readonly rolePath: string;
  readonly features: readonly PolicyFeature[];
  /** ARNs of roles that manifests name themselves, so that the operator must hand them to Batch. */
  readonly passRoleArns: readonly string[];
  /** ARNs of service roles of others that the operator may make again when one was deleted too early. */
  readonly repairRoleArns: readonly string[];
  /** ARNs, or patterns of them, of the policies that roles may be given. */
  readonly policyArns: readonly string[];
  /** The only boundaries that roles may have, and must have one of; empty: any or none. */
  readonly boundaryArns: readonly string[];
  readonly inlinePolicies: boolean;
  /** Keys of tags, or patterns of them, that its roles may have in addition to the operator's own. */
  readonly roleTagKeys: readonly string[];
}

export interface Grounds {
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
}

/** Operator → key → values, as in a policy. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** In the order in which a policy shows them. Undefined: this scope has no such statement. */
export const statements = {
  BatchRead: () => ({ resources: ["*"] }),
  // Each of its actions is for one type of resource.
  BatchCreate: (scope) => ({
    resources: batch(scope, "*"),
    conditions: requestTag(scope),
  }),
  // Batch has no key that distinguishes a tag given at creation from one given later. What bears the tag of another cluster
  // cannot be taken; what bears none is taken by whoever tags it, which is how adoption works. Only names separate the two.
  BatchClaim: (scope) => ({
    resources: batch(scope, ...claimable(scope)),
    conditions: {
      ...requestTag(scope),
      StringEqualsIfExists: { [`aws:ResourceTag/${scope.tag.key}`]: tagValues(scope) },
    },
  }),
  BatchChange: (scope) => ({
    resources: batch(scope, "*"),
    conditions: { StringEquals: { [`aws:ResourceTag/${scope.tag.key}`]: tagValues(scope) } },
  }),
  // A queue may name environments and policies of others; this changes nothing of them.
  BatchRefer: (scope) => ({ resources: batch(scope, "*-environment/*", "scheduling-policy/*") }),
  BatchJobs: (scope) => when(scope, ["terminate-jobs"], { resources: batch(scope, "job/*", "service-job/*") }),
  // Whoever may write BatchJob objects runs commands with the roles of these definitions.
  JobSubmit: (scope) =>
    when(scope, submitting, {
      resources: batch(scope, "job-definition/*", "job-queue/*"),
      ...(scope.features.includes("foreign-jobs") ? {} : { conditions: resourceTag(scope) }),
    }),
  JobChange: (scope) => when(scope, submitting, { resources: batch(scope, "job/*"), conditions: resourceTag(scope) }),
  // The last lines of a job that verifies an environment: its definition may name any group.
  JobLogs: (scope) =>
    when(scope, submitting, {
      resources: scope.regions.map(
        (region) => `arn:${scope.partition}:logs:${region}:${scope.account}:log-group:*:log-stream:*`,
      ),
    }),
  ForeignQueues: (scope) => when(scope, ["foreign-queues"], { resources: batch(scope, "job-queue/*") }),

  // Queues are named by the flag, so the policy knows them by how their names begin.
  EventsReceive: (scope) => when(scope, ["events"], { resources: regional(scope, "sqs", "aws-batch-operator*") }),
  // Nothing but a heartbeat: others act on the events of the bus.
  EventsHeartbeat: (scope) =>
    when(scope, ["events"], {
      resources: regional(scope, "events", "event-bus/default"),
      conditions: { StringEquals: { "events:source": heartbeatSource } },
    }),

  PassRoles: (scope) =>
    scope.passRoleArns.length === 0
      ? undefined
      : passed(scope, scope.passRoleArns, ["batch", "ec2", "ecs", "ecs-tasks", "spotfleet"]),
  // Its own roles only for their purpose: a job that runs by a service role could start instances under any role.
  PassTasks: (scope) =>
    when(scope, ["iam"], passed(scope, [own(scope, "execution"), own(scope, "job")], ["ecs-tasks"])),
  PassInstances: (scope) => when(scope, ["iam"], passed(scope, [own(scope, "instance")], ["ec2"])),
  PassSpot: (scope) => when(scope, ["service-roles"], passed(scope, [own(scope, "spot-fleet")], ["spotfleet"])),
  PassService: (scope) => when(scope, ["service-roles"], passed(scope, [own(scope, "service")], ["batch"])),
  ServiceLinkedRole: (scope) =>
    when(scope, ["iam", "service-linked-role"], {
      // Of Batch itself, and of its part for SageMaker.
      resources: [iam(scope, "role", "/aws-service-role/*batch.amazonaws.com/", "AWSServiceRoleFor*")],
      conditions: {
        StringEquals: { "iam:AWSServiceName": ["batch.amazonaws.com", "sagemaker-queuing.batch.amazonaws.com"] },
      },
    }),

  IamRead: (scope) =>
    when(scope, ["iam", "network", "endpoints", "diagnose"], {
      resources: [iam(scope, "instance-profile", "/"), iam(scope, "role", "/")],
    }),
  RoleCreate: (scope) =>
    when(scope, ["iam"], {
      resources: roles(scope),
      conditions: both(requestTag(scope), tagKeys(scope), bounded(scope)),
    }),
  // Tagging needs its own action, so MadeTag limits the keys.
  ProfileCreate: (scope) => when(scope, ["iam"], { resources: profiles(scope), conditions: requestTag(scope) }),
  MadeTag: (scope) =>
    when(scope, ["iam"], { resources: [...profiles(scope), ...roles(scope)], conditions: tagKeys(scope) }),
  MadeChange: (scope) =>
    when(scope, ["iam"], { resources: [...profiles(scope), ...roles(scope)], conditions: resourceTag(scope) }),
  RoleAttach: (scope) =>
    when(scope, ["iam"], {
      resources: roles(scope),
      conditions: both(resourceTag(scope), bounded(scope), {
        ArnLike: { "iam:PolicyARN": [...new Set([...policiesOfPurposes(scope), ...scope.policyArns])].toSorted() },
      }),
    }),
  ServiceAttach: (scope) => when(scope, ["service-roles"], attached(scope, "service", servicePolicy)),
  SpotAttach: (scope) => when(scope, ["service-roles"], attached(scope, "spot-fleet", spotPolicy)),
  RoleInline: (scope) =>
    scope.inlinePolicies
      ? when(scope, ["iam"], { resources: roles(scope), conditions: both(resourceTag(scope), bounded(scope)) })
      : undefined,
  RoleBound: (scope) =>
    when(scope, ["iam"], { resources: roles(scope), conditions: both(resourceTag(scope), bounded(scope)) }),
  RoleUnbound: (scope) =>
    scope.boundaryArns.length === 0
      ? when(scope, ["remove-boundaries"], { resources: roles(scope), conditions: resourceTag(scope) })
      : undefined,
  RepairRoles: (scope) => repaired(scope, { resources: scope.repairRoleArns }),
  RepairAttach: (scope) =>
    repaired(scope, {
      resources: scope.repairRoleArns,
      conditions: { ArnLike: { "iam:PolicyARN": managed(scope, servicePolicy) } },
    }),

  Ec2Read: (scope) => when(scope, ["network", "endpoints", "diagnose"], { resources: ["*"] }),
  EndpointCreate: (scope) =>
    when(scope, ["endpoints"], {
      resources: ec2(scope, "vpc-endpoint/*", "security-group/*"),
      conditions: requestTag(scope),
    }),
  EndpointTag: (scope) =>
    when(scope, ["endpoints"], {
      resources: ec2(scope, "vpc-endpoint/*", "security-group/*"),
      conditions: both(requestTag(scope), {
        StringEquals: { "ec2:CreateAction": ["CreateSecurityGroup", "CreateVpcEndpoint"] },
      }),
    }),
  EndpointChange: (scope) =>
    when(scope, ["endpoints"], {
      resources: ec2(scope, "vpc-endpoint/*", "security-group/*"),
      conditions: resourceTag(scope),
    }),
  // What Retain left behind bears no tag of a cluster, but names its last owner.
  GroupReclaim: (scope) =>
    when(scope, ["endpoints"], {
      resources: ec2(scope, "security-group/*", "vpc-endpoint/*"),
      conditions: both(requestTag(scope), {
        StringLike: { "aws:ResourceTag/awsbatch.dev/retained-from": `${scope.tag.value}/*` },
      }),
    }),
  // What an endpoint is put into; this changes nothing of it.
  EndpointRefer: (scope) =>
    when(scope, ["endpoints"], {
      resources: ec2(scope, "vpc/*", "subnet/*", "security-group/*", "route-table/*"),
    }),
  EndpointRules: (scope) => when(scope, ["endpoints"], { resources: ec2(scope, "security-group-rule/*") }),
  EndpointNames: (scope) =>
    when(scope, ["endpoints"], {
      resources: [`arn:${scope.partition}:route53:::hostedzone/*`, ...ec2(scope, "vpc/*")],
    }),
} as const satisfies Readonly<Record<string, (scope: PolicyScope) => Grounds | undefined>>;

/** Each lets the operator submit jobs. */
const submitting: readonly PolicyFeature[] = ["jobs", "foreign-jobs"];

function submits({ features }: PolicyScope): boolean {
  return submitting.some((feature) => features.includes(feature));
}

export type StatementName = keyof typeof statements;

function when(scope: PolicyScope, features: readonly PolicyFeature[], grounds: Grounds): Grounds | undefined {
  return features.some((feature) => scope.features.includes(feature)) ? grounds : undefined;
}

function repaired(scope: PolicyScope, grounds: Grounds): Grounds | undefined {
  return scope.repairRoleArns.length === 0 ? undefined : when(scope, ["iam"], grounds);
}

/** Both may start instances, and pass any role to EC2. */
const servicePolicy = "service-role/AWSBatchServiceRole";
const spotPolicy = "service-role/AmazonEC2SpotFleetTaggingRole";

/** The policies of AWS that the roles of the other purposes need. */
function policiesOfPurposes(scope: PolicyScope): readonly string[] {
  return ["service-role/AmazonEC2ContainerServiceforEC2Role", "service-role/AmazonECSTaskExecutionRolePolicy"].map(
    (policy) => managed(scope, policy),
  );
}

function managed({ partition }: PolicyScope, policy: string): string {
  return `arn:${partition}:iam::aws:policy/${policy}`;
}

function batch({ partition, account, regions }: PolicyScope, ...resources: readonly string[]): readonly string[] {
  return regions.flatMap((region) => resources.map((one) => `arn:${partition}:batch:${region}:${account}:${one}`));
}

/** Patterns that match every resource type that the operator keeps, and no job: a policy has a limit of size. */
export const keptPatterns = ["*-environment/*", "job-*", "sch*", "con*"] as const;

/** Whatever has a `_` in its name, and no job: their IDs have none. */
const defaultNames = "*_*";
/** How ARNs begin of what the operator creates; as `keptPatterns`. */
const namedTypes = ["*-environment/", "job-*/", "sch*/", "con*/"];

/**
 * What may be tagged as the operator's own while it bears no tag of a cluster: what it creates, and with that whatever has
 * such a name. A submission gives its tags to a job that has no ID yet, and asks for the same on definition and queue.
 */
function claimable(scope: PolicyScope): readonly string[] {
  const { features, names } = scope;
  const jobs = submits(scope) ? ["job/*"] : [];
  if (features.includes("adopt")) return [...keptPatterns, ...jobs];
  const named = names.flatMap((name) => namedTypes.map((type) => `${type}${name}`));
  const referred = features.includes("foreign-jobs") ? ["job-definition/*", "job-queue/*"] : [];
  return [defaultNames, ...named, ...referred, ...jobs];
}

function ec2(scope: PolicyScope, ...resources: readonly string[]): readonly string[] {
  return regional(scope, "ec2", ...resources);
}

function regional(
  { partition, account, regions }: PolicyScope,
  service: "ec2" | "events" | "sqs",
  ...resources: readonly string[]
): readonly string[] {
  return regions.flatMap((region) => resources.map((one) => `arn:${partition}:${service}:${region}:${account}:${one}`));
}

function iam({ partition, account }: PolicyScope, type: "role" | "instance-profile", path: string, name = "*"): string {
  return `arn:${partition}:iam::${account}:${type}${path}${name}`;
}

/** Its own roles of one purpose. */
function own(scope: PolicyScope, purpose: string): string {
  return iam(scope, "role", `${scope.rolePath}${purpose}/`);
}

function attached(scope: PolicyScope, purpose: string, policy: string): Grounds {
  const conditions = both(resourceTag(scope), bounded(scope), {
    ArnLike: { "iam:PolicyARN": managed(scope, policy) },
  });
  return { resources: [own(scope, purpose)], conditions };
}

function passed(scope: PolicyScope, resources: readonly string[], services: readonly string[]): Grounds {
  const principals = services.map((service) => {
    return `${service}.amazonaws.com${service === "ec2" && scope.partition === "aws-cn" ? ".cn" : ""}`;
  });
  return { resources, conditions: { StringEquals: { "iam:PassedToService": principals } } };
}

function roles(scope: PolicyScope): readonly string[] {
  return [iam(scope, "role", scope.rolePath)];
}

function profiles(scope: PolicyScope): readonly string[] {
  return [iam(scope, "instance-profile", scope.rolePath)];
}

function requestTag({ tag }: PolicyScope): Conditions {
  return { StringEquals: { [`aws:RequestTag/${tag.key}`]: tag.value } };
}

function tagValues({ tag, formerTagValue }: PolicyScope): string | readonly string[] {
  return formerTagValue === undefined ? tag.value : [tag.value, formerTagValue];
}

function resourceTag({ tag }: PolicyScope): Conditions {
  return { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } };
}

/** Elsewhere policies may grant permissions by the tags of a role (`aws:PrincipalTag`). */
function tagKeys({ roleTagKeys }: PolicyScope): Conditions {
  return { "ForAllValues:StringLike": { "aws:TagKeys": [`${tagPrefix}*`, ...roleTagKeys].toSorted() } };
}

function bounded({ boundaryArns }: PolicyScope): Conditions {
  return boundaryArns.length === 0 ? {} : { ArnEquals: { "iam:PermissionsBoundary": boundaryArns } };
}

/** All of them at once. */
function both(...all: readonly Conditions[]): Conditions {
  const merged: Record<string, Readonly<Record<string, string | readonly string[]>>> = {};
  for (const conditions of all) {
    for (const [operator, keys] of Object.entries(conditions)) merged[operator] = { ...merged[operator], ...keys };
  }
  return merged;
}
