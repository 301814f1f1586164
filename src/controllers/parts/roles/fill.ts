/** Fills the roles that the operator makes, for the object or as a BatchRole, into the empty fields of a spec. Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import type { NamedRole } from "./limits.ts";
import type { RolePurpose } from "./names.ts";
import type { GivenRole } from "./references-to.ts";

export function filledEnvironment(
  spec: BatchComputeEnvironmentSpec,
  desiredRoles: readonly GivenRole[],
): BatchComputeEnvironmentSpec {
  const { computeResources: resources } = spec;
  return {
    ...spec,
    ...absent(spec.serviceRole, "serviceRole", arnOf(desiredRoles, "service")),
    ...(resources === undefined
      ? {}
      : {
          computeResources: {
            ...resources,
            ...absent(resources.instanceRole, "instanceRole", profileOf(desiredRoles)),
            ...absent(resources.spotIamFleetRole, "spotIamFleetRole", arnOf(desiredRoles, "spot-fleet")),
          },
        }),
  };
}

type Container = NonNullable<JobDefinitionSpec["containerProperties"]>;
type Tasks = NonNullable<JobDefinitionSpec["ecsProperties"]>;
type Nodes = NonNullable<JobDefinitionSpec["nodeProperties"]>;

/** Container, ECS tasks and node ranges; a pod has its service account instead. */
export function filledDefinition(spec: JobDefinitionSpec, desiredRoles: readonly GivenRole[]): JobDefinitionSpec {
  const execution = arnOf(desiredRoles, "execution");
  const job = arnOf(desiredRoles, "job");
  const container = (given: Container): Container => ({
    ...given,
    ...absent(given.executionRoleArn, "executionRoleArn", execution),
    ...absent(given.jobRoleArn, "jobRoleArn", job),
  });
  const tasks = (given: Tasks): Tasks => ({
    ...given,
    taskProperties: given.taskProperties.map((task) => ({
      ...task,
      ...absent(task.executionRoleArn, "executionRoleArn", execution),
      ...absent(task.taskRoleArn, "taskRoleArn", job),
    })),
  });
  const nodes = (given: Nodes): Nodes => ({
    ...given,
    nodeRangeProperties: given.nodeRangeProperties.map((range) => ({
      ...range,
      ...(range.container === undefined ? {} : { container: container(range.container) }),
      ...(range.ecsProperties === undefined ? {} : { ecsProperties: tasks(range.ecsProperties) }),
    })),
  });
  const { containerProperties, ecsProperties, nodeProperties } = spec;
  return {
    ...spec,
    ...(containerProperties === undefined ? {} : { containerProperties: container(containerProperties) }),
    ...(ecsProperties === undefined ? {} : { ecsProperties: tasks(ecsProperties) }),
    ...(nodeProperties === undefined ? {} : { nodeProperties: nodes(nodeProperties) }),
  };
}

/** The roles and instance profiles that a spec names itself. */
export function rolesNamedByEnvironment(spec: BatchComputeEnvironmentSpec): readonly NamedRole[] {
  const { serviceRole, computeResources } = spec;
  const provider = computeResources?.managedInstancesProvider;
  return [
    ...named("spec.serviceRole", "role", serviceRole),
    ...named("spec.computeResources.instanceRole", "instance-profile", computeResources?.instanceRole),
    ...named("spec.computeResources.spotIamFleetRole", "role", computeResources?.spotIamFleetRole),
    ...named(
      "spec.computeResources.managedInstancesProvider.infrastructureRoleArn",
      "role",
      provider?.infrastructureRoleArn,
    ),
    ...named(
      "spec.computeResources.managedInstancesProvider.instanceLaunchTemplate.ec2InstanceProfileArn",
      "instance-profile",
      provider?.instanceLaunchTemplate.ec2InstanceProfileArn,
    ),
  ];
}

export function rolesNamedByDefinition(spec: JobDefinitionSpec): readonly NamedRole[] {
  const ofContainer = (path: string, given: Container | undefined): readonly NamedRole[] => [
    ...named(`${path}.executionRoleArn`, "role", given?.executionRoleArn),
    ...named(`${path}.jobRoleArn`, "role", given?.jobRoleArn),
  ];
  const ofTasks = (path: string, given: Tasks | undefined): readonly NamedRole[] =>
    (given?.taskProperties ?? []).flatMap((task, index) => [
      ...named(`${path}.taskProperties[${index}].executionRoleArn`, "role", task.executionRoleArn),
      ...named(`${path}.taskProperties[${index}].taskRoleArn`, "role", task.taskRoleArn),
    ]);
  return [
    ...ofContainer("spec.containerProperties", spec.containerProperties),
    ...ofTasks("spec.ecsProperties", spec.ecsProperties),
    ...(spec.nodeProperties?.nodeRangeProperties ?? []).flatMap((range, index) => {
      const path = `spec.nodeProperties.nodeRangeProperties[${index}]`;
      return [
        ...ofContainer(`${path}.container`, range.container),
        ...ofTasks(`${path}.ecsProperties`, range.ecsProperties),
      ];
    }),
  ];
}

function named(field: string, kind: NamedRole["kind"], value: string | undefined): readonly NamedRole[] {
  return value === undefined ? [] : [{ field, kind, value }];
}

function arnOf(desiredRoles: readonly GivenRole[], purpose: RolePurpose): string | undefined {
  return desiredRoles.find((desired) => desired.purpose === purpose)?.arn;
}

function profileOf(desiredRoles: readonly GivenRole[]): string | undefined {
  return desiredRoles.find((desired) => desired.purpose === "instance")?.profileArn;
}

/** The member with the value, if it is empty and there is a value. */
function absent(
  given: string | undefined,
  member: string,
  value: string | undefined,
): Readonly<Record<string, string>> {
  return given !== undefined || value === undefined ? {} : { [member]: value };
}
