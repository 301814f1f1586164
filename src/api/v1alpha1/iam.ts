import type { z } from "zod";
import { tags } from "./common.ts";
import { reference } from "./references.ts";
import { type DeepReadonly, flag, mapList, object, oneOf, type Rule, setOf, text, textMap } from "./schema.ts";

/** Roles that the operator creates for an object and keeps in sync with its spec. */

/** A managed policy, of AWS or of an account. */
const policyArn = /^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy\/[!-~]+$/;

/** IAM allows 10,240 characters in all inline policies of a role together. */
export const inlinePoliciesMax = 10_240;

const inlinePolicyRules: readonly Rule[] = [
  {
    rule: "self.all(name, name.matches('^[A-Za-z0-9+=,.@_-]{1,128}$'))",
    message: "a policy name has 1 to 128 letters, digits or any of +=,.@_-: rename the policy",
  },
  {
    // IAM counts no white space.
    rule: `self.map(name, size(self[name])).sum() <= ${2 * inlinePoliciesMax}`,
    message: `IAM takes at most ${inlinePoliciesMax} characters without white space in all inline policies of a role: shorten them, or use managed policies`,
  },
];

/** What a role may do, and its tags. */
export const roleContent = {
  policyArns: setOf(
    "Managed policies in addition to the one that the role requires. The operator's --allowed-policy-arns limits them.",
    text("ARN of a managed policy.", 512, policyArn),
    20,
  ).optional(),
  inlinePolicies: textMap(
    "Inline policies by name, each as a JSON document. Requires the operator's --allow-inline-policies.",
    8,
    inlinePoliciesMax,
    inlinePolicyRules,
  ).optional(),
  permissionsBoundary: text(
    "ARN of the permissions boundary. Default: the operator's --permissions-boundary.",
    512,
    policyArn,
  ).optional(),
  tags: tags(
    "Tags of the role; at most 39, the operator adds its own. The operator's --allowed-role-tag-keys limits their keys.",
  ).optional(),
};

export const rolePurpose = (description: string) =>
  oneOf(description, ["service", "instance", "spot-fleet", "execution", "job"]);

/** A reference to a BatchRole, in place of the role by name or ARN. @param user who refers, e.g. `the environment` */
export const roleReference = (what: string, user: string) => reference(`BatchRole with the ${what}.`, user);

/** How the refusal of a name begins. */
export const sharedNameMessage = "objects no longer share a role by a name: write the role as a BatchRole";

/**
 * One role; its presence, also empty, asks for the role.
 *
 * @param reference the field that refers to a BatchRole in its place
 */
const role = (description: string, reference: string) =>
  object(
    description,
    {
      // A field that is not in the schema would be dropped from stored objects, and they would get roles of their own.
      name: text(
        `No longer accepted: objects share a role as a BatchRole, to which ${reference} refers.`,
        63,
        /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
      ).optional(),
      ...roleContent,
    },
    {
      rule: "!has(self.name)",
      message: `${sharedNameMessage}, and refer to it by ${reference}`,
      reason: "FieldValueForbidden",
      fieldPath: ".name",
    },
  );

const roleSpec = role("A role that the operator creates.", "jobRoleRef");

export const environmentIam = object(
  "Roles that the operator creates for this environment, keeps in sync, and deletes after it.",
  {
    serviceRole: role(
      "Service role of AWS Batch, with AWSBatchServiceRole. Leave it out to use the service-linked role, which allows updates in place.",
      "serviceRoleRef",
    ).optional(),
    instanceRole: role(
      "Instance role, with AmazonEC2ContainerServiceforEC2Role, and its instance profile.",
      "computeResources.instanceRoleRef",
    ).optional(),
    spotFleetRole: role(
      "Spot Fleet role, with AmazonEC2SpotFleetTaggingRole; only for SPOT with BEST_FIT.",
      "computeResources.spotFleetRoleRef",
    ).optional(),
    repairMissingServiceRole: flag(
      "Create a missing service role again, even if the operator did not create it before, when AWS needs it to delete an environment; delete it afterwards. Default: false.",
    ).optional(),
  },
);

export const definitionIam = object(
  "Roles that the operator creates for this job definition, keeps in sync, and deletes after it.",
  {
    executionRole: role(
      "Execution role, which pulls images, reads secrets and writes logs, with AmazonECSTaskExecutionRolePolicy; secrets require an additional policy.",
      "executionRoleRef",
    ).optional(),
    jobRole: role("Job role: only the permissions of policyArns and inlinePolicies.", "jobRoleRef").optional(),
  },
);

/** `status.roles` */
export const madeRoles = mapList(
  "Roles created for this object.",
  ["purpose"],
  object("One role.", {
    purpose: rolePurpose("Purpose of the role."),
    name: text("Name in IAM.", 64),
    arn: text("ARN.", 2048),
  }),
  5,
);

export type RoleSpec = DeepReadonly<z.infer<typeof roleSpec>>;
