import {
  command,
  environment,
  ephemeralStorage,
  image,
  linuxParameters,
  logConfiguration,
  mountPoints,
  networkConfiguration,
  platformVersion,
  repositoryCredentials,
  resourceRequirements,
  runtimePlatform,
  secrets,
  ulimits,
  user,
  volumes,
} from "./container.ts";
import { ecsTaskRules } from "./container-rules.ts";
import { arnText, atomicList, flag, int, int32Max, mapList, object, oneOf, text, textMap } from "./schema.ts";

/** Jobs with several containers on ECS. */

/** Of a container of a task. */
export const ecsContainerName = text("Name, unique in the task.", 255, /^[A-Za-z0-9_-]+$/);

const taskContainer = object("One container of the task.", {
  name: ecsContainerName.optional(),
  image,
  command: command.optional(),
  dependsOn: mapList(
    "Containers that must start first, by name.",
    ["containerName"],
    object("One dependency.", {
      containerName: text("Name of the other container.", 255),
      condition: oneOf("Required state of that container.", ["START", "COMPLETE", "SUCCESS"]).optional(),
    }),
    10,
  ).optional(),
  environment: environment.optional(),
  essential: flag("Whether the task ends with this container. Default: true.").optional(),
  firelensConfiguration: object("Uses the container as a log router.", {
    type: oneOf("Kind of router.", ["fluentd", "fluentbit"]),
    options: textMap("Options of the router.", 64, 4096).optional(),
  }).optional(),
  linuxParameters: linuxParameters.optional(),
  logConfiguration: logConfiguration.optional(),
  mountPoints: mountPoints.optional(),
  privileged: flag("Give the container root privileges on the instance; not on Fargate.").optional(),
  readonlyRootFilesystem: flag("Mount the root file system read-only.").optional(),
  repositoryCredentials: repositoryCredentials.optional(),
  resourceRequirements: resourceRequirements.optional(),
  secrets: secrets.optional(),
  ulimits: ulimits.optional(),
  user: user.optional(),
  startTimeout: int("Seconds to wait for its dependencies; at most 120 on Fargate.", 2, int32Max).optional(),
  stopTimeout: int("Seconds from SIGTERM to SIGKILL; at most 120 on Fargate. Default: 30.", 2, int32Max).optional(),
});

const task = object(
  "The task.",
  {
    containers: atomicList("One to ten containers, at least one of them essential.", taskContainer, 10, 1),
    ephemeralStorage: ephemeralStorage.optional(),
    executionRoleArn: arnText(
      "ARN of the execution role, which pulls images, reads secrets and writes logs; required on Fargate.",
      "role",
    ).optional(),
    platformVersion: platformVersion.optional(),
    ipcMode: oneOf("Scope of the IPC namespace.", ["host", "task", "none"]).optional(),
    taskRoleArn: arnText("ARN of the job role.", "role").optional(),
    pidMode: oneOf("Scope of the process namespace.", ["host", "task"]).optional(),
    networkConfiguration: networkConfiguration.optional(),
    runtimePlatform: runtimePlatform.optional(),
    volumes: volumes.optional(),
    enableExecuteCommand: flag("Allow `aws ecs execute-command` into the containers.").optional(),
    networkMode: oneOf("Network of the task; only for MANAGED_INSTANCES.", ["host"]).optional(),
  },
  ...ecsTaskRules,
);

export const ecsProperties = object("Several containers on ECS or Fargate.", {
  taskProperties: atomicList("Exactly one task.", task, 1, 1),
});
