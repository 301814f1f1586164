import * as batch from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { customResourceDefinitions } from "../../../../scripts/crds.ts";
import { schemaOf } from "../../../../src/tools/validation/object.ts";
import { nodesOf } from "../../schema-nodes.ts";

/** The SDK's enum behind each of ours, less what is left out for a reason. */
const sdkEnums: Readonly<Record<string, readonly [values: Readonly<Record<string, string>>, ...without: string[]]>> = {
  "BatchComputeEnvironment type": [batch.CEType],
  "BatchComputeEnvironment state": [batch.CEState],
  "BatchComputeEnvironment computeResources.type": [batch.CRType],
  "BatchComputeEnvironment computeResources.allocationStrategy": [batch.CRAllocationStrategy],
  "BatchComputeEnvironment computeResources.launchTemplate.userdataType": [batch.UserdataType],
  "BatchComputeEnvironment computeResources.launchTemplate.overrides[].userdataType": [batch.UserdataType],
  "BatchComputeEnvironment ecsSettings.containerInsights": [batch.ContainerInsights],
  "JobQueue state": [batch.JQState],
  "JobQueue jobQueueType": [batch.JobQueueType],
  "JobQueue jobStateTimeLimitActions[].action": [batch.JobStateTimeLimitActionsAction],
  "JobQueue jobStateTimeLimitActions[].state": [batch.JobStateTimeLimitActionsState],
  "SchedulingPolicy quotaSharePolicy.idleResourceAssignmentStrategy": [batch.QuotaShareIdleResourceAssignmentStrategy],
  "QuotaShare state": [batch.QuotaShareState],
  "QuotaShare resourceSharingConfiguration.strategy": [batch.QuotaShareResourceSharingStrategy],
  "QuotaShare preemptionConfiguration.inSharePreemption": [batch.QuotaShareInSharePreemptionState],
  "ServiceEnvironment serviceEnvironmentType": [batch.ServiceEnvironmentType],
  "ServiceEnvironment state": [batch.ServiceEnvironmentState],
  "JobDefinition type": [batch.JobDefinitionType],
  "JobDefinition platformCapabilities[]": [batch.PlatformCapability],
  "JobDefinition retryStrategy.evaluateOnExit[].action": [batch.RetryAction],
  ...Object.fromEntries(
    ["containerProperties", "ecsProperties.taskProperties[].containers[]"].flatMap((container) => [
      [`JobDefinition ${container}.resourceRequirements[].type`, [batch.ResourceType]],
      [`JobDefinition ${container}.logConfiguration.logDriver`, [batch.LogDriver]],
      [`JobDefinition ${container}.linuxParameters.devices[].permissions[]`, [batch.DeviceCgroupPermission]],
    ]),
  ),
  ...Object.fromEntries(
    ["containerProperties", "ecsProperties.taskProperties[]"].flatMap((task) => [
      [`JobDefinition ${task}.networkConfiguration.assignPublicIp`, [batch.AssignPublicIp]],
      [`JobDefinition ${task}.volumes[].efsVolumeConfiguration.transitEncryption`, [batch.EFSTransitEncryption]],
      [
        `JobDefinition ${task}.volumes[].efsVolumeConfiguration.authorizationConfig.iam`,
        [batch.EFSAuthorizationConfigIAM],
      ],
    ]),
  ),
  "BatchJob retryStrategy.evaluateOnExit[].action": [batch.RetryAction],
  "BatchJob dependsOn[].type": [batch.ArrayJobDependency],
  ...Object.fromEntries(
    ["", "nodeOverrides.nodePropertyOverrides[]."].flatMap((place) =>
      ["containerOverrides", "ecsPropertiesOverride.taskProperties[].containers[]"].map((container) => [
        `BatchJob ${place}${container}.resourceRequirements[].type`,
        [batch.ResourceType],
      ]),
    ),
  ),
  "JobDefinition ecsProperties.taskProperties[].containers[].firelensConfiguration.type": [
    batch.FirelensConfigurationType,
  ],
};

