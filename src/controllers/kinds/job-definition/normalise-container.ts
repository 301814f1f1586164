import type { RegisterJobDefinitionRequest } from "../../../aws/batch.ts";
import {
  asSent,
  inOrder,
  type Members,
  mapOf,
  members,
  type NormalForm,
  numeric,
  unless,
  unordered,
} from "./normal-form.ts";

/** The normal form of what runs on ECS: `containerProperties` and `ecsProperties`. Pure. */

type ContainerProperties = NonNullable<RegisterJobDefinitionRequest["containerProperties"]>;
type EcsProperties = NonNullable<RegisterJobDefinitionRequest["ecsProperties"]>;
type EcsTask = NonNullable<EcsProperties["taskProperties"]>[number];
type TaskContainer = NonNullable<EcsTask["containers"]>[number];
type Element<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never;
type Volume = Element<ContainerProperties["volumes"]>;
type LinuxParameters = NonNullable<ContainerProperties["linuxParameters"]>;
type LogConfiguration = NonNullable<ContainerProperties["logConfiguration"]>;
type EfsVolume = NonNullable<Volume["efsVolumeConfiguration"]>;

const secrets = unordered(members<Element<ContainerProperties["secrets"]>>({ name: asSent, valueFrom: asSent }));

/** A map by name. AWS drops entries with an empty value. */
export function environment(value: unknown): unknown {
  const list = Array.isArray(value) ? (value as readonly { readonly value?: unknown }[]) : [];
  return pairs(list.filter((entry) => (entry.value ?? "") !== ""));
}
const pairs = unordered(members<Element<ContainerProperties["environment"]>>({ name: asSent, value: asSent }));

const resourceRequirements = unordered(
  members<Element<ContainerProperties["resourceRequirements"]>>({ type: asSent, value: numeric }),
);

const mountPoints = unordered(
  members<Element<ContainerProperties["mountPoints"]>>({
    containerPath: asSent,
    readOnly: unless(false),
    sourceVolume: asSent,
  }),
);

/** A map by name: mount points refer to volumes by nothing else. */
const volumes = unordered(
  members<Volume>({
    name: asSent,
    host: members<NonNullable<Volume["host"]>>({ sourcePath: asSent }),
    efsVolumeConfiguration: members<EfsVolume>({
      fileSystemId: asSent,
      rootDirectory: unless("/"),
      transitEncryption: unless("DISABLED"),
      transitEncryptionPort: asSent,
      authorizationConfig: members<NonNullable<EfsVolume["authorizationConfig"]>>({
        accessPointId: asSent,
        iam: unless("DISABLED"),
      }),
    }),
    s3filesVolumeConfiguration: members<NonNullable<Volume["s3filesVolumeConfiguration"]>>({
      fileSystemArn: asSent,
      rootDirectory: asSent,
      transitEncryptionPort: asSent,
      accessPointArn: asSent,
    }),
  }),
);

const ulimits = unordered(
  members<Element<ContainerProperties["ulimits"]>>({ name: asSent, hardLimit: asSent, softLimit: asSent }),
);

const linuxParameters = members<LinuxParameters>({
  devices: unordered(
    members<Element<LinuxParameters["devices"]>>({ hostPath: asSent, containerPath: asSent, permissions: unordered() }),
  ),
  initProcessEnabled: unless(false),
  sharedMemorySize: asSent,
  tmpfs: unordered(
    members<Element<LinuxParameters["tmpfs"]>>({ containerPath: asSent, size: asSent, mountOptions: inOrder() }),
  ),
  maxSwap: asSent,
  swappiness: asSent,
});

const logConfiguration = members<LogConfiguration>({ logDriver: asSent, options: mapOf(), secretOptions: secrets });

const repositoryCredentials = members<NonNullable<ContainerProperties["repositoryCredentials"]>>({
  credentialsParameter: asSent,
});

const networkConfiguration = members<NonNullable<ContainerProperties["networkConfiguration"]>>({
  assignPublicIp: unless("DISABLED"),
});

const ephemeralStorage = members<NonNullable<ContainerProperties["ephemeralStorage"]>>({ sizeInGiB: asSent });

/** On Fargate LINUX on X86_64 is what leaving it out means; elsewhere nothing says so. */
function runtimePlatform(fargate: boolean): NormalForm {
  return members<NonNullable<ContainerProperties["runtimePlatform"]>>({
    operatingSystemFamily: fargate ? unless("LINUX") : asSent,
    cpuArchitecture: fargate ? unless("X86_64") : asSent,
  });
}

export function containerProperties(fargate: boolean): NormalForm {
  return members<ContainerProperties>({
    image: asSent,
    // Deprecated, and described as sent: not the same as a resource requirement, which a job may override.
    vcpus: asSent,
    memory: asSent,
    command: inOrder(),
    jobRoleArn: asSent,
    executionRoleArn: asSent,
    volumes,
    environment,
    mountPoints,
    readonlyRootFilesystem: unless(false),
    privileged: unless(false),
    ulimits,
    user: asSent,
    instanceType: asSent,
    resourceRequirements,
    linuxParameters,
    logConfiguration,
    secrets,
    networkConfiguration,
    fargatePlatformConfiguration: members<NonNullable<ContainerProperties["fargatePlatformConfiguration"]>>({
      platformVersion: unless("LATEST"),
    }),
    enableExecuteCommand: unless(false),
    ephemeralStorage,
    runtimePlatform: runtimePlatform(fargate),
    repositoryCredentials,
  });
}

const taskContainer: Members<TaskContainer> = {
  command: inOrder(),
  dependsOn: unordered(members<Element<TaskContainer["dependsOn"]>>({ containerName: asSent, condition: asSent })),
  environment,
  essential: unless(true),
  firelensConfiguration: members<NonNullable<TaskContainer["firelensConfiguration"]>>({
    type: asSent,
    options: mapOf(),
  }),
  image: asSent,
  linuxParameters,
  logConfiguration,
  mountPoints,
  name: asSent,
  privileged: unless(false),
  readonlyRootFilesystem: unless(false),
  repositoryCredentials,
  resourceRequirements,
  secrets,
  ulimits,
  user: asSent,
  startTimeout: asSent,
  stopTimeout: asSent,
};

export function ecsProperties(fargate: boolean): NormalForm {
  return members<EcsProperties>({
    taskProperties: inOrder(
      members<EcsTask>({
        // A map by name: `dependsOn` says in which order containers start.
        containers: unordered(members<TaskContainer>(taskContainer)),
        ephemeralStorage,
        executionRoleArn: asSent,
        platformVersion: unless("LATEST"),
        ipcMode: asSent,
        taskRoleArn: asSent,
        pidMode: asSent,
        networkConfiguration,
        runtimePlatform: runtimePlatform(fargate),
        volumes,
        enableExecuteCommand: unless(false),
        networkMode: asSent,
      }),
    ),
  });
}
