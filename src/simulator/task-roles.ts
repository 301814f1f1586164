import type { ContainerProperties, EcsProperties } from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";

/** The execution roles and task roles that ECS must assume for a job's tasks, in all kinds of bodies. */
export function taskRoles(definition: DefinitionRevision): readonly string[] {
  const nodes = definition.nodeProperties?.nodeRangeProperties ?? [];
  const roles = [
    definition,
    ...nodes.map(({ container, ecsProperties }) => ({ containerProperties: container, ecsProperties })),
  ].flatMap(({ containerProperties, ecsProperties }) => [
    ...ofContainer(containerProperties),
    ...ofTasks(ecsProperties),
  ]);
  return [...new Set(roles.filter((role) => role !== undefined))];
}

function ofContainer(container: ContainerProperties | undefined): readonly (string | undefined)[] {
  return [container?.executionRoleArn, container?.jobRoleArn];
}

function ofTasks(properties: EcsProperties | undefined): readonly (string | undefined)[] {
  return (properties?.taskProperties ?? []).flatMap((task) => [task.executionRoleArn, task.taskRoleArn]);
}
