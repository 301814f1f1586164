import type { BatchKind } from "../batch-kind.ts";
import { drainedReasons } from "../reasons/drained.ts";
import { endpointsReasons } from "../reasons/endpoints.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { networkReasons } from "../reasons/network.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { resourceReasons } from "../reasons/resource.ts";
import { rolesReasons } from "../reasons/roles.ts";
import { securityGroupReasons } from "../reasons/security-group.ts";
import { selectionReasons } from "../reasons/selection.ts";
import { computeEnvironmentReasons } from "./batch-compute-environment-reasons.ts";
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
  reasons: [
    everyKindReasons,
    refusalReasons,
    ownedReasons,
    resourceReasons,
    drainedReasons,
    rolesReasons,
    networkReasons,
    selectionReasons,
    securityGroupReasons,
    endpointsReasons,
    computeEnvironmentReasons,
  ],
  usesRoles: true,
} as const satisfies BatchKind;
