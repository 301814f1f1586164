import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const BatchComputeEnvironmentKind = {
  group,
  version,
  kind: "BatchComputeEnvironment",
  plural: "batchcomputeenvironments",
  shortNames: ["bce"],
  noun: "environment",
  description: "An AWS Batch compute environment: the capacity that runs jobs.",
  columns: [
    { name: "TYPE", type: "string", description: "Kind of capacity.", jsonPath: ".spec.computeResources.type" },
    { name: "STATE", type: "string", description: "ENABLED or DISABLED, in AWS.", jsonPath: ".status.state" },
    { name: "STATUS", type: "string", description: "AWS's status.", jsonPath: ".status.status" },
    { name: "MAXVCPUS", type: "integer", description: "Maximum vCPUs.", jsonPath: ".spec.computeResources.maxvCpus" },
  ],
  selectable: [".spec.region", ".spec.type", ".spec.computeResources.type"],
  // AWS allows 128 characters; an environment created for an object gets a suffix of up to 18.
  awsName: { field: "computeEnvironmentName", maxLength: 110, isPrefix: true },
  records: "computeEnvironments",
  references: [],
  conditions: [
    "Retiring",
    "RolesReady",
    "NetworkReady",
    "SelectionReady",
    "SecurityGroupReady",
    "EndpointsReady",
    "UpdateAvailable",
  ],
  usesRoles: true,
} as const satisfies BatchKind;
