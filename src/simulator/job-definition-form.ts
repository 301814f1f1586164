import type {
  ContainerProperties,
  EcsProperties,
  EksContainer,
  EksProperties,
  KeyValuePair,
  LinuxParameters,
  LogConfiguration,
  NodeProperties,
  RegisterJobDefinitionRequest,
  RetryAction,
  RetryStrategy,
} from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";

type Body = Omit<DefinitionRevision, "jobDefinitionName" | "jobDefinitionArn" | "revision">;

/** A registered body as Describe returns it: with defaults and changes of the service. */
export function describedBody(request: RegisterJobDefinitionRequest): Body {
  const { jobDefinitionName: _name, type, tags, parameters, retryStrategy, platformCapabilities, ...rest } = request;
  const fargate = platformCapabilities?.includes("FARGATE") ?? false;
  const { containerProperties, ecsProperties, eksProperties, nodeProperties, ...plain } = rest;
  const eks = eksProperties !== undefined || nodeProperties?.nodeRangeProperties?.[0]?.eksProperties !== undefined;
  return {
    ...given(plain),
    type,
    status: "ACTIVE",
    containerOrchestrationType: eks ? "EKS" : "ECS",
    tags: { ...tags },
    parameters: { ...parameters },
    ...given({
      platformCapabilities,
      retryStrategy: retryStrategy && describedRetries(retryStrategy),
      containerProperties: containerProperties && describedContainer(containerProperties, fargate),
      ecsProperties: ecsProperties && describedTasks(ecsProperties, fargate),
      eksProperties: eksProperties && describedPod(eksProperties),
      nodeProperties: nodeProperties && describedNodes(nodeProperties),
    }),
  };
}

function describedRetries(strategy: RetryStrategy): RetryStrategy {
  return {
    ...given(strategy),
    evaluateOnExit: (strategy.evaluateOnExit ?? []).map((entry) => ({
      ...entry,
      // It is lower case on the wire, although the SDK's type has it in upper case.
      action: entry.action?.toLowerCase() as RetryAction | undefined,
    })),
  };
}

function describedContainer(container: ContainerProperties, fargate: boolean): ContainerProperties {
  return {
    command: [],
    mountPoints: [],
    volumes: [],
    ulimits: [],
    resourceRequirements: [],
    secrets: [],
    ...(fargate ? { fargatePlatformConfiguration: { platformVersion: "LATEST" } } : {}),
    ...given(container),
    environment: withValue(container.environment),
    ...given({
      logConfiguration: container.logConfiguration && describedLog(container.logConfiguration),
      linuxParameters: container.linuxParameters && describedLinux(container.linuxParameters),
    }),
  };
}

function describedTasks(properties: EcsProperties, fargate: boolean): EcsProperties {
  return {
    taskProperties: (properties.taskProperties ?? []).map((task) => ({
      volumes: [],
      ...(fargate ? { platformVersion: "LATEST" } : {}),
      ...given(task),
      containers: (task.containers ?? []).map((container) => ({
        essential: true,
        dependsOn: [],
        mountPoints: [],
        secrets: [],
        ulimits: [],
        image: container.image,
        ...given(container),
        environment: withValue(container.environment),
        ...given({
          logConfiguration: container.logConfiguration && describedLog(container.logConfiguration),
          linuxParameters: container.linuxParameters && describedLinux(container.linuxParameters),
        }),
      })),
    })),
  };
}

function describedPod(properties: EksProperties): EksProperties {
  const pod = properties.podProperties;
  if (pod === undefined) return properties;
  const described = (container: EksContainer): EksContainer => ({
    args: [],
    command: [],
    volumeMounts: [],
    image: container.image,
    ...given(container),
    env: (container.env ?? []).filter((variable) => (variable.value ?? "") !== ""),
  });
  return {
    podProperties: {
      volumes: [],
      imagePullSecrets: [],
      ...given(pod),
      containers: (pod.containers ?? []).map(described),
      initContainers: (pod.initContainers ?? []).map(described),
    },
  };
}

function describedNodes(nodes: NodeProperties): NodeProperties {
  return {
    ...nodes,
    nodeRangeProperties: (nodes.nodeRangeProperties ?? []).map((range) => ({
      targetNodes: range.targetNodes,
      instanceTypes: [],
      ...given(range),
      ...given({
        container: range.container && describedContainer(range.container, false),
        ecsProperties: range.ecsProperties && describedTasks(range.ecsProperties, false),
        eksProperties: range.eksProperties && describedPod(range.eksProperties),
      }),
    })),
  };
}

function describedLog(log: LogConfiguration): LogConfiguration {
  return { logDriver: log.logDriver, options: log.options ?? {}, secretOptions: log.secretOptions ?? [] };
}

function describedLinux(linux: LinuxParameters): LinuxParameters {
  return {
    ...given(linux),
    devices: (linux.devices ?? []).map((device) => ({ ...device, permissions: device.permissions ?? [] })),
    tmpfs: (linux.tmpfs ?? []).map((one) => ({ ...one, mountOptions: one.mountOptions ?? [] })),
  };
}

/** Batch drops variables with an empty value and does not keep their order. */
function withValue(environment: readonly KeyValuePair[] | undefined): KeyValuePair[] {
  return (environment ?? [])
    .filter((variable) => (variable.value ?? "") !== "")
    .toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

/** The members with a value, so that spreading them over defaults keeps those. */
function given<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
