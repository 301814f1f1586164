import fc from "fast-check";
import type { RegisterJobDefinitionRequest } from "../../../../src/aws/batch.ts";

/** Bodies of every kind, with members left out, given as their default, or given as something else. */

const name = fc.constantFrom("a", "b", "c", "d");
const value = fc.constantFrom("", "x", "y");
const flag = fc.boolean();
const some = { requiredKeys: [] };

function byName<T extends { name: string }>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.uniqueArray(item, { selector: (one) => one.name, maxLength: 4 });
}

const environment = byName(fc.record({ name, value }));
const secrets = byName(fc.record({ name, valueFrom: fc.constantFrom("arn:aws:ssm:x", "arn:aws:ssm:y") }));
const command = fc.array(fc.constantFrom("sh", "-c", "true"), { maxLength: 3 });
const texts = fc.dictionary(name, fc.constantFrom("x", "y"), { maxKeys: 3, noNullPrototype: true });

const resourceRequirements = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom("VCPU" as const, "MEMORY" as const, "GPU" as const),
    value: fc.constantFrom("1", "1.0", "0.5", "2048"),
  }),
  { selector: ({ type }) => type },
);
const mountPoints = fc.uniqueArray(
  fc.record({ containerPath: fc.constantFrom("/a", "/b", "/a/b"), sourceVolume: name, readOnly: flag }, some),
  { selector: ({ containerPath }) => containerPath ?? "" },
);
const volumes = byName(
  fc.record(
    {
      name,
      host: fc.record({ sourcePath: fc.constantFrom("/a", "/b") }, some),
      efsVolumeConfiguration: fc.record(
        {
          fileSystemId: fc.constant("fs-1"),
          rootDirectory: fc.constantFrom("/", "/x"),
          transitEncryption: fc.constantFrom("ENABLED" as const, "DISABLED" as const),
        },
        { requiredKeys: ["fileSystemId"] },
      ),
    },
    { requiredKeys: ["name"] },
  ),
);
const ulimits = byName(
  fc.record({ name: fc.constantFrom("core", "nofile"), softLimit: fc.nat(9), hardLimit: fc.nat(9) }),
);
const linuxParameters = fc.record(
  {
    devices: fc.uniqueArray(
      fc.record(
        {
          hostPath: fc.constantFrom("/dev/a", "/dev/b"),
          permissions: fc.uniqueArray(fc.constantFrom("READ" as const, "WRITE" as const, "MKNOD" as const)),
        },
        { requiredKeys: ["hostPath"] },
      ),
      { selector: ({ hostPath }) => hostPath },
    ),
    tmpfs: fc.uniqueArray(
      fc.record(
        {
          containerPath: fc.constantFrom("/t", "/u"),
          size: fc.nat(9),
          mountOptions: fc.array(fc.constantFrom("ro", "rw"), { maxLength: 2 }),
        },
        { requiredKeys: ["containerPath", "size"] },
      ),
      { selector: ({ containerPath }) => containerPath },
    ),
    initProcessEnabled: flag,
    maxSwap: fc.nat(9),
  },
  some,
);
const logConfiguration = fc.record(
  { logDriver: fc.constantFrom("awslogs" as const, "splunk" as const), options: texts, secretOptions: secrets },
  { requiredKeys: ["logDriver"] },
);
const networkConfiguration = fc.record(
  { assignPublicIp: fc.constantFrom("ENABLED" as const, "DISABLED" as const) },
  some,
);
const runtimePlatform = fc.record(
  {
    operatingSystemFamily: fc.constantFrom("LINUX", "WINDOWS_SERVER_2022_CORE"),
    cpuArchitecture: fc.constantFrom("X86_64", "ARM64"),
  },
  some,
);

const inContainer = {
  command,
  environment,
  image: fc.constantFrom("busybox:1", "busybox:2"),
  linuxParameters,
  logConfiguration,
  mountPoints,
  privileged: flag,
  readonlyRootFilesystem: flag,
  resourceRequirements,
  secrets,
  ulimits,
  user: fc.constantFrom("root", "1000"),
};
const container = fc.record(
  {
    ...inContainer,
    volumes,
    networkConfiguration,
    runtimePlatform,
    fargatePlatformConfiguration: fc.record({ platformVersion: fc.constantFrom("LATEST", "1.4.0") }, some),
    ephemeralStorage: fc.record({ sizeInGiB: fc.constantFrom(21, 30) }),
    enableExecuteCommand: flag,
    vcpus: fc.constantFrom(1, 2),
  },
  some,
);
const task = fc.record(
  {
    containers: byName(fc.record({ ...inContainer, name, essential: flag }, { requiredKeys: ["name", "image"] })),
    volumes,
    networkConfiguration,
    runtimePlatform,
    platformVersion: fc.constantFrom("LATEST", "1.4.0"),
    taskRoleArn: fc.constantFrom("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"),
  },
  { requiredKeys: ["containers"] },
);
const ecsProperties = fc.record({ taskProperties: fc.array(task, { minLength: 1, maxLength: 1 }) });

