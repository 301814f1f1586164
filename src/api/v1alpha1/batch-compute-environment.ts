import type { z } from "zod";
import type { KubeObject } from "../object.ts";
import {
  computeEnvironmentRules,
  eksConfigurationRules,
  verifySecondsDefault,
  windowMinutesMin,
} from "./batch-compute-environment-rules.ts";
import { drain, policyFields, state, statusFields, time } from "./common.ts";
import { computeResources } from "./compute-resources.ts";
import { environmentIam, madeRoles, roleReference } from "./iam.ts";
import { awsName, dnsLabel } from "./names.ts";
import { network, networkStatus } from "./network.ts";
import { allowedNamespaces, reference } from "./references.ts";
import {
  anyText,
  arnText,
  atomicList,
  type DeepReadonly,
  flag,
  int,
  int32Max,
  object,
  oneOf,
  setOf,
  text,
} from "./schema.ts";

const eksConfiguration = object(
  "EKS cluster in which jobs run as pods. A change creates a new environment.",
  {
    eksClusterArn: arnText("ARN of the cluster.", "eksClusterArn"),
    kubernetesNamespace: text("Namespace in that cluster in which AWS Batch manages pods.", 63, dnsLabel),
  },
  ...eksConfigurationRules,
);

const updatePolicy = object(
  "How an infrastructure update treats running jobs. Without it the operator replaces the environment instead.",
  {
    terminateJobsOnUpdate: flag("Terminate running jobs at once. Default: false.").optional(),
    jobExecutionTimeoutMinutes: int("Minutes until running jobs are terminated. Default: 30.", 1, 7200).optional(),
  },
);

const replacement = object("How the operator replaces the environment for a change that AWS cannot make in place.", {
  policy: oneOf("Automatic (default), or Never: status reports the change, and the operator does not make it.", [
    "Automatic",
    "Never",
  ]).optional(),
  holdBefore: setOf(
    "Steps that wait for the annotation awsbatch.dev/approve: Create (of the new environment), Repoint (of the queues to it), Delete (of the old one).",
    oneOf("Create, Repoint or Delete.", ["Create", "Repoint", "Delete"]),
    3,
  ).optional(),
  soakSeconds: int(
    "How long the old environment stays usable, or until a job has run on the new one. Default: 600.",
    0,
    1_209_600,
  ).optional(),
  foreignQueues: oneOf(
    "What to do with foreign queues that reference the environment: Block (default) the replacement, or Repoint them.",
    ["Block", "Repoint"],
  ).optional(),
  verify: object(
    "A job that must succeed on each new environment before any queue names it, and before the first one is Ready.",
    {
      jobDefinitionRef: reference(
        "A JobDefinition. The job runs the revision that matches the object.",
        "the environment",
      ),
      timeoutSeconds: int(
        `How long the job may take from its submission until it has succeeded. Default: ${verifySecondsDefault}.`,
        60,
        86_400,
      ).optional(),
      attempts: int("How often AWS tries the job. Default: 1.", 1, 10).optional(),
    },
  ).optional(),
  rollback: object(
    "When the queues go back to the old environment although AWS finds the new one VALID. The old one stays usable until then.",
    {
      failedJobs: int("So many jobs that failed on the new environment.", 1, 100),
      withinSeconds: int("For how long jobs are counted from the handover on.", 60, 1_209_600),
      anyFailure: flag(
        "Count every failed job. Default: only those that failed because of their place, e.g. host, image pull, roles, network.",
      ).optional(),
    },
  ).optional(),
});

const updateWindow = object("Times at which an update may begin.", {
  schedule: text(
    "When the window opens, as of a CronJob: minute, hour, day of the month, month, day of the week.",
    128,
    /^[^ @]+( [^ ]+){4}$/,
  ),
  timeZone: text(
    "Time zone of the schedule, e.g. Europe/Berlin. Default: Etc/UTC.",
    64,
    /^[A-Za-z0-9_+/-]+$/,
  ).optional(),
  durationMinutes: int(
    "How long it is open. An update begins only while the rest of the window is long enough for its handover.",
    windowMinutesMin,
    10_080,
  ),
});

