import { time } from "./common.ts";
import { anyText, atomicList, flag, mapList, object, oneOf, setOf, text, textMap } from "./schema.ts";

/** Where the instances of an environment live, and whether they can reach what they need there. */

const selectorFields = {
  vpcId: text("Only in this VPC.", 32, /^vpc-[0-9a-z]+$/).optional(),
  tags: textMap("Tags that each of them has, all of these; `*` as a value: any value.", 16, 256).optional(),
};

export const subnetSelector = object(
  "Subnets by VPC and tags, in place of subnets. What is selected is in status.network; another selection takes effect when it has been the same for 5 minutes, as if the spec had been changed.",
  selectorFields,
  {
    rule: "has(self.vpcId) || (has(self.tags) && size(self.tags) > 0)",
    message: "a selector that says nothing would select every subnet: add tags or vpcId",
    reason: "FieldValueRequired",
  },
);

export const securityGroupSelector = object(
  "Security groups by tags and VPC, in place of securityGroupIds; otherwise like subnetSelector.",
  selectorFields,
  {
    rule: "has(self.tags) && size(self.tags) > 0",
    message: "the groups of a whole VPC are of many purposes: add tags",
    reason: "FieldValueRequired",
    fieldPath: ".tags",
  },
);

const state = oneOf("Reachable, Unreachable, or Unknown: something could not be read.", [
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
    "Where to, or where from: a CIDR block, the ID of a security group or of a prefix list, or self for the group itself.",
    64,
    /^(self|sg-[0-9a-z]+|pl-[0-9a-z]+|[0-9a-f.:]+\/[0-9]{1,3})$/,
  ),
};

const groupRule = object("Traffic that is let through.", ruleFields, {
  rule: "self.protocol != 'all' || !has(self.ports)",
  message: "all protocols together have no ports: remove ports, or choose tcp or udp",
  reason: "FieldValueForbidden",
  fieldPath: ".ports",
});

const madeGroup = object(
  "A security group that is made for the instances, beside those that the spec names; removed after the environment.",
  {
    create: flag("true: make it."),
    egress: atomicList(
      "What instances may reach, besides TCP 443 everywhere. Other rules of the group are taken away.",
      groupRule,
      30,
    ).optional(),
    ingress: atomicList(
      "What may reach instances, e.g. self for multi-node jobs. Default: nothing.",
      groupRule,
      30,
    ).optional(),
  },
  {
    rule: "self.create",
    message: "create: false asks for nothing: remove securityGroup",
    fieldPath: ".create",
  },
);

export const network = object("What is looked at, and made, in the network of the environment.", {
  preflight: oneOf(
    "Whether the subnets are checked for a path to what instances need. Warn (default): the condition NetworkReady tells. Enforce: without a path no environment is created and Ready is False. Skip: nothing is read.",
    ["Warn", "Enforce", "Skip"],
  ).optional(),
  vpcEndpoints: oneOf(
    "Ensure: the interface endpoints and the S3 gateway endpoint that the subnets lack are made, shared by all environments of the VPC that ask for them, and removed with the last of these. Endpoints of others are used, never changed.",
    ["Ensure"],
  ).optional(),
  vpcEndpointServices: setOf(
    "With vpcEndpoints: only these services, e.g. ecs-agent, ecr.api, s3, logs. Default: what the subnets do not reach otherwise.",
    text("Last part of the name of the service.", 64, /^[a-z0-9][a-z0-9.-]*$/),
    32,
  ).optional(),
  securityGroup: madeGroup.optional(),
});

const subnet = object("One subnet of the environment.", {
  subnetId: text("Subnet ID.", 64),
  zone: text("Availability zone.", 64).optional(),
  state,
  route: anyText("The way that traffic takes, as far as it goes.", 512).optional(),
});

const fix = object("One way to mend it.", {
  remedy: text("What kind of change, in one word.", 64),
  message: anyText("The change, in words.", 1024),
  objects: setOf("IDs of what is to be changed or used.", text("ID.", 2048), 32).optional(),
});

const finding = object("Something that is wrong, or could not be seen.", {
  cause: text("What, in one word; also the reason of NetworkReady.", 64),
  state: oneOf("Unreachable, or Unknown.", ["Unreachable", "Unknown"]),
  neededBy: oneOf("environment: instances do not join. jobs: only some jobs fail.", ["environment", "jobs"]),
  message: anyText("What is wrong, in words.", 1024),
  subnets: setOf("The subnets that it is about; none: all.", text("Subnet ID.", 64), 100).optional(),
  services: setOf("The services that are not reached.", text("Service or host.", 256), 32).optional(),
  objects: setOf("IDs of what is at fault.", text("ID.", 2048), 32).optional(),
  fixes: atomicList("What mends it: each by itself, where there are several.", fix, 8).optional(),
});

const resolved = (what: string, max: number) =>
  object(`The ${what} that a selector selects.`, {
    selector: anyText("The selector, as JSON.", 8192),
    ids: setOf("What the environment is made with.", text("ID.", 64), max),
    since: time("When they took effect."),
    candidate: object("What is selected by now and takes effect if it stays so for 5 minutes.", {
      ids: setOf("What is selected.", text("ID.", 64), max),
      since: time("Since when this has been selected."),
    }).optional(),
  });

export const networkStatus = object("Where the instances live, and what the check of the network found.", {
  state: state.optional(),
  securityGroup: object("The group that is made for the instances.", {
    groupId: text("ID.", 64),
    vpcId: text("Its VPC.", 64),
  }).optional(),
  resolvedSubnets: resolved("subnets", 100).optional(),
  resolvedSecurityGroups: resolved("security groups", 16).optional(),
  subnets: mapList("Each subnet by itself.", ["subnetId"], subnet, 100).optional(),
  findings: atomicList("What was found, the gravest first; at most 16 are shown.", finding, 16).optional(),
});