/** Values that AWS lists in its documentation and not in its model. */
const documented: Readonly<Record<string, readonly string[]>> = {
  "BatchComputeEnvironment computeResources.managedInstancesProvider.propagateTags": ["CAPACITY_PROVIDER", "NONE"],
  "BatchComputeEnvironment computeResources.managedInstancesProvider.instanceLaunchTemplate.capacityOptionType": [
    "ON_DEMAND",
    "SPOT",
  ],
  "BatchComputeEnvironment computeResources.managedInstancesProvider.instanceLaunchTemplate.monitoring": [
    "BASIC",
    "DETAILED",
  ],
  "BatchComputeEnvironment computeResources.managedInstancesProvider.instanceLaunchTemplate.capacityReservations.reservationPreference":
    ["RESERVATIONS_ONLY", "RESERVATIONS_FIRST", "RESERVATIONS_EXCLUDED"],
  "ConsumableResource resourceType": ["REPLENISHABLE", "NON_REPLENISHABLE"],
  "JobQueue jobStateTimeLimitActions[].reason": [
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
  ],
  ...Object.fromEntries(
    ["containerProperties", "ecsProperties.taskProperties[].containers[]"].map((container) => [
      `JobDefinition ${container}.ulimits[].name`,
      "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
    ]),
  ),
  ...Object.fromEntries(
    ["containerProperties", "ecsProperties.taskProperties[]"].map((task) => [
      `JobDefinition ${task}.runtimePlatform.cpuArchitecture`,
      ["X86_64", "ARM64"],
    ]),
  ),
  "JobDefinition ecsProperties.taskProperties[].containers[].dependsOn[].condition": ["START", "COMPLETE", "SUCCESS"],
  "JobDefinition ecsProperties.taskProperties[].ipcMode": ["host", "task", "none"],
  "JobDefinition ecsProperties.taskProperties[].pidMode": ["host", "task"],
  "JobDefinition ecsProperties.taskProperties[].networkMode": ["host"],
  "JobDefinition eksProperties.podProperties.dnsPolicy": ["Default", "ClusterFirst", "ClusterFirstWithHostNet"],
  "JobDefinition eksProperties.podProperties.volumes[].emptyDir.medium": ["", "Memory"],
  ...Object.fromEntries(
    ["containers", "initContainers"].map((list) => [
      `JobDefinition eksProperties.podProperties.${list}[].imagePullPolicy`,
      ["Always", "IfNotPresent", "Never"],
    ]),
  ),
};

/** The operator's own fields. */
const own =
  /(Policy|holdBefore\[\]|foreignQueues|imageUpdates\.(policy|launchTemplateVersions)|drain\.policy|replacement\.policy|allowedNamespaces\.from|network\.preflight|network\.vpcEndpoints|vpcEndpoints\.needs\[\]|^BatchRole purpose|securityGroup\.(in|e)gress\[\]\.protocol)$/;

function isOwn(name: string): boolean {
  return own.test(name) && !name.includes("Properties");
}

const enums = new Map(
  customResourceDefinitions().flatMap((crd) => {
    const spec = schemaOf(crd).properties?.["spec"];
    if (spec === undefined) throw new Error(`${crd.metadata.name} has no spec`);
    return nodesOf(spec).flatMap(({ path, node }): [string, readonly unknown[]][] => {
      // Node ranges hold the same bodies as the spec.
      const plain = path
        .replace("nodeProperties.nodeRangeProperties[].container.", "containerProperties.")
        .replace(/^nodeProperties\.nodeRangeProperties\[\]\./, "");
      return node.enum === undefined ? [] : [[`${crd.spec.names.kind} ${plain}`, node.enum]];
    });
  }),
);

test("every enum of AWS's fields is known, and every known one is there", () => {
  const ours = [...enums.keys()].filter((name) => !isOwn(name));
  expect(new Set(ours)).toEqual(new Set([...Object.keys(sdkEnums), ...Object.keys(documented)]));
});

test.each(Object.entries(sdkEnums))("%s has the values of the SDK", (name, [values, ...without]) => {
  const expected = Object.values(values).filter((value) => !without.includes(value));
  expect(new Set(enums.get(name))).toEqual(new Set(expected));
  expect(without.filter((value) => !Object.values(values).includes(value))).toEqual([]);
});

test.each(Object.entries(documented))("%s has the documented values", (name, values) => {
  expect(enums.get(name)).toEqual(values);
});
