import type { z } from "zod";
import type { KubeObject } from "../object.ts";
import { drain, policyFields, state, statusFields, time } from "./common.ts";
import { allowedNamespacesRules, computeEnvironmentRules, eksConfigurationRules } from "./compute-environment-rules.ts";
import { computeResources } from "./compute-resources.ts";
import { environmentIam, madeRoles } from "./iam.ts";
import { awsName, dnsLabel } from "./names.ts";
import { network, networkStatus } from "./network.ts";
import {
  anyText,
  arn,
  atomicList,
  type DeepReadonly,
  flag,
  int,
  int32Max,
  object,
  oneOf,
  setOf,
  text,
  textMap,
} from "./schema.ts";

const eksConfiguration = object(
  "EKS cluster in which jobs run as pods. A change makes a new environment.",
  {
    eksClusterArn: arn("ARN of the cluster.", "eks"),
    kubernetesNamespace: text("Namespace in that cluster in which AWS Batch manages pods.", 63, dnsLabel),
  },
  ...eksConfigurationRules,
);

const updatePolicy = object(
  "What an update of the infrastructure may do to running jobs. Without it the environment is replaced instead.",
  {
    terminateJobsOnUpdate: flag("End running jobs at once. Default: false.").optional(),
    jobExecutionTimeoutMinutes: int("Minutes that running jobs are given. Default: 30.", 1, 7200).optional(),
  },
);

const replacement = object("How a change that AWS cannot make in place is made by a new environment.", {
  policy: oneOf("Automatic (default), or Never: the change is shown in status and not made.", [
    "Automatic",
    "Never",
  ]).optional(),
  holdBefore: setOf(
    "Steps that wait for the annotation awsbatch.dev/approve.",
    oneOf("Step.", ["Create", "Repoint", "Delete"]),
    3,
  ).optional(),
  soakSeconds: int(
    "How long the old environment stays usable, unless a job has run on the new one before. Default: 600.",
    0,
    1_209_600,
  ).optional(),
  foreignQueues: oneOf("Queues that are not ours and name the environment: Block (default) or Repoint.", [
    "Block",
    "Repoint",
  ]).optional(),
  externalChanges: oneOf(
    "What comes of a newer image that AWS Batch announces: Report (default), by the condition UpdateAvailable, or Apply, by fresh instances. A new version of a launch template is not looked for: see rolloutToken.",
    ["Report", "Apply"],
  ).optional(),
});

const allowedNamespaces = object(
  "Namespaces whose queues may refer to this environment.",
  {
    from: oneOf("Same (default), All, or Selector.", ["Same", "All", "Selector"]).optional(),
    selector: object("Namespaces by label; only with Selector.", {
      matchLabels: textMap("Labels that the namespace has.", 16, 63),
    }).optional(),
  },
  ...allowedNamespacesRules,
);

export const BatchComputeEnvironmentSpec = object(
  "The environment as it shall be; AWS's fields under AWS's names.",
  {
    computeEnvironmentName: text(
      "Base of the AWS name; the operator appends a suffix. Immutable. Default: <namespace>_<name>.",
      110,
      awsName,
    ).optional(),
    type: oneOf("MANAGED: AWS Batch runs the instances; UNMANAGED: you do.", ["MANAGED", "UNMANAGED"]),
    state: state.optional(),
    unmanagedvCpus: int("vCPUs reserved for fair-share scheduling; only for UNMANAGED.", 0, int32Max).optional(),
    computeResources: computeResources.optional(),
    serviceRole: text(
      "Role by which AWS Batch acts. Default: the service-linked role, which allows updates in place. Required for UNMANAGED.",
      2048,
    ).optional(),
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
    drain: drain.optional(),
    rolloutToken: text(
      "Any text; a new value asks for fresh instances, with the newest image, and the version of the launch template that $Default or $Latest then means.",
      256,
      /^[A-Za-z0-9 _.:/=+@-]+$/,
    ).optional(),
    allowedNamespaces: allowedNamespaces.optional(),
    network: network.optional(),
    ...policyFields,
  },
  ...computeEnvironmentRules,
);

const predecessor = object("An older environment of this object that is still there.", {
  name: text("AWS name.", 128),
  step: text("Where it is on its way out.", 64),
  queues: setOf("Queues that still name it.", text("Queue name.", 128), 50).optional(),
  jobsRemaining: int("Jobs that still run in it.", 0, int32Max).optional(),
  since: time("When the step began.").optional(),
});

export const BatchComputeEnvironmentStatus = object("The environment as AWS has it.", {
  ...statusFields,
  serving: text("AWS name of the environment that the queues use.", 128).optional(),
  target: text("AWS name of the environment that matches the spec.", 128).optional(),
  predecessors: atomicList("Older environments of this object.", predecessor, 50).optional(),
  ecsClusterArn: text("ECS cluster behind the environment.", 2048).optional(),
  containerOrchestrationType: text("ECS or EKS.", 16).optional(),
  desiredvCpus: int("vCPUs that AWS's scaler wants now.", 0, int32Max).optional(),
  roles: madeRoles.optional(),
  serviceRole: object("The role by which AWS Batch acts on the environment.", {
    arn: text("ARN.", 2048),
    kind: oneOf("Whose it is.", ["ServiceLinked", "Made", "Named"]),
    updates: anyText("What that means for updates.", 512),
  }).optional(),
  network: networkStatus.optional(),
});

export type BatchComputeEnvironmentSpec = z.infer<typeof BatchComputeEnvironmentSpec>;
export type BatchComputeEnvironmentStatus = DeepReadonly<z.infer<typeof BatchComputeEnvironmentStatus>>;
export type BatchComputeEnvironment = KubeObject<BatchComputeEnvironmentSpec, BatchComputeEnvironmentStatus>;
