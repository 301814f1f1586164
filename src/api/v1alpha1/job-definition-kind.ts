import type { BatchKind } from "../batch-kind.ts";
import { ownedReasons } from "../reasons/owned.ts";
import { rolesReasons } from "../reasons/roles.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

/** Its reasons alone, in addition to those that it shares with other kinds. */
const jobDefinitionReasons = {
  Ready: {
    Available: { status: "True", means: "the highest ACTIVE revision belongs to this object and matches the spec" },
  },
  Reconciling: {
    CheckingRevisions: { means: "the operator waits for a listing that shows whether revisions of the name exist" },
    WaitingForConsumable: {
      means: "AWS does not have a referenced consumable yet, or has not been asked for it; Stalled after 10 minutes",
      todo: "check the consumable that the message names",
    },
    WaitingForRole: {
      means:
        "a BatchRole that the spec refers to does not exist, is not Ready or is being deleted, and what AWS has stays; Stalled after 10 minutes",
      todo: "check the BatchRole that the message names",
    },
    ReferenceNotFound: {
      means: "the spec references a consumable that does not exist; Stalled after 10 minutes",
      todo: "create it, or correct the name",
    },
    Registering: { means: "a revision is being registered" },
    Tagging: { means: "tags are being written" },
    Contested: { means: "see [Contested](#contested)", todo: "find the other writer" },
    Deregistering: {
      means: "superseded revisions are being deregistered, or during a deletion all revisions of this object",
    },
    Deleting: { means: "deletion: no revision is left, and the finalizer is about to be removed" },
    Retaining: { means: "deletion: the operator removes its tags and leaves the revisions ACTIVE" },
  },
  Stalled: {
    NotAdopted: {
      means:
        "ACTIVE revisions of the name exist that the operator did not register; the message says why it does not adopt them",
      todo: "set adoptionPolicy to adopt them, or create the object with another jobDefinitionName",
    },
    RoleSharedByName: {
      means:
        "`iam` has a `name`, by which objects shared a role before there were BatchRoles; what AWS has stays, and nothing is written",
      todo: "apply the BatchRole that the message names, and refer to it",
    },
    ReferenceNotAllowed: {
      means:
        "the `allowedNamespaces` of the consumable or BatchRole does not let this namespace use it, by reference or by its AWS name, or the `purpose` of the BatchRole is another one; the revision that AWS has stays",
      todo: "ask its owner to allow it",
    },
    NamespaceNotWatched: {
      means: "the operator does not watch the namespace of the consumable or BatchRole",
      todo: "add it to `--watch-namespace`",
    },
    NamespaceUnreadable: {
      means:
        "the `allowedNamespaces` of the consumable or BatchRole selects by labels, and the operator may not read the labels of this namespace; the revision that AWS has stays",
      todo: "let the operator get, list and watch namespaces",
    },
    RegionMismatch: {
      means: "the consumable is in another region, or its ARN is of another region or account",
      todo: "reference one in the definition's region and account",
    },
    RevisionContested: {
      means: "another writer registers revisions above ours; jobs submitted by name use theirs",
      todo: "find the writer (CloudTrail: RegisterJobDefinition), or choose another name",
    },
  },
  plan: {
    NotInAWS: { means: "no revision of the name is ACTIVE" },
    FieldsDiffer: { means: "the highest ACTIVE revision differs from the spec" },
    TagsDiffer: { means: "only tags differ" },
    OwnershipTagsDiffer: { means: "revisions exist and only get the tags of this object" },
    ObjectDeleted: { means: "the object is being deleted" },
  },
  event: {
    Registered: { means: "a request to AWS" },
    Deregistered: { means: "a request to AWS" },
    Adopted: { means: "revisions now have the tags of this object" },
    OwnershipUpdated: { means: "revisions now have the tags of this object" },
    Deleted: { means: "the object was deleted" },
    Retained: { means: "the object was deleted" },
  },
} as const satisfies ReasonTable;

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
      "executionRoleRef",
      "jobRoleRef",
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
    { to: "BatchRole", path: "executionRoleRef", use: "has the role" },
    { to: "BatchRole", path: "jobRoleRef", use: "has the role" },
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
  reasons: [ownedReasons, rolesReasons, jobDefinitionReasons],
  usesRoles: true,
} as const satisfies BatchKind;
