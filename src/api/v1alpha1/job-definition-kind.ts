import type { BatchKind } from "../batch-kind.ts";
import { everyKindReasons } from "../reasons/every-kind.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { refusalReasons } from "../reasons/refusal.ts";
import { rolesReasons } from "../reasons/roles.ts";
import { group, version } from "./group.ts";
import { jobDefinitionReasons } from "./job-definition-reasons.ts";

/** What the preflight of an environment's network reads of a container. */
const ofContainer = (container: string): readonly string[] =>
  ["image", "logConfiguration.logDriver", "secrets[].valueFrom"].map((field) => `${container}.${field}`);
const ofBody = (body: string): readonly string[] => [
  ...ofContainer(`${body}ecsProperties.taskProperties[].containers[]`),
  `${body}ecsProperties.taskProperties[].networkConfiguration`,
  `${body}eksProperties.podProperties.containers[].image`,
  `${body}eksProperties.podProperties.initContainers[].image`,
];
const ofNodes = "nodeProperties.nodeRangeProperties[].";

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
  records: "jobDefinitions",
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
  stub: {
    bulk: ["parameters", "containerProperties", "ecsProperties", "eksProperties", "nodeProperties", "retryStrategy"],
    kept: [
      ...ofContainer("containerProperties"),
      "containerProperties.networkConfiguration",
      ...ofBody(""),
      ...ofContainer(`${ofNodes}container`),
      ...ofBody(ofNodes),
    ],
  },
  references: [
    {
      to: "ConsumableResource",
      use: "holds",
      path: "consumableResourceProperties.consumableResourceList[].consumableResourceRef",
      awsPath: "consumableResourceProperties.consumableResourceList[].consumableResource",
    },
    {
      to: "ConsumableResource",
      use: "holds",
      path: "nodeProperties.nodeRangeProperties[].consumableResourceProperties.consumableResourceList[].consumableResourceRef",
      awsPath:
        "nodeProperties.nodeRangeProperties[].consumableResourceProperties.consumableResourceList[].consumableResource",
    },
  ],
  conditions: ["RolesReady"],
  reasons: [everyKindReasons, refusalReasons, ownedReasons, rolesReasons, jobDefinitionReasons],
  usesRoles: true,
} as const satisfies BatchKind;
