import type { z } from "zod";
import { tags } from "./common.ts";
import { type DeepReadonly, flag, mapList, object, oneOf, type Rule, setOf, text, textMap } from "./schema.ts";

/** Roles that the operator makes for an object and keeps as they are written here. */

/** A managed policy, of AWS or of an account. */
const policyArn = /^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy\/[!-~]+$/;

/** IAM allows 10,240 characters in all inline policies of a role together. */
export const inlinePoliciesMax = 10_240;

const inlinePolicyRules: readonly Rule[] = [
  {
    rule: "self.all(name, name.matches('^[A-Za-z0-9+=,.@_-]{1,128}$'))",
    message: "a policy name has 1 to 128 letters, digits or any of +=,.@_-: rename the policy",
  },
];

/** One role; to give it, also empty, means that it is made. */
const role = (description: string) =>
  object(description, {
    name: text(
      "Objects of this namespace that give the same name share the role; its AWS name is made from namespace and name. Default: a role of this object alone.",
      63,
      /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    ).optional(),
    policyArns: setOf(
      "Managed policies beside the one that the role needs anyway. Limited by the operator's --allowed-policy-arns.",
      text("ARN of a managed policy.", 512, policyArn),
      20,
    ).optional(),
    inlinePolicies: textMap(
      "Inline policies by name, each as a JSON document. Only where the operator runs with --allow-inline-policies.",
      8,
      inlinePoliciesMax,
      inlinePolicyRules,
    ).optional(),
    permissionsBoundary: text(
      "ARN of the policy that bounds what the role may do. Default: the operator's --permissions-boundary.",
      512,
      policyArn,
    ).optional(),
    tags: tags("Tags of the role; at most 40, the operator adds its own.").optional(),
  });

const roleSpec = role("A role that the operator makes.");

export const environmentIam = object("Roles that are made for this environment, kept, and removed after it.", {
  serviceRole: role(
    "Role by which AWS Batch acts, with AWSBatchServiceRole. Leave it out to use the service-linked role, which allows updates in place.",
  ).optional(),
  instanceRole: role(
    "Role of the instances, with AmazonEC2ContainerServiceforEC2Role, and the instance profile that holds it.",
  ).optional(),
  spotFleetRole: role(
    "Role of the Spot fleet, with AmazonEC2SpotFleetTaggingRole; only for SPOT with BEST_FIT.",
  ).optional(),
  repairMissingServiceRole: flag(
    "Make a service role that was not made here again when it is gone and AWS needs it to delete an environment; it is removed after that. Default: false.",
  ).optional(),
});

export const definitionIam = object("Roles that are made for this job definition, kept, and removed after it.", {
  executionRole: role(
    "Role that pulls images, reads secrets and writes logs, with AmazonECSTaskExecutionRolePolicy; secrets need a policy besides.",
  ).optional(),
  jobRole: role(
    "Role of the job itself: it may do what policyArns and inlinePolicies say, and nothing else.",
  ).optional(),
});

/** `status.roles` */
export const madeRoles = mapList(
  "Roles that were made for this object.",
  ["purpose"],
  object("One role.", {
    purpose: oneOf("What it is for.", ["service", "instance", "spot-fleet", "execution", "job"]),
    name: text("Name in IAM.", 64),
    arn: text("ARN.", 2048),
  }),
  5,
);

export type RoleSpec = DeepReadonly<z.infer<typeof roleSpec>>;