const podContainer = fc.record(
  {
    name,
    image: fc.constantFrom("busybox:1", "busybox:2"),
    args: command,
    command,
    env: environment,
    resources: fc.record({ limits: texts, requests: texts }, some),
    volumeMounts: fc.uniqueArray(fc.record({ name, mountPath: fc.constantFrom("/a", "/b"), readOnly: flag }), {
      selector: ({ mountPath }) => mountPath,
    }),
    securityContext: fc.record({ privileged: flag, runAsUser: fc.nat(3) }, some),
  },
  { requiredKeys: ["name", "image"] },
);
const eksProperties = fc.record({
  podProperties: fc.record(
    {
      hostNetwork: flag,
      dnsPolicy: fc.constantFrom("Default", "ClusterFirst", "ClusterFirstWithHostNet"),
      imagePullSecrets: byName(fc.record({ name })),
      containers: byName(podContainer),
      initContainers: byName(podContainer),
      volumes: byName(
        fc.record(
          { name, emptyDir: fc.record({ medium: fc.constantFrom("", "Memory") }, some) },
          {
            requiredKeys: ["name"],
          },
        ),
      ),
      metadata: fc.record({ labels: texts, annotations: texts }, some),
      shareProcessNamespace: flag,
    },
    some,
  ),
});

const nodeProperties = fc.record({
  numNodes: fc.constantFrom(2, 3),
  mainNode: fc.constant(0),
  nodeRangeProperties: fc.uniqueArray(
    fc.oneof(
      fc.record({ targetNodes: fc.constantFrom(":0", "0:0", "1:", "0:1"), container }),
      fc.record({ targetNodes: fc.constantFrom(":0", "0:0", "1:", "0:1"), ecsProperties }),
      fc.record({ targetNodes: fc.constantFrom(":0", "0:0", "1:", "0:1"), eksProperties }),
    ),
    { selector: ({ targetNodes }) => targetNodes, minLength: 1, maxLength: 3 },
  ),
});

const common = {
  parameters: texts,
  schedulingPriority: fc.nat(9),
  retryStrategy: fc.record(
    {
      attempts: fc.integer({ min: 1, max: 10 }),
      evaluateOnExit: fc.array(
        fc.record(
          { action: fc.constantFrom("RETRY" as const, "EXIT" as const), onExitCode: fc.constantFrom("0", "1*") },
          { requiredKeys: ["action"] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ["attempts"] },
  ),
  timeout: fc.record({ attemptDurationSeconds: fc.constantFrom(60, 3600) }, some),
  propagateTags: flag,
  consumableResourceProperties: fc.record(
    {
      consumableResourceList: fc.uniqueArray(
        fc.record({
          consumableResource: fc.constantFrom("licence", "arn:aws:batch:eu-west-1:1:consumable-resource/seat"),
          quantity: fc.nat(9),
        }),
        { selector: ({ consumableResource }) => consumableResource },
      ),
    },
    some,
  ),
};
const platformCapabilities = fc.constantFrom<("EC2" | "FARGATE")[]>(["EC2"], ["FARGATE"]);
const jobDefinitionName = fc.constant("job");
const single = fc.constant("container" as const);

export const anyRequest: fc.Arbitrary<RegisterJobDefinitionRequest> = fc.oneof(
  fc.record(
    { ...common, jobDefinitionName, type: single, platformCapabilities, containerProperties: container },
    { requiredKeys: ["jobDefinitionName", "type", "containerProperties"] },
  ),
  fc.record(
    { ...common, jobDefinitionName, type: single, platformCapabilities, ecsProperties },
    { requiredKeys: ["jobDefinitionName", "type", "ecsProperties"] },
  ),
  fc.record(
    { ...common, jobDefinitionName, type: single, eksProperties },
    { requiredKeys: ["jobDefinitionName", "type", "eksProperties"] },
  ),
  fc.record(
    { ...common, jobDefinitionName, type: fc.constant("multinode" as const), nodeProperties },
    { requiredKeys: ["jobDefinitionName", "type", "nodeProperties"] },
  ),
);
