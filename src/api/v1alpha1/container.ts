import {
  containerRules,
  efsRules,
  environmentRules,
  resourceRequirementRules,
  runtimePlatformRules,
} from "./container-rules.ts";
import {
  anyText,
  arnText,
  atomicList,
  definitionBytesMax,
  flag,
  int,
  int32Max,
  mapList,
  object,
  oneOf,
  setOf,
  text,
  textMap,
} from "./schema.ts";

/** The parts of a container on ECS, shared by `containerProperties` and `ecsProperties`. */

export const image = text("Container image.", 255, /^[A-Za-z0-9_.:/#@-]+$/);

export const command = atomicList(
  "Command and arguments; Ref::name is replaced by a parameter.",
  anyText("Argument.", definitionBytesMax),
  1000,
);

export const environment = mapList(
  "Environment variables, by name; the prefix AWS_BATCH is reserved for AWS.",
  ["name"],
  object(
    "One variable.",
    {
      name: text("Name, as the container sees it.", 512),
      value: anyText("Value; an empty value counts as missing.", definitionBytesMax).optional(),
    },
    ...environmentRules,
  ),
  256,
);

const secretList = (description: string) =>
  mapList(
    description,
    ["name"],
    object("One secret.", {
      name: text("Name, as the container sees it.", 512),
      valueFrom: arnText("ARN of a Secrets Manager secret, or ARN or name of an SSM parameter.", "secret"),
    }),
    128,
  );

export const secrets = secretList("Secrets as environment variables, by name; require an execution role.");

export const mountPoints = mapList(
  "Volume mounts, by path.",
  ["containerPath"],
  object("One mount.", {
    containerPath: text("Path in the container.", 4096),
    readOnly: flag("Mount read-only. Default: false.").optional(),
    sourceVolume: text("Name of the volume.", 255).optional(),
  }),
  30,
);

export const volumes = mapList(
  "Volumes, by name.",
  ["name"],
  object("One volume.", {
    name: text("Name that mountPoints use.", 255, /^[A-Za-z0-9_-]+$/),
    host: object("Directory on the instance; not on Fargate.", {
      sourcePath: text("Path on the instance. Default: Docker chooses.", 4096).optional(),
    }).optional(),
    efsVolumeConfiguration: object(
      "EFS file system.",
      {
        fileSystemId: text("ID of the file system.", 128),
        rootDirectory: text("Directory to mount. Default: /.", 4096).optional(),
        transitEncryption: oneOf("Encrypt in transit. Default: DISABLED.", ["ENABLED", "DISABLED"]).optional(),
        transitEncryptionPort: int("Port for encrypted data.", 0, 65_535).optional(),
        authorizationConfig: object("How AWS Batch is authorized to mount it.", {
          accessPointId: text("ID of an access point; it decides on the root directory.", 128).optional(),
          iam: oneOf("Use the job role. Default: DISABLED.", ["ENABLED", "DISABLED"]).optional(),
        }).optional(),
      },
      ...efsRules,
    ).optional(),
    s3filesVolumeConfiguration: object("S3 Files file system.", {
      fileSystemArn: arnText("ARN of the file system.", "anyArn"),
      rootDirectory: text("Directory to mount. Default: /.", 4096).optional(),
      transitEncryptionPort: int("Port for encrypted data.", 0, 65_535).optional(),
      accessPointArn: arnText("Access point of the file system.", "anyArn").optional(),
    }).optional(),
  }),
  30,
);

export const resourceRequirements = mapList(
  "vCPUs, memory (MiB) and GPUs, by type.",
  ["type"],
  object(
    "One resource.",
    {
      type: oneOf("Kind of resource.", ["GPU", "MEMORY", "VCPU"]),
      value: text("Amount, as a string.", 32, /^[0-9]+([.][0-9]+)?$/),
    },
    ...resourceRequirementRules,
  ),
  3,
);

export const ulimits = mapList(
  "Limits of the processes, by name; not on Fargate.",
  ["name"],
  object("A limit of the container, as ulimit sets it.", {
    name: oneOf("What is limited, e.g. nofile.", [
      "core",
      "cpu",
      "data",
      "fsize",
      "locks",
      "memlock",
      "msgqueue",
      "nice",
      "nofile",
      "nproc",
      "rss",
      "rtprio",
      "rttime",
      "sigpending",
      "stack",
    ]),
    softLimit: int("Limit that a process may raise up to the hard one; -1: none.", -1, int32Max),
    hardLimit: int("Limit that no process may exceed; -1: none.", -1, int32Max),
  }),
  15,
);

export const linuxParameters = object("Settings of the Linux kernel.", {
  devices: mapList(
    "Devices of the instance, by path; not on Fargate.",
    ["hostPath"],
    object("One device.", {
      hostPath: text("Path on the instance.", 4096),
      containerPath: text("Path in the container. Default: the same.", 4096).optional(),
      permissions: setOf(
        "Permissions of the container. Default: all.",
        oneOf("What the container may do with the device.", ["READ", "WRITE", "MKNOD"]),
        3,
      ).optional(),
    }),
    64,
  ).optional(),
  initProcessEnabled: flag("Run an init process that forwards signals and reaps processes.").optional(),
  sharedMemorySize: int("Size of /dev/shm in MiB; not on Fargate.", 0, int32Max).optional(),
  tmpfs: mapList(
    "File systems in memory, by path; not on Fargate.",
    ["containerPath"],
    object("One file system.", {
      containerPath: text("Path in the container.", 4096),
      size: int("Size in MiB.", 0, int32Max),
      mountOptions: atomicList("Options of the mount, e.g. noexec.", text("An option.", 128), 64).optional(),
    }),
    32,
  ).optional(),
  maxSwap: int("Swap in MiB, 0 for none; not on Fargate.", 0, int32Max).optional(),
  swappiness: int("Swappiness; requires maxSwap; not on Fargate. Default: 60.", 0, 100).optional(),
});

export const logConfiguration = object("Log configuration. Default: awslogs.", {
  logDriver: oneOf("Log driver.", [
    "awsfirelens",
    "awslogs",
    "fluentd",
    "gelf",
    "journald",
    "json-file",
    "splunk",
    "syslog",
  ]),
  options: textMap("Options of the driver.", 64, 4096).optional(),
  secretOptions: secretList("Secret options of the driver, by name.").optional(),
});

export const repositoryCredentials = object("Access to a private registry.", {
  credentialsParameter: arnText("ARN or name of the Secrets Manager secret.", "secretsManager"),
});

export const networkConfiguration = object("Network of a task on Fargate.", {
  assignPublicIp: oneOf("Give the task a public address. Default: DISABLED.", ["ENABLED", "DISABLED"]).optional(),
});

export const ephemeralStorage = object("Disk of a task on Fargate.", {
  sizeInGiB: int("Size in GiB.", 21, 200),
});

export const runtimePlatform = object(
  "Operating system and architecture; Fargate and Managed Instances only.",
  {
    operatingSystemFamily: text(
      "LINUX (default) or a Windows Server.",
      64,
      /^(LINUX|WINDOWS_SERVER_[0-9A-Z_]+)$/,
    ).optional(),
    cpuArchitecture: oneOf("Architecture of the image: X86_64 (default) or ARM64.", ["X86_64", "ARM64"]).optional(),
  },
  ...runtimePlatformRules,
);

export const platformVersion = text(
  "Version of the Fargate platform. Default: LATEST.",
  32,
  /^(LATEST|[0-9]+[.][0-9]+[.][0-9]+)$/,
);

export const user = text(
  "User in the container: user, uid, user:group or uid:gid.",
  128,
  /^[A-Za-z0-9_][A-Za-z0-9_-]{0,30}(:[A-Za-z0-9_][A-Za-z0-9_-]{0,30})?$/,
);

/** `containerProperties`, and `container` of a node range. */
export const containerProperties = object(
  "One container on ECS or Fargate.",
  {
    image,
    vcpus: int("Deprecated by AWS: use resourceRequirements.", 1, int32Max).optional(),
    memory: int("Deprecated by AWS: use resourceRequirements.", 4, int32Max).optional(),
    command: command.optional(),
    jobRoleArn: arnText("ARN of the job role.", "role").optional(),
    executionRoleArn: arnText(
      "ARN of the execution role, which pulls the image, reads secrets and writes logs; required on Fargate.",
      "role",
    ).optional(),
    volumes: volumes.optional(),
    environment: environment.optional(),
    mountPoints: mountPoints.optional(),
    readonlyRootFilesystem: flag("Mount the root file system read-only.").optional(),
    privileged: flag("Give the container root privileges on the instance; not on Fargate.").optional(),
    ulimits: ulimits.optional(),
    user: user.optional(),
    instanceType: text("Instance type of a node range; multi-node only.", 64).optional(),
    resourceRequirements: resourceRequirements.optional(),
    linuxParameters: linuxParameters.optional(),
    logConfiguration: logConfiguration.optional(),
    secrets: secrets.optional(),
    networkConfiguration: networkConfiguration.optional(),
    fargatePlatformConfiguration: object("Fargate platform.", {
      platformVersion: platformVersion.optional(),
    }).optional(),
    enableExecuteCommand: flag("Allow `aws ecs execute-command` into the container.").optional(),
    ephemeralStorage: ephemeralStorage.optional(),
    runtimePlatform: runtimePlatform.optional(),
    repositoryCredentials: repositoryCredentials.optional(),
  },
  ...containerRules,
);
