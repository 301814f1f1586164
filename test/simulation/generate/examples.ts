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

const refersToNothing = (spec: Members): boolean => !JSON.stringify(spec).includes('Ref":');

/** What AWS has members for, of objects that leave nothing to the operator: no roles, no networks, no references. */
function made(kind: CelExample["kind"], members: readonly string[], isWhole: (spec: Members) => boolean) {
  const all = celExamples
    .filter(({ kind: its, accepted }) => its === kind && accepted["iam"] === undefined && isWhole(accepted))
    .map(({ accepted }) => Object.fromEntries(Object.entries(accepted).filter(([key]) => members.includes(key))));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

export const environmentExamples = made("BatchComputeEnvironment", environmentMembers, (spec) => {
  const { subnets, securityGroupIds } = (spec["computeResources"] ?? {}) as Members;
  const isPlaced = spec["type"] === "UNMANAGED" || (subnets !== undefined && securityGroupIds !== undefined);
  return isPlaced && refersToNothing(spec);
});

export const definitionExamples = made("JobDefinition", definitionMembers, refersToNothing);

export const shareExamples = made(
  "QuotaShare",
  ["capacityLimits", "resourceSharingConfiguration", "preemptionConfiguration", "state", "tags"],
  () => true,
);

export const consumableExamples = made("ConsumableResource", ["resourceType", "totalQuantity", "tags"], () => true);
