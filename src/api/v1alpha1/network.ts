import type { ValidationRule } from "../crd.ts";
import { tagKeyLength, time } from "./common.ts";
import { anyText, atomicList, flag, mapList, object, oneOf, setOf, text, textMap } from "./schema.ts";

/** Network of the instances, and whether they can reach the services that they need. */

/** The ID of a VPC. */
export const vpcId = (description: string) => text(description, 32, /^vpc-[0-9a-z]+$/);

/** Tags of a selector. */
export const selectedTags = textMap("Tags that each resource must have; the value `*` matches any value.", 16, 256, [
  tagKeyLength,
]);

export const subnetIds = setOf("Subnets, all in one VPC.", text("Subnet ID.", 32, /^subnet-[0-9a-z]+$/), 100, 1);

/** IDs of security groups. */
export const groupIds = (description: string) =>
  setOf(description, text("Security group ID.", 32, /^sg-[0-9a-z]+$/), 16, 1);

/** How the refusal of what BatchNetworks do begins. */
export const networkItselfMessage = "environments share networks as BatchNetworks";

/**
 * What an environment did itself before there were networks. A stored object may keep it, because the API server does not judge
 * again what an update leaves as it is; a field that is not in the schema would be dropped from it.
 */
function earlier(what: string, member: string) {
  return {
    description: `No longer accepted: a BatchNetwork ${what}, to which computeResources.networkRef refers.`,
    message: `${networkItselfMessage}: write ${member} there, and refer to it by computeResources.networkRef`,
  };
}

function refused(message: string): ValidationRule {
  return { rule: "false", message, reason: "FieldValueForbidden" };
}

const selectorFields = { vpcId: vpcId("Only in this VPC.").optional(), tags: selectedTags.optional() };

const bySubnets = earlier("selects subnets", "subnetSelector");
export const subnetSelector = object(bySubnets.description, selectorFields, refused(bySubnets.message));

const byGroups = earlier("selects security groups", "securityGroupSelector");
export const securityGroupSelector = object(byGroups.description, selectorFields, refused(byGroups.message));

const state = oneOf("Reachable, Unreachable, or Unknown if something could not be read.", [
  "Reachable",
  "Unreachable",
  "Unknown",
]);

const ruleFields = {
  protocol: oneOf("tcp, udp, or all.", ["tcp", "udp", "all"]),
  ports: text(
    "A port, or a range such as 1024-65535. Default: all ports.",
    11,
    /^[0-9]{1,5}(-[0-9]{1,5})?$/,
  ).optional(),
  peer: text(
    "Destination or source: a CIDR block, the ID of a security group or of a prefix list, or self for the group itself.",
    64,
    /^(self|sg-[0-9a-z]+|pl-[0-9a-z]+|([0-9.]+|[0-9a-f:]+)\/[0-9]{1,3})$/,
  ),
};

/** The rules of a group that the operator creates. */
const rulesOf = (...checks: readonly ValidationRule[]) => {
  const rule = object("Allowed traffic.", ruleFields, ...checks);
  return {
    egress: atomicList(
      "Allowed egress in addition to TCP 443 everywhere. The operator removes other rules of the group.",
      rule,
      30,
    ).optional(),
    ingress: atomicList(
      "Allowed ingress, e.g. self for multi-node jobs. From addresses that are not private, and from prefix lists, only with the operator's --allow-public-ingress. Default: nothing.",
      rule,
      30,
    ).optional(),
  };
};

export const groupRules = rulesOf(
  {
    rule: "self.protocol != 'all' || !has(self.ports)",
    message: "protocol all has no ports: remove ports, or use tcp or udp",
    reason: "FieldValueForbidden",
    fieldPath: ".ports",
  },
  {
    rule: "!has(self.ports) || self.ports.split('-').all(port, int(port) <= 65535)",
    message: "the highest port is 65535: use a lower one",
    fieldPath: ".ports",
  },
  {
    rule: "!has(self.ports) || !self.ports.contains('-') || int(self.ports.split('-')[0]) <= int(self.ports.split('-')[1])",
    message: "a range of ports begins with the lower one: swap the two",
    fieldPath: ".ports",
  },
  {
    rule: "!self.peer.contains('/') || isCIDR(self.peer)",
    message:
      "there is no such CIDR block: an address of IPv4 has four numbers up to 255 and a prefix up to /32, one of IPv6 a prefix up to /128",
    fieldPath: ".peer",
  },
);

