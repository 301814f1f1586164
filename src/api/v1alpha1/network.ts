import { anyText, atomicList, mapList, object, oneOf, setOf, text } from "./schema.ts";

/** Whether the instances of an environment can reach what they need. */

const state = oneOf("Reachable, Unreachable, or Unknown: something could not be read.", [
  "Reachable",
  "Unreachable",
  "Unknown",
]);

export const network = object("What is looked at, and made, in the network of the environment.", {
  preflight: oneOf(
    "Whether the subnets are checked for a path to what instances need. Warn (default): the condition NetworkReady tells. Enforce: without a path no environment is made and Ready is False. Off: nothing is read.",
    ["Warn", "Enforce", "Off"],
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

export const networkStatus = object("What the check of the network found.", {
  state,
  subnets: mapList("Each subnet by itself.", ["subnetId"], subnet, 100).optional(),
  findings: atomicList("What was found, the gravest first; at most 16 are shown.", finding, 16).optional(),
});
