import { ec2, eks, fargate, managedInstances, spot, unmanaged } from "./bases.ts";
import { allowedNamespacesRows, type CelExample, examplesOf, type Row, type Spec } from "./example.ts";

const resources = (fields: Spec): Spec => ({ computeResources: fields });
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const kind = "BatchComputeEnvironment";

/** In place of subnets and groups. */
const inNetwork: Spec = { subnets: undefined, securityGroupIds: undefined, networkRef: { name: "private" } };

/** What each field that Fargate does not have would be on EC2. */
const fargateRefuses: readonly (readonly [message: string, field: Spec])[] = [
  ["Fargate chooses the size itself: remove instanceTypes", { instanceTypes: ["m7i"] }],
  ["Fargate has no instances: remove instanceRole", { instanceRole: "ecsInstanceRole" }],
  ["Fargate has no instances: remove instanceRoleRef", { instanceRoleRef: { name: "workers" } }],
  ["Fargate uses no Spot Fleet: remove spotFleetRoleRef", { spotFleetRoleRef: { name: "spot" } }],
  ["Fargate keeps nothing running: remove minvCpus", { minvCpus: 0 }],
  ["Fargate keeps nothing running: remove desiredvCpus", { desiredvCpus: 2 }],
  ["Fargate chooses no instances: remove allocationStrategy", { allocationStrategy: "BEST_FIT" }],
  ["Fargate uses no custom image: remove imageId", { imageId: "ami-0a1b2c3d" }],
  ["Fargate uses no custom image: remove ec2Configuration", { ec2Configuration: [{ imageType: "ECS_AL2023" }] }],
  ["Fargate allows no login: remove ec2KeyPair", { ec2KeyPair: "ops" }],
  ["Fargate has no instances to tag: remove tags", { tags: { team: "a" } }],
  ["Fargate has no instances to place: remove placementGroup", { placementGroup: "close" }],
  ["Fargate has no bids; FARGATE_SPOT has a fixed price: remove bidPercentage", { bidPercentage: 50 }],
  ["Fargate uses no Spot Fleet: remove spotIamFleetRole", { spotIamFleetRole: "spotFleet" }],
  ["Fargate launches no instances: remove launchTemplate", { launchTemplate: { launchTemplateName: "jobs" } }],
  ["Fargate keeps nothing running: remove scalingPolicy", { scalingPolicy: { minScaleDownDelayMinutes: 20 } }],
];

const opensFor = (durationMinutes: number): Spec => ({ windows: [{ schedule: "0 2 * * SAT", durationMinutes }] });

const onTemplate = (fields: Spec): Spec => ({
  ...fields,
  ...resources({ launchTemplate: { launchTemplateName: "batch" } }),
});

