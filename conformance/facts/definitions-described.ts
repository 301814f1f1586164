import { after, answered, type Row, rowsOf } from "./row.ts";
import { arn, executionRoleArn, ofNodes, ofPod, ofTask, onEc2, onFargate } from "./stage.ts";

/** A definition is registered, then described: with these members, and without those. */
function described(id: string, source: string, input: object, has: object, lacks: readonly string[] = []): Row {
  return after(
    id,
    source,
    [{ operation: "RegisterJobDefinition", input, next: "at once" }],
    { operation: "DescribeJobDefinitions", input: { jobDefinitions: ["new:1"] } },
    answered(
      { jobDefinitions: [has] },
      lacks.map((one) => `jobDefinitions.0.${one}`),
    ),
  );
}

/** How AWS describes what it has registered. */
export const describedRows: readonly Row[] = [
  described(
    "a container is described with empty lists",
    "[TF][GH] 5.3",
    onEc2(),
    {
      status: "ACTIVE",
      revision: 1,
      containerOrchestrationType: "ECS",
      tags: {},
      parameters: {},
      containerProperties: { command: [], environment: [], mountPoints: [], volumes: [], ulimits: [], secrets: [] },
    },
    ["retryStrategy", "timeout", "schedulingPriority", "platformCapabilities", "propagateTags"],
  ),
  described(
    "deprecated vcpus and memory are described as sent",
    "[SDK] 5.2",
    onEc2({ vcpus: 1, memory: 512, resourceRequirements: [] }),
    { containerProperties: { vcpus: 1, memory: 512, resourceRequirements: [] } },
  ),
  described(
    "retries gain evaluateOnExit",
    "[TF] 5.3",
    { ...onEc2(), retryStrategy: { attempts: 2 } },
    { retryStrategy: { attempts: 2, evaluateOnExit: [] } },
  ),
  described(
    "the action of a condition is described in lower case",
    "[TF][MOTO] 5.3",
    { ...onEc2(), retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY", onExitCode: "1*" }] } },
    { retryStrategy: { evaluateOnExit: [{ action: "retry", onExitCode: "1*" }] } },
  ),
  described(
    "the action of a condition may be sent in lower case",
    "[UG] 2.4",
    { ...onEc2(), retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "exit", onExitCode: "1" }] } },
    { retryStrategy: { evaluateOnExit: [{ action: "exit" }] } },
  ),
  described("logs gain options and secretOptions", "[TF] 5.3", onEc2({ logConfiguration: { logDriver: "awslogs" } }), {
    containerProperties: { logConfiguration: { logDriver: "awslogs", options: {}, secretOptions: [] } },
  }),
  described(
    "Linux parameters gain devices and tmpfs",
    "[TF] 5.3",
    onEc2({ linuxParameters: { initProcessEnabled: true, devices: [{ hostPath: "/dev/a" }] } }),
    { containerProperties: { linuxParameters: { devices: [{ hostPath: "/dev/a", permissions: [] }], tmpfs: [] } } },
  ),
  described(
    "a variable with an empty value is dropped",
    "[TF] 5.3",
    onEc2({
      environment: [
        { name: "A", value: "" },
        { name: "B", value: "b" },
      ],
    }),
    { containerProperties: { environment: [{ name: "B", value: "b" }] } },
  ),
  described(
    "Fargate gains the platform version LATEST",
    "[TF] 5.3",
    onFargate(),
    {
      platformCapabilities: ["FARGATE"],
      containerProperties: { fargatePlatformConfiguration: { platformVersion: "LATEST" }, executionRoleArn },
    },
    ["containerProperties.networkConfiguration", "containerProperties.runtimePlatform"],
  ),
  described(
    "a vCPU of 1.0 stays so on Fargate",
    "[TF] 0.1 row 2",
    onFargate({
      resourceRequirements: [
        { type: "VCPU", value: "1.0" },
        { type: "MEMORY", value: "2048" },
      ],
    }),
    {
      containerProperties: {
        resourceRequirements: [
          { type: "VCPU", value: "1.0" },
          { type: "MEMORY", value: "2048" },
        ],
      },
    },
  ),
  described("a task is described with what AWS fills in", "[TF] 5.3", ofTask({ name: "main" }), {
    containerOrchestrationType: "ECS",
    ecsProperties: {
      taskProperties: [
        {
          volumes: [],
          containers: [{ essential: true, dependsOn: [], environment: [], mountPoints: [], secrets: [], ulimits: [] }],
        },
      ],
    },
  }),
  described(
    "a pod is described with what AWS fills in",
    "[TF] 5.3, 0.1 row 8",
    ofPod(),
    {
      containerOrchestrationType: "EKS",
      eksProperties: {
        podProperties: {
          volumes: [],
          imagePullSecrets: [],
          initContainers: [],
          containers: [{ args: [], command: [], env: [], volumeMounts: [] }],
        },
      },
    },
    ["eksProperties.podProperties.dnsPolicy", "eksProperties.podProperties.hostNetwork"],
  ),
  described("a node range gains instanceTypes", "[TF] 0.1 row 8", ofNodes(), {
    nodeProperties: { nodeRangeProperties: [{ targetNodes: "0:1", instanceTypes: [] }] },
  }),
  after(
    "the same definition again is another revision",
    "[MOTO][TF] 1.3",
    [{ operation: "RegisterJobDefinition", input: onEc2(), next: "at once" }],
    { operation: "RegisterJobDefinition", input: onEc2() },
    answered({ jobDefinitionName: "new", revision: 2, jobDefinitionArn: arn("job-definition/new:2") }),
  ),
  after(
    "revisions count on after all are INACTIVE",
    "[MOTO] 1.3",
    [
      { operation: "RegisterJobDefinition", input: onEc2(), next: "at once" },
      { operation: "DeregisterJobDefinition", input: { jobDefinition: "new:1" }, next: "at once" },
    ],
    { operation: "RegisterJobDefinition", input: onEc2() },
    answered({ revision: 2 }),
  ),
  after(
    "a deregistered revision is described as INACTIVE",
    "[SDK] 5.1",
    [{ operation: "DeregisterJobDefinition", input: { jobDefinition: "container:1" }, next: "at once" }],
    { operation: "DescribeJobDefinitions", input: { jobDefinitions: [arn("job-definition/container:1")] } },
    answered({ jobDefinitions: [{ status: "INACTIVE" }] }),
  ),
  ...rowsOf("DescribeJobDefinitions", [
    ["an unknown name", "[AL][TF]", { jobDefinitionName: "none" }, answered({ jobDefinitions: [] })],
  ]),
];