const byMadeGroup = earlier("has the security group created", "securityGroup");
const madeGroup = object(
  byMadeGroup.description,
  { create: flag("true."), ...rulesOf() },
  refused(byMadeGroup.message),
);

/** Last part of the name of a service that has endpoints. */
export const serviceName = text("Last part of the name of the service.", 64, /^[a-z0-9][a-z0-9.-]*$/);

const byEndpoints = earlier("has endpoints", "vpcEndpoints");
const byServices = earlier("has the services of its endpoints", "vpcEndpoints.services");

export const network = object(
  "Checks of the network.",
  {
    preflight: oneOf(
      "Check that the subnets have a path to what instances need. Warn (default): report in the condition NetworkReady. Enforce: create no environment without a path; Ready is False. Skip: read nothing.",
      ["Warn", "Enforce", "Skip"],
    ).optional(),
    vpcEndpoints: oneOf(byEndpoints.description, ["Ensure"]).optional(),
    vpcEndpointServices: setOf(byServices.description, serviceName, 32).optional(),
    securityGroup: madeGroup.optional(),
  },
  ...(
    [
      ["vpcEndpoints", byEndpoints],
      ["vpcEndpointServices", byServices],
    ] as const
  ).map(
    ([field, { message }]): ValidationRule => ({
      rule: `!has(self.${field})`,
      message,
      reason: "FieldValueForbidden",
      fieldPath: `.${field}`,
    }),
  ),
);

const subnet = object("One subnet of the environment.", {
  subnetId: text("Subnet ID.", 64),
  zone: text("Availability zone.", 64).optional(),
  state,
  route: anyText("The path of the traffic, up to where it ends.", 512).optional(),
});

const fix = object("One possible fix.", {
  remedy: text("Kind of change, in one word.", 64),
  message: anyText("The change, for people.", 1024),
  objects: setOf("IDs of the resources to change or use.", text("ID.", 2048), 32).optional(),
});

const finding = object("A problem, or something that could not be read.", {
  cause: text("Cause, in one word; also the reason of NetworkReady.", 64),
  state: oneOf("Unreachable: the path ends; Unknown: it could not be followed to its end.", ["Unreachable", "Unknown"]),
  neededBy: oneOf("environment: instances cannot join. jobs: only some jobs fail.", ["environment", "jobs"]),
  message: anyText("The problem, for people.", 1024),
  subnets: setOf("Affected subnets; empty: all.", text("Subnet ID.", 64), 100).optional(),
  services: setOf("Services that cannot be reached.", text("Service or host.", 256), 32).optional(),
  objects: setOf("IDs of the resources that cause the problem.", text("ID.", 2048), 32).optional(),
  fixes: atomicList("Possible fixes; each one is sufficient.", fix, 8).optional(),
});

export const resolved = (what: string, max: number) =>
  object(`The ${what} that a selector selects.`, {
    selector: anyText("The selector, as JSON.", 8192),
    ids: setOf("IDs in effect.", text("ID.", 64), max),
    since: time("Time since which they are in effect."),
    candidate: object("New selection, which takes effect after 5 minutes without a change.", {
      ids: setOf("Selected IDs.", text("ID.", 64), max),
      since: time("Time since which it has been selected."),
    }).optional(),
  });

export const networkStatus = object("Network of the instances, and the findings of the check.", {
  state: state.optional(),
  securityGroup: object("The group that an earlier version created for the instances.", {
    groupId: text("ID.", 64),
    vpcId: text("VPC of the group.", 64),
  }).optional(),
  taken: object("What the network of networkRef gives.", {
    subnets: setOf("Subnets.", text("ID.", 64), 100),
    securityGroupIds: setOf("Security groups.", text("ID.", 64), 17),
  }).optional(),
  // What an earlier version has recorded is read until it is in `taken`; not in the schema, it would be lost before.
  resolvedSubnets: resolved("subnets", 100).optional(),
  resolvedSecurityGroups: resolved("security groups", 16).optional(),
  subnets: mapList("Subnets of the environment.", ["subnetId"], subnet, 100).optional(),
  findings: atomicList("Findings, the most severe first; at most 16 are listed.", finding, 16).optional(),
});