const onEc2: readonly Row[] = [
  ["MANAGED requires capacity: add computeResources", {}, { computeResources: undefined }],
  [
    "an update in place lets jobs run on for updatePolicy.jobExecutionTimeoutMinutes (default 30): make durationMinutes at least 30 minutes longer than that",
    { imageUpdates: opensFor(60), updatePolicy: {} },
    { imageUpdates: opensFor(59), updatePolicy: {} },
  ],
  [
    "an update in place lets jobs run on for updatePolicy.jobExecutionTimeoutMinutes (default 30): make durationMinutes at least 30 minutes longer than that",
    { imageUpdates: opensFor(150), updatePolicy: { jobExecutionTimeoutMinutes: 120 } },
    { imageUpdates: opensFor(149), updatePolicy: { jobExecutionTimeoutMinutes: 120 } },
  ],
  [
    "an update in place lets jobs run on for updatePolicy.jobExecutionTimeoutMinutes (default 30): make durationMinutes at least 30 minutes longer than that",
    { imageUpdates: opensFor(30), updatePolicy: { terminateJobsOnUpdate: true } },
    { imageUpdates: opensFor(30), updatePolicy: { terminateJobsOnUpdate: false } },
  ],
  [
    "a new environment is verified within the window, for replacement.verify.timeoutSeconds (default 1800): make durationMinutes at least 30 minutes longer than that",
    { imageUpdates: opensFor(60), replacement: { verify: { jobDefinitionRef: { name: "smoke" } } } },
    { imageUpdates: opensFor(59), replacement: { verify: { jobDefinitionRef: { name: "smoke" } } } },
  ],
  [
    "a new environment is verified within the window, for replacement.verify.timeoutSeconds (default 1800): make durationMinutes at least 30 minutes longer than that",
    {
      imageUpdates: opensFor(40),
      replacement: { verify: { jobDefinitionRef: { name: "smoke" }, timeoutSeconds: 600 } },
    },
    {
      imageUpdates: opensFor(40),
      replacement: { verify: { jobDefinitionRef: { name: "smoke" }, timeoutSeconds: 601 } },
    },
  ],
  [
    "Automatic and Follow need a way to replace instances: add updatePolicy, which allows updates in place, or allow the replacement",
    { imageUpdates: { policy: "Automatic" }, replacement: { policy: "Never" }, updatePolicy: {} },
    { imageUpdates: { policy: "Automatic" }, replacement: { policy: "Never" } },
  ],
  [
    "Automatic and Follow need a way to replace instances: add updatePolicy, which allows updates in place, or allow the replacement",
    onTemplate({ imageUpdates: { launchTemplateVersions: "Report" }, replacement: { policy: "Never" } }),
    onTemplate({ imageUpdates: { launchTemplateVersions: "Follow" }, replacement: { policy: "Never" } }),
  ],
  [
    "Follow needs a launch template with $Latest or $Default: add launchTemplate, or remove launchTemplateVersions",
    onTemplate({ imageUpdates: { launchTemplateVersions: "Follow" } }),
    { imageUpdates: { launchTemplateVersions: "Follow" } },
  ],
  ["unmanagedvCpus is for UNMANAGED: remove it and use computeResources.maxvCpus", {}, { unmanagedvCpus: 8 }],
  [
    "without eksConfiguration jobs run on ECS: use an imageType such as ECS_AL2023",
    resources({ ec2Configuration: [{ imageType: "ECS_AL2023" }] }),
    resources({ ec2Configuration: [{ imageType: "EKS_AL2023" }] }),
  ],
  [
    "without eksConfiguration there is no Kubernetes: remove imageKubernetesVersion",
    resources({ ec2Configuration: [{ imageType: "ECS_AL2023" }] }),
    resources({ ec2Configuration: [{ imageType: "ECS_AL2023", imageKubernetesVersion: "1.33" }] }),
  ],
  [
    "AWS's pages contradict each other on which image starts with both: remove imageId, which is deprecated, or each imageIdOverride",
    resources({ imageId: "ami-0a1b2c3d", ec2Configuration: [{ imageType: "ECS_AL2023" }] }),
    resources({
      imageId: "ami-0a1b2c3d",
      ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: "ami-0e1f2a3b" }],
    }),
  ],
  ["region cannot be changed", { region: "eu-central-1" }, { region: "eu-west-1" }, { region: "eu-central-1" }],
  [
    "computeEnvironmentName cannot be changed",
    { computeEnvironmentName: "jobs" },
    { computeEnvironmentName: undefined },
    { computeEnvironmentName: "jobs" },
  ],
  ...allowedNamespacesRows,
  [
    "Terminate requires a timeout: add timeoutSeconds",
    { drain: { policy: "Terminate", timeoutSeconds: 600 } },
    { drain: { policy: "Terminate" } },
  ],
  [
    "Wait never terminates a job: remove timeoutSeconds, or use policy Terminate",
    { drain: { policy: "Wait" } },
    { drain: { policy: "Wait", timeoutSeconds: 600 } },
  ],
  [
    "a tag key has 1 to 128 characters: shorten it",
    { tags: { ["k".repeat(128)]: "" } },
    { tags: { ["k".repeat(129)]: "" } },
  ],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { tags: { "team.awsbatch.dev/a": "b" } },
    { tags: { "AWSBatch.dev/name": "b" } },
  ],
  [
    "instances need a profile to join the cluster: add instanceRole or instanceRoleRef, or iam.instanceRole to let the operator create role and profile",
    { ...resources({ instanceRole: undefined }), iam: { instanceRole: {} } },
    resources({ instanceRole: undefined }),
  ],
  [
    "instanceRole, instanceRoleRef, iam.instanceRole give the same role: keep one of them",
    resources({ instanceRole: undefined, instanceRoleRef: { name: "workers" } }),
    { ...resources({ instanceRole: undefined, instanceRoleRef: { name: "workers" } }), iam: { instanceRole: {} } },
  ],
  [
    "instanceRole, instanceRoleRef, iam.instanceRole give the same role: keep one of them",
    { ...resources({ instanceRole: undefined }), iam: { instanceRole: { policyArns: [readImages] } } },
    { iam: { instanceRole: {} } },
  ],
  [
    "serviceRole, serviceRoleRef, iam.serviceRole give the same role: keep one of them",
    { iam: { serviceRole: {} } },
    { iam: { serviceRole: {} }, serviceRole: "arn:aws:iam::123456789012:role/batch-service" },
  ],
  [
    "objects no longer share a role by a name: write the role as a BatchRole, and refer to it by serviceRoleRef",
    { serviceRoleRef: { name: "batch" } },
    { iam: { serviceRole: { name: "batch" } } },
  ],
  [
    "objects no longer share a role by a name: write the role as a BatchRole, and refer to it by computeResources.instanceRoleRef",
    resources({ instanceRole: undefined, instanceRoleRef: { name: "workers" } }),
    { ...resources({ instanceRole: undefined }), iam: { instanceRole: { name: "workers" } } },
  ],
  [
    "only SPOT with BEST_FIT uses a Spot Fleet role: remove iam.spotFleetRole",
    { iam: { repairMissingServiceRole: true } },
    { iam: { spotFleetRole: {} } },
  ],
  [
    "a policy name has 1 to 128 letters, digits or any of +=,.@_-: rename the policy",
    { iam: { serviceRole: { inlinePolicies: { "read+write": "{}" } } } },
    { iam: { serviceRole: { inlinePolicies: { "read/write": "{}" } } } },
  ],
  [
    "IAM takes at most 10240 characters without white space in all inline policies of a role",
    { iam: { serviceRole: { inlinePolicies: { a: " ".repeat(10_240), b: " ".repeat(10_240) } } } },
    { iam: { serviceRole: { inlinePolicies: { a: " ".repeat(10_240), b: " ".repeat(10_240), c: "{" } } } },
  ],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { iam: { serviceRole: { tags: { team: "a" } } } },
    { iam: { serviceRole: { tags: { "AWSBATCH.DEV/role": "service" } } } },
  ],
  ["instances need a type: add instanceTypes, e.g. [optimal]", {}, resources({ instanceTypes: undefined })],
  [
    "instances run in your network: add subnets or networkRef",
    resources({ ...inNetwork }),
    resources({ subnets: undefined }),
  ],
  [
    "environments share networks as BatchNetworks: write subnetSelector there, and refer to it by computeResources.networkRef",
    resources(inNetwork),
    resources({ subnets: undefined, subnetSelector: { tags: { team: "batch" } } }),
  ],
  [
    "environments share networks as BatchNetworks: write securityGroupSelector there, and refer to it by computeResources.networkRef",
    resources(inNetwork),
    resources({ securityGroupIds: undefined, securityGroupSelector: { tags: { team: "batch" } } }),
  ],
  [
    "environments share networks as BatchNetworks: write securityGroup there, and refer to it by computeResources.networkRef",
    resources(inNetwork),
    { network: { securityGroup: { create: true, ingress: [{ protocol: "all", peer: "self" }] } } },
  ],
  [
    "environments share networks as BatchNetworks: write vpcEndpoints there, and refer to it by computeResources.networkRef",
    resources(inNetwork),
    { network: { vpcEndpoints: "Ensure" } },
  ],
  [
    "environments share networks as BatchNetworks: write vpcEndpoints.services there, and refer to it by computeResources.networkRef",
    resources(inNetwork),
    { network: { vpcEndpointServices: ["ecs-agent"] } },
  ],
  [
    "the network of networkRef gives subnets and security groups: remove subnets",
    resources({ ...inNetwork, subnets: undefined }),
    resources({ ...inNetwork, subnets: ["subnet-1"] }),
  ],
  [
    "the network of networkRef gives subnets and security groups: remove securityGroupIds",
    resources(inNetwork),
    resources({ ...inNetwork, securityGroupIds: ["sg-1"] }),
  ],
  [
    "instances need a security group: add securityGroupIds, networkRef, or a launch template with security groups",
    resources({ securityGroupIds: undefined, launchTemplate: { launchTemplateName: "jobs" } }),
    resources({ securityGroupIds: undefined }),
  ],
  [
    "managedInstancesProvider is for ECS_MANAGED_INSTANCES: remove it, or change type",
    {},
    resources({ managedInstancesProvider: (managedInstances["computeResources"] as Spec)["managedInstancesProvider"] }),
  ],
  ["capacityTags is for ECS_MANAGED_INSTANCES: use tags", {}, resources({ capacityTags: { team: "a" } })],
  [
    "this strategy is for SPOT: with EC2 use BEST_FIT_PROGRESSIVE, BEST_FIT_PROGRESSIVE_ORDERED or BEST_FIT",
    resources({ allocationStrategy: "BEST_FIT" }),
    resources({ allocationStrategy: "SPOT_CAPACITY_OPTIMIZED" }),
  ],
  [
    "a strategy with an order accepts no bundle: use instance types or families instead of optimal or default_*",
    resources({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" }),
    resources({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED", instanceTypes: ["m7i", "optimal"] }),
  ],
  [
    "one environment has one architecture: keep either the arm64 (Graviton) types or the x86_64 types",
    resources({ instanceTypes: ["c7g.large", "m6gd", "im4gn", "a1", "default_arm64"] }),
    resources({ instanceTypes: ["g4dn.xlarge", "c7g"] }),
  ],
  [
    "minvCpus is more than maxvCpus: lower it, or raise maxvCpus",
    resources({ minvCpus: 64 }),
    resources({ minvCpus: 65 }),
  ],
  [
    "desiredvCpus must be between minvCpus and maxvCpus: change it, or leave it out",
    resources({ minvCpus: 2, desiredvCpus: 2 }),
    resources({ minvCpus: 2, desiredvCpus: 1 }),
  ],
  [
    "the delay is 20 to 10080 minutes, or 0 for none: change minScaleDownDelayMinutes",
    resources({ scalingPolicy: { minScaleDownDelayMinutes: 0 } }),
    resources({ scalingPolicy: { minScaleDownDelayMinutes: 19 } }),
  ],
  [
    "a launch template is referenced by ID or by name: remove launchTemplateId or launchTemplateName",
    resources({ launchTemplate: { launchTemplateId: "lt-0a1b2c3d" } }),
    resources({ launchTemplate: { launchTemplateId: "lt-0a1b2c3d", launchTemplateName: "jobs" } }),
  ],
  [
    "a launch template is missing: add launchTemplateId, launchTemplateName or overrides",
    resources({
      launchTemplate: { overrides: [{ launchTemplateName: "large", targetInstanceTypes: ["m7i.24xlarge"] }] },
    }),
    resources({ launchTemplate: { version: "$Latest" } }),
  ],
  [
    "an instance type has one launch template: keep it in one override only",
    resources({
      launchTemplate: {
        launchTemplateName: "jobs",
        overrides: [
          { launchTemplateName: "large", targetInstanceTypes: ["m7i.24xlarge"] },
          { launchTemplateName: "small", targetInstanceTypes: ["m7i.large"] },
        ],
      },
    }),
    resources({
      launchTemplate: {
        launchTemplateName: "jobs",
        overrides: [
          { launchTemplateName: "large", targetInstanceTypes: ["m7i.24xlarge"] },
          { launchTemplateName: "small", targetInstanceTypes: ["m7i.large", "m7i.24xlarge"] },
        ],
      },
    }),
  ],
  [
    "a launch template is referenced by ID or by name: remove launchTemplateId or launchTemplateName",
    resources({ launchTemplate: { overrides: [{ launchTemplateName: "a", targetInstanceTypes: ["c7i"] }] } }),
    resources({
      launchTemplate: {
        overrides: [{ launchTemplateName: "a", launchTemplateId: "lt-0a", targetInstanceTypes: ["c7i"] }],
      },
    }),
  ],
  [
    "an override needs a launch template: add launchTemplateId or launchTemplateName",
    resources({ launchTemplate: { overrides: [{ launchTemplateId: "lt-0a", targetInstanceTypes: ["c7i"] }] } }),
    resources({ launchTemplate: { overrides: [{ version: "2", targetInstanceTypes: ["c7i"] }] } }),
  ],
  [
    "an override is for instance types or families: use them instead of optimal or default_*",
    resources({ launchTemplate: { overrides: [{ launchTemplateId: "lt-0a", targetInstanceTypes: ["c7i"] }] } }),
    resources({ launchTemplate: { overrides: [{ launchTemplateId: "lt-0a", targetInstanceTypes: ["optimal"] }] } }),
  ],
];

const onSpot: readonly Row[] = [
  [
    "this strategy is for EC2: with SPOT use SPOT_CAPACITY_OPTIMIZED_PRIORITIZED to give an order",
    resources({ allocationStrategy: "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED" }),
    resources({ allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED" }),
  ],
  [
    "SPOT with BEST_FIT, which is the default, needs spotIamFleetRole: add it, spotFleetRoleRef or iam.spotFleetRole, or preferably use allocationStrategy SPOT_PRICE_CAPACITY_OPTIMIZED",
    resources({ allocationStrategy: undefined, spotIamFleetRole: "spotFleet" }),
    resources({ allocationStrategy: undefined }),
  ],
  [
    "objects no longer share a role by a name: write the role as a BatchRole, and refer to it by computeResources.spotFleetRoleRef",
    resources({ allocationStrategy: "BEST_FIT", spotFleetRoleRef: { name: "spot" } }),
    { ...resources({ allocationStrategy: "BEST_FIT" }), iam: { spotFleetRole: { name: "spot" } } },
  ],
  [
    "spotIamFleetRole, spotFleetRoleRef, iam.spotFleetRole give the same role: keep one of them",
    { ...resources({ allocationStrategy: "BEST_FIT" }), iam: { spotFleetRole: {} } },
    { ...resources({ allocationStrategy: "BEST_FIT", spotIamFleetRole: "spotFleet" }), iam: { spotFleetRole: {} } },
  ],
];

const onEks: readonly Row[] = [
  [
    "AWS does not say on which EKS environment a job failed: remove replacement.rollback",
    { replacement: { soakSeconds: 60 } },
    { replacement: { rollback: { failedJobs: 1, withinSeconds: 60 } } },
  ],
  [
    "EKS runs on EC2 or SPOT: change computeResources.type, or remove eksConfiguration",
    {},
    { computeResources: { ...(managedInstances["computeResources"] as Spec), type: "ECS_MANAGED_INSTANCES" } },
  ],
  [
    "EKS has no default strategy: add allocationStrategy, e.g. BEST_FIT_PROGRESSIVE",
    {},
    resources({ allocationStrategy: undefined }),
  ],
  [
    "EKS needs an EKS image: use an imageType such as EKS_AL2023",
    resources({ ec2Configuration: [{ imageType: "EKS_AL2023", imageKubernetesVersion: "1.33" }] }),
    resources({ ec2Configuration: [{ imageType: "ECS_AL2023" }] }),
  ],
  [
    "AWS Batch requires a dedicated namespace: not default, and not one that begins with kube-",
    { eksConfiguration: { kubernetesNamespace: "kubernetes-jobs" } },
    { eksConfiguration: { kubernetesNamespace: "kube-system" } },
  ],
];

const onFargate: readonly Row[] = [
  [
    "only EC2 and SPOT use an instance role: remove iam.instanceRole",
    { iam: { serviceRole: {} } },
    { iam: { instanceRole: {} } },
  ],
  ...fargateRefuses.map(([message, field]): Row => [message, {}, resources(field)]),
  [
    "Fargate tasks run in your network: add subnets or networkRef",
    resources(inNetwork),
    resources({ subnets: undefined }),
  ],
  [
    "Fargate tasks run in your network: add securityGroupIds or networkRef",
    resources(inNetwork),
    resources({ securityGroupIds: undefined }),
  ],
  [
    "Fargate accepts at most 16 subnets: remove some",
    resources({ subnets: numbered("subnet", 16) }),
    resources({ subnets: numbered("subnet", 17) }),
  ],
  [
    "Fargate accepts at most 5 security groups: remove some",
    resources({ securityGroupIds: numbered("sg", 5) }),
    resources({ securityGroupIds: numbered("sg", 6) }),
  ],
  [
    "Fargate has no infrastructure that is updated: remove updatePolicy",
    {},
    { updatePolicy: { jobExecutionTimeoutMinutes: 30 } },
  ],
  ["Fargate always starts from fresh capacity: remove rolloutToken", {}, { rolloutToken: "2026-09" }],
  ["only EC2 and SPOT have images that can be newer: remove imageUpdates", {}, { imageUpdates: { policy: "Report" } }],
];

const onUnmanaged: readonly Row[] = [
  ["only EC2 and SPOT have images that can be newer: remove imageUpdates", {}, { imageUpdates: { policy: "Report" } }],
  [
    "UNMANAGED uses your own instances: remove computeResources, or use type MANAGED",
    { unmanagedvCpus: 8 },
    resources({ ...(ec2["computeResources"] as Spec) }),
  ],
  [
    "UNMANAGED cannot use the service-linked role: add serviceRole or serviceRoleRef, or iam.serviceRole to let the operator create one",
    { serviceRole: undefined, serviceRoleRef: { name: "batch" } },
    { serviceRole: undefined },
  ],
  [
    "UNMANAGED cannot use the service-linked role: name a regular role as serviceRole",
    {},
    {
      serviceRole: "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
    },
  ],
  [
    "EKS environments are MANAGED: remove eksConfiguration, or use type MANAGED",
    {},
    { eksConfiguration: eks["eksConfiguration"] },
  ],
  [
    "UNMANAGED has no infrastructure that AWS Batch updates: remove updatePolicy",
    {},
    { updatePolicy: { terminateJobsOnUpdate: true } },
  ],
  ["UNMANAGED has no instances that AWS Batch renews: remove rolloutToken", {}, { rolloutToken: "2026-09" }],
];

const onManagedInstances: readonly Row[] = [
  [
    "ECS_MANAGED_INSTANCES sets its network in managedInstancesProvider: remove networkRef",
    {},
    resources({ networkRef: { name: "private" } }),
  ],
  [
    "ECS_MANAGED_INSTANCES requires launch settings: add managedInstancesProvider",
    resources({ capacityTags: { team: "a" } }),
    resources({ managedInstancesProvider: undefined }),
  ],
];

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

export const computeEnvironmentExamples: readonly CelExample[] = [
  ...examplesOf(kind, ec2, onEc2),
  ...examplesOf(kind, spot, onSpot),
  ...examplesOf(kind, eks, onEks),
  ...examplesOf(kind, fargate, onFargate),
  ...examplesOf(kind, unmanaged, onUnmanaged),
  ...examplesOf(kind, managedInstances, onManagedInstances),
];
