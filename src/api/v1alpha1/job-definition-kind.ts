import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const JobDefinitionKind = {
  group,
  version,
  kind: "JobDefinition",
  plural: "jobdefinitions",
  shortNames: ["bjd"],
  noun: "definition",
  description: "An AWS Batch job definition: the template of a job. AWS stores every change as a revision.",
  columns: [
    {
      name: "REVISION",
      type: "integer",
      description: "Revision that matches the spec.",
      jsonPath: ".status.revision",
    },
    { name: "TYPE", type: "string", description: "container or multinode.", jsonPath: ".spec.type" },
    {
      name: "IMAGE",
      type: "string",
      description: "Container image.",
      jsonPath: ".spec.containerProperties.image",
      priority: 1,
    },
  ],
  selectable: [".spec.region", ".spec.type"],
  awsName: { field: "jobDefinitionName", maxLength: 128 },
  records: "definitions",
  request: {
    call: "RegisterJobDefinition",
    maxBytes: 24_576,
    // Tags are stored apart.
    without: [
      "jobDefinitionName",
      "iam",
      "revisionHistoryLimit",
      "revisionMinAgeSeconds",
      "allowedNamespaces",
      "region",
      "tags",
      "deletionPolicy",
      "adoptionPolicy",
    ],
    apart: ["nodeProperties.nodeRangeProperties[].eksProperties", "nodeProperties"],
  },
  references: [
    {
      to: "ConsumableResource",
      path: "consumableResourceProperties.consumableResourceList[].consumableResourceRef",
      awsPath: "consumableResourceProperties.consumableResourceList[].consumableResource",
    },
    {
      to: "ConsumableResource",
      path: "nodeProperties.nodeRangeProperties[].consumableResourceProperties.consumableResourceList[].consumableResourceRef",
      awsPath:
        "nodeProperties.nodeRangeProperties[].consumableResourceProperties.consumableResourceList[].consumableResource",
    },
  ],
  conditions: ["RolesReady"],
  usesRoles: true,
} as const satisfies BatchKind;