const imageUpdates = object(
  "What the operator does when there is a newer image, or a newer launch template, for the instances.",
  {
    policy: oneOf(
      "Report (default) it in the condition UpdateAvailable, or take it (Automatic): in place where updatePolicy allows that, else by a replacement.",
      ["Report", "Automatic"],
    ).optional(),
    launchTemplateVersions: oneOf(
      "Report (default) a newer version of $Latest or $Default of the launch templates, or take it (Follow), in the same way. An older one is not taken.",
      ["Report", "Follow"],
    ).optional(),
    windows: atomicList("When an update may begin. Default: at any time.", updateWindow, 4, 1).optional(),
    minAgeSeconds: int(
      "How long an image or a version must have been known before it is taken. Default: 0.",
      0,
      31_536_000,
    ).optional(),
    approval: flag("Each update waits for the annotation awsbatch.dev/approve. Default: false.").optional(),
  },
);

export const BatchComputeEnvironmentSpec = object(
  "Desired state of the environment; AWS's fields have AWS's names.",
  {
    computeEnvironmentName: text(
      "Base of the AWS name; the operator appends a suffix to it, or to its beginning where it has more than 110 characters. Immutable. Default: <namespace>_<name>.",
      128,
      awsName,
    ).optional(),
    type: oneOf("MANAGED: AWS Batch manages the instances; UNMANAGED: you do.", ["MANAGED", "UNMANAGED"]),
    state: state.optional(),
    unmanagedvCpus: int("vCPUs reserved for fair-share scheduling; only for UNMANAGED.", 0, int32Max).optional(),
    computeResources: computeResources.optional(),
    serviceRole: arnText(
      "Service role of AWS Batch. Default: the service-linked role, which allows updates in place. Required for UNMANAGED.",
      "role",
    ).optional(),
    serviceRoleRef: roleReference("service role of AWS Batch", "the environment").optional(),
    iam: environmentIam.optional(),
    eksConfiguration: eksConfiguration.optional(),
    ecsSettings: object("Settings of the ECS cluster.", {
      containerInsights: oneOf("CloudWatch Container Insights. Default: DISABLED.", [
        "ENABLED",
        "ENHANCED",
        "DISABLED",
      ]).optional(),
    }).optional(),
    updatePolicy: updatePolicy.optional(),
    replacement: replacement.optional(),
    imageUpdates: imageUpdates.optional(),
    drain: drain.optional(),
    rolloutToken: text(
      "Any text. A new value replaces the instances, with the newest image and the current version of $Default or $Latest of the launch template.",
      256,
      /^[A-Za-z0-9 _.:/=+@-]+$/,
    ).optional(),
    allowedNamespaces: allowedNamespaces("Namespaces of queues that may reference this environment.").optional(),
    network: network.optional(),
    ...policyFields,
  },
  ...computeEnvironmentRules,
);

const predecessor = object("An older environment of this object that still exists.", {
  name: text("AWS name.", 128),
  step: text("Step of its removal.", 64),
  queues: setOf("Queues that still reference it.", text("Queue name.", 128), 50).optional(),
  jobsRemaining: int("Jobs that still run in it.", 0, int32Max).optional(),
  since: time("When the step began.").optional(),
});

export const BatchComputeEnvironmentStatus = object("Observed state of the environment in AWS.", {
  ...statusFields,
  serving: text("AWS name of the environment that the queues use.", 128).optional(),
  target: text("AWS name of the environment that matches the spec.", 128).optional(),
  predecessors: atomicList("Older environments of this object.", predecessor, 50).optional(),
  ecsClusterArn: text("ECS cluster behind the environment.", 2048).optional(),
  containerOrchestrationType: text("ECS or EKS.", 16).optional(),
  updateAvailableSince: time("Since when a newer image or version has been known for the instances.").optional(),
  launchTemplateVersion: text(
    "Versions of the launch template and its overrides for which the instances were made, where $Latest or $Default is named.",
    256,
  ).optional(),
  desiredvCpus: int("Current target of AWS's scaler, in vCPUs.", 0, int32Max).optional(),
  roles: madeRoles.optional(),
  serviceRole: object("Service role of the environment.", {
    arn: text("ARN.", 2048),
    kind: oneOf("Who manages the role: AWS (ServiceLinked), the operator (Made) or you (Named).", [
      "ServiceLinked",
      "Made",
      "Named",
    ]),
    updates: anyText("Consequence for updates.", 512),
  }).optional(),
  network: networkStatus.optional(),
});

export type BatchComputeEnvironmentSpec = z.infer<typeof BatchComputeEnvironmentSpec>;
export type BatchComputeEnvironmentStatus = DeepReadonly<z.infer<typeof BatchComputeEnvironmentStatus>>;
export type BatchComputeEnvironment = KubeObject<BatchComputeEnvironmentSpec, BatchComputeEnvironmentStatus>;
