import {
  CreateComputeEnvironmentRequest$,
  CreateConsumableResourceRequest$,
  CreateJobQueueRequest$,
  CreateQuotaShareRequest$,
  CreateSchedulingPolicyRequest$,
  CreateServiceEnvironmentRequest$,
  RegisterJobDefinitionRequest$,
  SubmitJobRequest$,
  UpdateComputeEnvironmentRequest$,
  UpdateConsumableResourceRequest$,
  UpdateJobQueueRequest$,
  UpdateQuotaShareRequest$,
  UpdateSchedulingPolicyRequest$,
  UpdateServiceEnvironmentRequest$,
} from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../../scripts/crds.ts";
import type { StructuralSchema } from "../../../../src/api/crd.ts";
import { schemaOf } from "../../../../src/tools/validation/object.ts";
import { nodesOf } from "../../schema-nodes.ts";
import { membersOf, type SdkMember, type SdkType } from "../../sdk-shapes.ts";

/** What the operator adds to every kind. */
const ownFields = ["region", "deletionPolicy", "adoptionPolicy"];

interface Coverage {
  readonly kind: string;
  /** As schemas of the SDK; creation first. */
  readonly requests: readonly unknown[];
  /** Members of the requests that are not fields of the spec, with the reason. */
  readonly excluded: Readonly<Record<string, string>>;
  /** Fields that are not members of the requests; their contents belong to the operator too. */
  readonly own: readonly string[];
  /** Members that AWS does not demand and the schema does, and why. */
  readonly demanded: Readonly<Record<string, string>>;
  /** Members that AWS demands and the schema does not, and why. */
  readonly optional: Readonly<Record<string, string>>;
}

const noKey = "without it the entry means nothing, and it is the key by which appliers merge the list";
const named = "default <namespace>_<name>";

