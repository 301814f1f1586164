import type {
  ContainerOverrides,
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EksContainer,
  EksContainerOverride,
  EksProperties,
  EksPropertiesOverride,
  NodeOverrides,
  NodeProperties,
  SubmitJobRequest,
  TaskContainerOverrides,
  TaskContainerProperties,
} from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";
import { invalid } from "./refusals.ts";

/** The override for each body of a definition. */
const bodies = {
  containerOverrides: "containerProperties",
  ecsPropertiesOverride: "ecsProperties",
  eksPropertiesOverride: "eksProperties",
  nodeOverrides: "nodeProperties",
} as const satisfies Partial<Record<keyof SubmitJobRequest, keyof DefinitionRevision>>;

/**
 * The definition as a job runs it: variables and resource requirements of the overrides are merged into the
 * definition's, by name and by type; a command, arguments and an image take their place.
 *
 * @throws Refusal for overrides of another kind of definition
 */
export function overridden(definition: DefinitionRevision, request: SubmitJobRequest): DefinitionRevision {
  for (const [override, body] of Object.entries(bodies) as [keyof typeof bodies, keyof DefinitionRevision][]) {
    if (request[override] !== undefined && definition[body] === undefined) {
      throw invalid(`${override} is not applicable for this job definition.`); // our words
    }
  }
  const { containerProperties: container, ecsProperties: ecs, eksProperties: eks, nodeProperties: nodes } = definition;
  return {
    ...definition,
    ...(container && { containerProperties: withContainer(container, request.containerOverrides) }),
    ...(ecs && { ecsProperties: withTasks(ecs, request.ecsPropertiesOverride) }),
    ...(eks && { eksProperties: withPod(eks, request.eksPropertiesOverride) }),
    ...(nodes && { nodeProperties: withNodes(nodes, request.nodeOverrides) }),
  };
}

function withContainer(container: ContainerProperties, overrides: ContainerOverrides = {}): ContainerProperties {
  const { environment, resourceRequirements, ...replaced } = overrides;
  return {
    ...container,
    ...replaced,
    environment: mergedBy("name", container.environment, environment),
    resourceRequirements: mergedBy("type", container.resourceRequirements, resourceRequirements),
  };
}

function withTasks(properties: EcsProperties, overrides: EcsPropertiesOverride | undefined): EcsProperties {
  const [override] = overrides?.taskProperties ?? [];
  return {
    taskProperties: (properties.taskProperties ?? []).map((task) => ({
      ...task,
      containers: (task.containers ?? []).map((container) => {
        const own = override?.containers?.find((one) => one.name === container.name);
        return own === undefined ? container : { ...container, ...containerParts(container, own) };
      }),
    })),
  };
}

function containerParts(
  container: TaskContainerProperties,
  { environment, resourceRequirements, ...replaced }: TaskContainerOverrides,
): TaskContainerOverrides {
  return {
    ...replaced,
    environment: mergedBy("name", container.environment, environment),
    resourceRequirements: mergedBy("type", container.resourceRequirements, resourceRequirements),
  };
}

function withPod(properties: EksProperties, overrides: EksPropertiesOverride | undefined): EksProperties {
  const pod = properties.podProperties;
  const override = overrides?.podProperties;
  if (pod === undefined || override === undefined) return properties;
  const { labels, annotations, namespace } = { ...pod.metadata, ...override.metadata };
  const metadata = {
    labels: { ...pod.metadata?.labels, ...labels },
    annotations: { ...pod.metadata?.annotations, ...annotations },
    namespace,
  };
  return {
    podProperties: {
      ...pod,
      containers: withPodContainers(pod.containers, override.containers),
      initContainers: withPodContainers(pod.initContainers, override.initContainers),
      ...(override.metadata === undefined ? {} : { metadata }),
    },
  };
}

/** A container is overridden by its name, or by its place where the override has none. */
function withPodContainers(
  containers: readonly EksContainer[] = [],
  overrides: readonly EksContainerOverride[] = [],
): EksContainer[] {
  return containers.map((container, index) => {
    const own = overrides.find((one, place) =>
      one.name === undefined ? place === index : one.name === container.name,
    );
    return own === undefined ? container : { ...container, ...own, env: mergedBy("name", container.env, own.env) };
  });
}

function withNodes(nodes: NodeProperties, overrides: NodeOverrides = {}): NodeProperties {
  return {
    ...nodes,
    numNodes: overrides.numNodes ?? nodes.numNodes,
    nodeRangeProperties: (nodes.nodeRangeProperties ?? []).map((range) => {
      const own = overrides.nodePropertyOverrides?.find((one) => one.targetNodes === range.targetNodes);
      if (own === undefined) return range;
      return {
        ...range,
        ...(own.instanceTypes && { instanceTypes: own.instanceTypes }),
        ...(range.container && { container: withContainer(range.container, own.containerOverrides) }),
        ...(range.ecsProperties && { ecsProperties: withTasks(range.ecsProperties, own.ecsPropertiesOverride) }),
        ...(range.eksProperties && { eksProperties: withPod(range.eksProperties, own.eksPropertiesOverride) }),
      };
    }),
  };
}

/** The entries of both; of two with the same key the override's. */
function mergedBy<Key extends string, Entry extends { [key in Key]?: string | undefined }>(
  key: Key,
  own: readonly Entry[] = [],
  overrides: readonly Entry[] = [],
): Entry[] {
  const merged = new Map(own.map((entry) => [entry[key], entry]));
  for (const entry of overrides) merged.set(entry[key], entry);
  return [...merged.values()];
}
