import { type CelExample, celExamples } from "../../api/cel-examples/index.ts";

/** The accepted objects of the rules of each kind, as what other tools make: together they have every field. */

type Members = Readonly<Record<string, unknown>>;

const environmentMembers = [
  "type",
  "state",
  "unmanagedvCpus",
  "computeResources",
  "serviceRole",
  "tags",
  "eksConfiguration",
  "ecsSettings",
  "context",
];
const definitionMembers = [
  "type",
  "parameters",
  "schedulingPriority",
  "containerProperties",
  "nodeProperties",
  "retryStrategy",
  "propagateTags",
  "timeout",
  "platformCapabilities",
  "eksProperties",
  "ecsProperties",
  "consumableResourceProperties",
  "tags",
];

/** What AWS has members for, of objects that leave nothing to the operator: no roles, no networks, no references. */
function made(kind: CelExample["kind"], members: readonly string[], isWhole: (spec: Members) => boolean = () => true) {
  const all = celExamples
    .filter(({ kind: its, accepted }) => its === kind && accepted["iam"] === undefined && isWhole(accepted))
    .filter(({ accepted }) => kind === "QuotaShare" || !JSON.stringify(accepted).includes('Ref":'))
    .map(({ accepted }) => Object.fromEntries(Object.entries(accepted).filter(([key]) => members.includes(key))));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

export const environmentExamples = made("BatchComputeEnvironment", environmentMembers, ({ type, computeResources }) => {
  const { subnets, securityGroupIds } = (computeResources ?? {}) as Members;
  return type === "UNMANAGED" || (subnets !== undefined && securityGroupIds !== undefined);
});

export const definitionExamples = made("JobDefinition", definitionMembers);

export const shareExamples = made("QuotaShare", [
  "capacityLimits",
  "resourceSharingConfiguration",
  "preemptionConfiguration",
  "state",
  "tags",
]);

export const consumableExamples = made("ConsumableResource", ["resourceType", "totalQuantity", "tags"]);