const coverages: readonly Coverage[] = [
  {
    kind: "BatchComputeEnvironment",
    requests: [CreateComputeEnvironmentRequest$, UpdateComputeEnvironmentRequest$],
    excluded: {
      computeEnvironment: "identifies what is updated; the operator knows it",
      context: "reserved by AWS, without a meaning",
      "computeResources.updateToLatestImageVersion": "an edge, not a state: rolloutToken asks for it",
      "computeResources.ec2Configuration[].batchImageStatus": "read-only; part of AWS's descriptions",
    },
    own: [
      ...ownFields,
      "iam",
      "serviceRoleRef",
      "computeResources.instanceRoleRef",
      "computeResources.spotFleetRoleRef",
      "replacement",
      "imageUpdates",
      "drain",
      "rolloutToken",
      "allowedNamespaces",
      "network",
      "computeResources.networkRef",
      "computeResources.subnetSelector",
      "computeResources.securityGroupSelector",
    ],
    demanded: {
      "computeResources.launchTemplate.overrides[].targetInstanceTypes": "AWS demands it, its model does not say so",
    },
    optional: { computeEnvironmentName: named },
  },
  {
    kind: "JobQueue",
    requests: [CreateJobQueueRequest$, UpdateJobQueueRequest$],
    excluded: { jobQueue: "identifies what is updated; the operator knows it" },
    own: [
      ...ownFields,
      "drain",
      "allowedNamespaces",
      "computeEnvironmentOrder[].computeEnvironmentRef",
      "serviceEnvironmentOrder[].serviceEnvironmentRef",
      "schedulingPolicyRef",
    ],
    demanded: {},
    optional: {
      jobQueueName: named,
      "computeEnvironmentOrder[].computeEnvironment": "computeEnvironmentRef may replace it",
      "serviceEnvironmentOrder[].serviceEnvironment": "serviceEnvironmentRef may replace it",
    },
  },
  {
    kind: "ServiceEnvironment",
    requests: [CreateServiceEnvironmentRequest$, UpdateServiceEnvironmentRequest$],
    excluded: { serviceEnvironment: "identifies what is updated; the operator knows it" },
    own: [...ownFields, "allowedNamespaces"],
    demanded: {
      "capacityLimits[].capacityUnit": noKey,
      "capacityLimits[].maxCapacity": "what AWS takes for it without one is not documented",
    },
    optional: { serviceEnvironmentName: named },
  },
  {
    kind: "QuotaShare",
    requests: [CreateQuotaShareRequest$, UpdateQuotaShareRequest$],
    excluded: { quotaShareArn: "identifies what is updated; the operator knows it" },
    own: [...ownFields, "jobQueueRef", "drain"],
    demanded: {},
    optional: { quotaShareName: named, jobQueue: "or jobQueueRef" },
  },
  {
    kind: "SchedulingPolicy",
    requests: [CreateSchedulingPolicyRequest$, UpdateSchedulingPolicyRequest$],
    excluded: { arn: "identifies what is updated; the operator knows it" },
    own: [...ownFields, "allowedNamespaces"],
    demanded: {},
    optional: { name: named },
  },
  {
    kind: "ConsumableResource",
    requests: [CreateConsumableResourceRequest$, UpdateConsumableResourceRequest$],
    excluded: {
      consumableResource: "identifies what is updated; the operator knows it",
      operation: "an edge, not a state: the operator sets the quantity",
      quantity: "totalQuantity says it",
      clientToken: "an edge, not a state: the operator gives one for each quantityToken",
    },
    own: [...ownFields, "allowedNamespaces", "quantityToken"],
    demanded: { totalQuantity: "what AWS makes of a consumable without one is not documented" },
    optional: { consumableResourceName: named },
  },
  {
    kind: "JobDefinition",
    requests: [RegisterJobDefinitionRequest$],
    excluded: {},
    own: [
      ...ownFields,
      "iam",
      "executionRoleRef",
      "jobRoleRef",
      "allowedNamespaces",
      "revisionHistoryLimit",
      "revisionMinAgeSeconds",
      "consumableResourceProperties.consumableResourceList[].consumableResourceRef",
      "nodeProperties.nodeRangeProperties[].consumableResourceProperties.consumableResourceList[].consumableResourceRef",
    ],
    demanded: {
      "retryStrategy.attempts": "AWS demands it, its model does not say so",
      "eksProperties.podProperties": "AWS demands it, its model does not say so",
      "eksProperties.podProperties.containers": "AWS demands it, its model does not say so",
      "containerProperties.image": "AWS demands it, its model does not say so",
      "containerProperties.environment[].name": noKey,
      "containerProperties.mountPoints[].containerPath": noKey,
      "containerProperties.volumes[].name": noKey,
      "ecsProperties.taskProperties[].volumes[].name": noKey,
      "ecsProperties.taskProperties[].containers[].dependsOn[].containerName": noKey,
      "ecsProperties.taskProperties[].containers[].environment[].name": noKey,
      "ecsProperties.taskProperties[].containers[].mountPoints[].containerPath": noKey,
      "eksProperties.podProperties.containers[].volumeMounts[].mountPath": noKey,
      "eksProperties.podProperties.initContainers[].volumeMounts[].mountPath": noKey,
    },
    optional: { jobDefinitionName: named },
  },
  {
    kind: "BatchJob",
    requests: [SubmitJobRequest$],
    excluded: {
      jobName: "the operator searches for the job by its name, which is unique to the object",
      "eksPropertiesOverride.podProperties.metadata.namespace":
        "the definition decides in which namespace of the cluster its pods run",
      "nodeOverrides.nodePropertyOverrides[].eksPropertiesOverride.podProperties.metadata.namespace":
        "the definition decides in which namespace of the cluster its pods run",
    },
    own: [
      "region",
      "deletionPolicy",
      "ttlSecondsAfterFinished",
      "suspend",
      "cancel",
      "jobQueueRef",
      "jobDefinitionRef",
      "dependsOn[].jobRef",
      "consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
      "nodeOverrides.nodePropertyOverrides[].consumableResourcePropertiesOverride.consumableResourceList[].consumableResourceRef",
    ],
    demanded: {
      "retryStrategy.attempts": "AWS demands it, its model does not say so",
      "containerOverrides.environment[].name": noKey,
      "ecsPropertiesOverride.taskProperties[].containers[].environment[].name": noKey,
      "nodeOverrides.nodePropertyOverrides[].containerOverrides.environment[].name": noKey,
      "nodeOverrides.nodePropertyOverrides[].ecsPropertiesOverride.taskProperties[].containers[].environment[].name":
        noKey,
    },
    optional: { jobQueue: "jobQueueRef may replace it", jobDefinition: "jobDefinitionRef may replace it" },
  },
];

