import type { z } from "zod";
import type { KubeObject } from "../object.ts";
import { policyFields, statusFields, time } from "./common.ts";
import { containerProperties } from "./container.ts";
import { ecsProperties } from "./ecs.ts";
import { eksProperties } from "./eks.ts";
import { definitionIam, madeRoles, roleReference } from "./iam.ts";
import { evaluateOnExitRules, jobDefinitionRules } from "./job-definition-rules.ts";
import { consumableResourceProperties, nodeProperties } from "./multi-node.ts";
import { awsName } from "./names.ts";
import { allowedNamespaces } from "./references.ts";
import {
  atomicList,
  type DeepReadonly,
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

const glob = (description: string, pattern: RegExp) => text(description, 512, pattern);

export const retryStrategy = object("When AWS retries a failed job.", {
  attempts: int("Total number of attempts.", 1, 10),
  evaluateOnExit: atomicList(
    "Up to five cases, evaluated in order; without a match AWS retries.",
    object(
      "One case; all its patterns must match.",
      {
        action: oneOf("What happens if all conditions hold: RETRY or EXIT.", ["RETRY", "EXIT"]),
        onStatusReason: glob("Status reason of the job; may end with *.", /^[A-Za-z0-9.:\s]*[*]?$/).optional(),
        onReason: glob("Reason of the container; may end with *.", /^[A-Za-z0-9.:\s]*[*]?$/).optional(),
        onExitCode: glob("Exit code; may end with *.", /^[0-9]*[*]?$/).optional(),
      },
      ...evaluateOnExitRules,
    ),
    5,
  ).optional(),
});

export const timeout = object("When AWS terminates a job.", {
  attemptDurationSeconds: int("Maximum seconds of one attempt.", 60, int32Max).optional(),
});

export const JobDefinitionSpec = object(
  "Desired state of the job definition; AWS's fields have AWS's names.",
  {
    jobDefinitionName: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    type: oneOf("container: one node; multinode: several.", ["container", "multinode"]),
    parameters: textMap("Defaults for Ref::name in commands.", 256, definitionBytesMax).optional(),
    schedulingPriority: int("Priority within a share; only on fair-share queues.", 0, 9999).optional(),
    containerProperties: containerProperties.optional(),
    nodeProperties: nodeProperties.optional(),
    retryStrategy: retryStrategy.optional(),
    propagateTags: flag("Copy tags to the ECS task; not on EKS. Default: false.").optional(),
    timeout: timeout.optional(),
    platformCapabilities: setOf(
      "Platform of the job; not on EKS. Default: EC2.",
      oneOf("A kind of environment on which the job can run.", ["EC2", "FARGATE", "MANAGED_INSTANCES"]),
      1,
    ).optional(),
    eksProperties: eksProperties.optional(),
    ecsProperties: ecsProperties.optional(),
    consumableResourceProperties: consumableResourceProperties.optional(),
    executionRoleRef: roleReference(
      "execution role of each container and task that gives no executionRoleArn",
      "the definition",
    ).optional(),
    jobRoleRef: roleReference(
      "job role of each container and task that gives no jobRoleArn or taskRoleArn",
      "the definition",
    ).optional(),
    iam: definitionIam.optional(),
    revisionHistoryLimit: int("Minimum number of older revisions that stay ACTIVE. Default: 10.", 0, 1000).optional(),
    revisionMinAgeSeconds: int(
      "Minimum seconds that a superseded revision stays ACTIVE. Default: 604800, a week.",
      0,
      int32Max,
    ).optional(),
    allowedNamespaces: allowedNamespaces(
      "Namespaces of jobs that may run this definition, with any command and with its roles.",
    ).optional(),
    ...policyFields,
  },
  ...jobDefinitionRules,
);

export const JobDefinitionStatus = object("Observed state of the job definition in AWS.", {
  ...statusFields,
  revision: int("Revision that matches the spec.", 0, int32Max).optional(),
  revisions: mapList(
    "The newest 20 ACTIVE revisions of this object.",
    ["revision"],
    object("One revision.", {
      revision: int("Number of the revision.", 0, int32Max),
      arn: text("ARN.", 2048),
      registeredAt: time("When it was registered.").optional(),
    }),
    20,
  ).optional(),
  roles: madeRoles.optional(),
  unversionedArn: text("ARN without revision, with which SubmitJob uses the newest ACTIVE one.", 2048).optional(),
});

export type JobDefinitionSpec = z.infer<typeof JobDefinitionSpec>;
export type JobDefinitionStatus = DeepReadonly<z.infer<typeof JobDefinitionStatus>>;
export type JobDefinition = KubeObject<JobDefinitionSpec, JobDefinitionStatus>;
