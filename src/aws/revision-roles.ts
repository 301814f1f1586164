import type { DefinitionRevision } from "./batch.ts";

type Body = Pick<DefinitionRevision, "containerProperties" | "ecsProperties" | "nodeProperties">;
type Tasks = NonNullable<Body["ecsProperties"]>;

const none: readonly string[] = [];

/**
 * The IAM roles, as ARNs or in the form given to AWS, by which the jobs of a revision run (`jobRoleArn`, `taskRoleArn`) or
 * are started (`executionRoleArn`), each once. A pod has its service account instead. Pure.
 */
export function rolesNamedBy({ containerProperties, ecsProperties, nodeProperties }: Body): readonly string[] {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const containers = [containerProperties, ...ranges.map(({ container }) => container)];
  const tasks = [ecsProperties, ...ranges.map((range) => range.ecsProperties)].flatMap(tasksOf);
  const named = [
    ...containers.flatMap((container) => [container?.jobRoleArn, container?.executionRoleArn]),
    ...tasks.flatMap(({ taskRoleArn, executionRoleArn }) => [taskRoleArn, executionRoleArn]),
  ].filter((role) => role !== undefined);
  return named.length === 0 ? none : [...new Set(named)];
}

function tasksOf(ecs: Tasks | undefined): NonNullable<Tasks["taskProperties"]> {
  return ecs?.taskProperties ?? [];
}