/** Node ranges hold the same bodies as the spec: what is said of one holds for the other. */
function plain(path: string): string {
  return path
    .replace("nodeProperties.nodeRangeProperties[].container.", "containerProperties.")
    .replace(/^nodeProperties\.nodeRangeProperties\[\]\.(ecs|eks|consumable)/, "$1");
}

function specOf(kind: string): StructuralSchema {
  const crd = customResourceDefinitions().find(({ spec }) => spec.names.kind === kind);
  const spec = crd === undefined ? undefined : schemaOf(crd).properties?.["spec"];
  if (spec === undefined) throw new Error(`${kind} has no spec`);
  return spec;
}

/** The members of all requests; one that any of them has counts, and its type is the same in all. */
function membersOfAll(requests: Coverage["requests"]): Map<string, SdkMember> {
  const [first = []] = requests.map(membersOf);
  const all = new Map(requests.flatMap(membersOf).map((member) => [member.path, member]));
  // What creation demands, an update may leave out.
  for (const member of first) all.set(member.path, member);
  return all;
}

interface Field {
  readonly type: SdkType;
  readonly required: boolean;
}

function fieldsOf(spec: StructuralSchema): Map<string, Field> {
  const nodes = nodesOf(spec).filter(({ path }) => path !== "" && !path.endsWith("[]") && !path.endsWith("{}"));
  const required = new Set(
    nodesOf(spec).flatMap(({ path, node }) =>
      (node.required ?? []).map((name) => (path === "" ? name : `${path}.${name}`)),
    ),
  );
  return new Map(nodes.map(({ path, node }) => [path, { type: sdkType(node), required: required.has(path) }]));
}

/** The SDK's encoding has one type for all numbers. */
function sdkType({ type, additionalProperties }: StructuralSchema): SdkType {
  if (type === "array") return "list";
  if (type === "object") return additionalProperties === undefined ? "structure" : "map";
  if (type === "number") return "integer";
  return type;
}

function within(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`));
}

describe.each(coverages)("$kind", ({ kind, requests, excluded, own, demanded, optional }) => {
  const members = membersOfAll(requests);
  const fields = fieldsOf(specOf(kind));

  test("every member of the SDK's requests is a field or excluded with a reason", () => {
    expect([...members.keys()].filter((path) => !fields.has(path) && excluded[path] === undefined)).toEqual([]);
  });

  test("every field is a member of the SDK's requests or the operator's own", () => {
    expect([...fields.keys()].filter((path) => !members.has(path) && !within(path, own))).toEqual([]);
  });

  test("no exclusion and no own field is out of date", () => {
    expect(Object.keys(excluded).filter((path) => !members.has(path) || fields.has(path))).toEqual([]);
    expect(own.filter((path) => !fields.has(path) || members.has(path))).toEqual([]);
  });

  test("every field has the type that the SDK gives it", () => {
    const types = [...members.values()].filter(({ path }) => fields.has(path));
    expect(types.map(({ path }) => [path, fields.get(path)?.type])).toEqual(
      types.map(({ path, type }) => [path, type]),
    );
  });

  test("a field is required where AWS demands it, or there is a reason", () => {
    const differing = [...members.values()].filter(
      ({ path, required }) => fields.has(path) && fields.get(path)?.required !== required,
    );
    const reasons = (path: string, required: boolean) => (required ? optional : demanded)[plain(path)];
    expect(differing.filter(({ path, required }) => reasons(path, required) === undefined)).toEqual([]);
    const used = new Set(differing.map(({ path }) => plain(path)));
    expect([...Object.keys(optional), ...Object.keys(demanded)].filter((path) => !used.has(path))).toEqual([]);
  });
});
