import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, immutableRegion, policyFields, statusFields } from "./common.ts";
import { groupIds, groupRules, resolved, selectedTags, serviceName, subnetIds, vpcId } from "./network.ts";
import { allowedNamespaces } from "./references.ts";
import { type DeepReadonly, mapList, object, oneOf, setOf, text } from "./schema.ts";

/** A network that compute environments share. */

/** What runs or is used in a network, and the services that it has to reach: the last parts of their names. */
export const servicesNeeded = {
  ecs: ["ecs", "ecs-agent", "ecs-telemetry"],
  ecr: ["ecr.api", "ecr.dkr", "s3"],
  eks: ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"],
  logs: ["logs"],
  s3: ["s3"],
  secretsmanager: ["secretsmanager"],
  ssm: ["ssm"],
} as const;

export type Need = keyof typeof servicesNeeded;

function either(field: string, selector: string): ValidationRule {
  return {
    rule: `!has(self.${field}) || !has(self.${selector})`,
    message: `${selector} replaces ${field}: remove one of the two`,
    reason: "FieldValueForbidden",
    fieldPath: `.${selector}`,
  };
}

/** Rules of a network: what nothing could be done for, and immutable fields. */
const batchNetworkRules: readonly ValidationRule[] = [
  {
    rule: "has(self.subnets) || has(self.subnetSelector)",
    message: "a network is made of subnets: add subnets or subnetSelector",
    reason: "FieldValueRequired",
    fieldPath: ".subnets",
  },
  either("subnets", "subnetSelector"),
  either("securityGroupIds", "securityGroupSelector"),
  immutable("vpcId", "revert the change; for another VPC create a new object"),
  immutableRegion,
];

const subnetSelector = object(
  "Selects subnets of the VPC by tags, in place of subnets; without tags, all of them. Another selection takes effect after 5 minutes without a change.",
  { tags: selectedTags.optional() },
);

const securityGroupSelector = object(
  "Selects security groups of the VPC by tags, in place of securityGroupIds; otherwise like subnetSelector.",
  { tags: selectedTags },
  {
    rule: "size(self.tags) > 0",
    message: "a VPC contains groups for many purposes: add tags",
    reason: "FieldValueRequired",
    fieldPath: ".tags",
  },
);

const securityGroup = object(
  "A security group that the operator creates for the instances, in addition to the others, and deletes with this object. {} creates one with the default rules.",
  groupRules,
);

const vpcEndpoints = object(
  "VPC endpoints that the operator creates where the VPC has none. One that exists is used, and never changed. The operator's --allowed-endpoint-services limits them.",
  {
    needs: setOf(
      "What is used in the network: ecs (instances of ECS), eks (nodes of EKS), ecr (images), logs, s3, secretsmanager, ssm.",
      oneOf("ecs, eks, ecr, logs, s3, secretsmanager or ssm.", Object.keys(servicesNeeded) as [Need, ...Need[]]),
      7,
    ).optional(),
    services: setOf("Further services, e.g. sts or kms.", serviceName, 32).optional(),
  },
  {
    rule: "(has(self.needs) && size(self.needs) > 0) || (has(self.services) && size(self.services) > 0)",
    message: "vpcEndpoints asks for nothing: add needs or services, or remove it",
    reason: "FieldValueRequired",
    fieldPath: ".needs",
  },
);

const { adoptionPolicy: _never, ...policies } = policyFields;

export const BatchNetworkSpec = object(
  "Desired state of the network.",
  {
    vpcId: vpcId("VPC of the network. Immutable."),
    subnets: subnetIds.optional(),
    subnetSelector: subnetSelector.optional(),
    securityGroupIds: groupIds("Security groups of the instances.").optional(),
    securityGroupSelector: securityGroupSelector.optional(),
    securityGroup: securityGroup.optional(),
    vpcEndpoints: vpcEndpoints.optional(),
    allowedNamespaces: allowedNamespaces("Namespaces of environments that may reference this network.").optional(),
    ...policies,
  },
  ...batchNetworkRules,
);

const endpoint = object("A VPC endpoint that the network uses.", {
  service: text("Last part of the name of the service.", 64),
  endpointId: text("ID.", 64),
  owner: text("The BatchNetwork that created it, namespace/name; absent: not one of this cluster.", 320).optional(),
  state: text("State in EC2.", 32),
});

export const BatchNetworkStatus = object("Observed state of the network.", {
  ...statusFields,
  vpcId: text("VPC.", 64).optional(),
  subnets: setOf("Subnets in effect.", text("ID.", 64), 100).optional(),
  securityGroupIds: setOf("Security groups in effect.", text("ID.", 64), 17).optional(),
  securityGroup: object("The group created for the instances.", {
    groupId: text("ID.", 64),
    vpcId: text("VPC of the group.", 64),
  }).optional(),
  resolvedSubnets: resolved("subnets", 100).optional(),
  resolvedSecurityGroups: resolved("security groups", 16).optional(),
  endpoints: mapList("Endpoints of the services that the spec asks for.", ["endpointId"], endpoint, 100).optional(),
});

export type BatchNetworkSpec = z.infer<typeof BatchNetworkSpec>;
export type BatchNetworkStatus = DeepReadonly<z.infer<typeof BatchNetworkStatus>>;
export type BatchNetwork = KubeObject<BatchNetworkSpec, BatchNetworkStatus>;
