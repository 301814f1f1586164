import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, policyFields, statusFields } from "./common.ts";
import { roleContent, rolePurpose } from "./iam.ts";
import { allowedNamespaces } from "./references.ts";
import { type DeepReadonly, object, text } from "./schema.ts";

const batchRoleRules: readonly ValidationRule[] = [
  immutable("purpose", "what uses the role would fail; for another purpose create a new object"),
  immutable("roleName", "revert the change; for another name create a new object"),
];

const { region: _none, tags: _ofResources, ...policies } = policyFields;

export const BatchRoleSpec = object(
  "Desired state of the role.",
  {
    purpose: rolePurpose(
      "Who uses the role: service (AWS Batch), instance (with an instance profile), spot-fleet, execution (starts jobs) or job (of the jobs themselves). Immutable.",
    ),
    roleName: text(
      "Name in IAM, where roles of an account have different names. Immutable. Default: <namespace>_<name>_<hash>.",
      64,
      /^[A-Za-z0-9][A-Za-z0-9_+=,.@-]*$/,
    ).optional(),
    ...roleContent,
    allowedNamespaces: allowedNamespaces("Namespaces of objects that may use this role.").optional(),
    ...policies,
  },
  ...batchRoleRules,
);

export const BatchRoleStatus = object("Observed state of the role in IAM.", {
  ...statusFields,
  profileArn: text("ARN of its instance profile; only for instances.", 2048).optional(),
});

export type BatchRoleSpec = z.infer<typeof BatchRoleSpec>;
export type BatchRoleStatus = DeepReadonly<z.infer<typeof BatchRoleStatus>>;
export type BatchRole = KubeObject<BatchRoleSpec, BatchRoleStatus>;
