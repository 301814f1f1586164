/** What is next in the removal of a run. Pure. */

import type { Service } from "../account/account.ts";
import type { Call } from "../facts/row.ts";
import { isMarker, prefixOf, type Run } from "../names/renaming.ts";
import type { Found } from "./listing.ts";

export type CleaningCall = Call & { readonly service: Service };

/** Whether something belongs to a run: by its name and by its tag. */
export function belongsTo({ name, taggedRun }: Found, run: Pick<Run, "id">): boolean {
  return name.startsWith(prefixOf(run)) && taggedRun === run.id;
}

/**
 * The calls that are possible now: from what refers to others to what they refer to.
 *
 * @param all of the run
 * @param others with names of the run: what they may use stays
 * @param policies of its roles, by their names
 */
export function nextCalls(
  all: readonly Found[],
  others: readonly Found[],
  policies: ReadonlyMap<string, string>,
): readonly CleaningCall[] {
  return all
    .filter(({ status = "" }) => !status.endsWith("ING"))
    .flatMap((found) => callsFor(found, { all, others, policies }));
}

function callsFor(
  { kind, name, reference, state, vpc }: Found,
  among: {
    readonly all: readonly Found[];
    readonly others: readonly Found[];
    readonly policies: ReadonlyMap<string, string>;
  },
): readonly CleaningCall[] {
  const { all, others, policies } = among;
  const has = (...kinds: readonly Found["kind"][]): boolean => all.some((one) => kinds.includes(one.kind));
  const isUsed = others.some(({ roles = [] }) => roles.some((one) => one.split("/").at(-1) === reference));
  const hasProfile = all.some((one) => one.kind === "InstanceProfile" && one.name === name);
  switch (kind) {
    case "QuotaShare":
      return stateful(state, "QuotaShare", { quotaShareArn: reference }, true);
    case "JobQueue": {
      const isEmpty = !all.some(({ queue }) => queue === reference);
      return stateful(state, "JobQueue", { jobQueue: reference }, isEmpty);
    }
    case "ComputeEnvironment":
      return stateful(state, "ComputeEnvironment", { computeEnvironment: reference }, !has("JobQueue"));
    case "ServiceEnvironment":
      return stateful(state, "ServiceEnvironment", { serviceEnvironment: reference }, !has("JobQueue"));
    case "JobDefinition":
      return [batch("DeregisterJobDefinition", { jobDefinition: reference })];
    case "InstanceProfile":
      return isUsed || has("JobQueue", "ComputeEnvironment") ? [] : withoutProfile(reference);
    case "Role":
      return isUsed || has("JobQueue", "ComputeEnvironment") || hasProfile
        ? []
        : withoutRole(reference, policies.get(reference));
    case "Subnet":
      return has("JobQueue", "ComputeEnvironment") ? [] : [ec2("DeleteSubnet", { SubnetId: reference })];
    case "RouteTable":
      return has("Subnet") ? [] : [ec2("DeleteRouteTable", { RouteTableId: reference })];
    case "InternetGateway": {
      const gateway = { InternetGatewayId: reference };
      // Its VPC lets it go once nothing has a public address there.
      if (vpc !== undefined) return has("Subnet") ? [] : [ec2("DetachInternetGateway", { ...gateway, VpcId: vpc })];
      return [ec2("DeleteInternetGateway", gateway)];
    }
    case "Vpc":
      return has("Subnet", "RouteTable", "InternetGateway") ? [] : [ec2("DeleteVpc", { VpcId: reference })];
    case "SchedulingPolicy": {
      const mayGo = isMarker(name) ? all.every((one) => one.kind === kind) : !has("JobQueue");
      return mayGo ? [batch("DeleteSchedulingPolicy", { arn: reference })] : [];
    }
  }
}

function stateful(state: string | undefined, what: string, input: object, mayGo: boolean): readonly CleaningCall[] {
  if (state === "ENABLED") return [batch(`Update${what}`, { ...input, state: "DISABLED" })];
  return mayGo ? [batch(`Delete${what}`, input)] : [];
}

function withoutProfile(InstanceProfileName: string): readonly CleaningCall[] {
  return [
    iam("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName: InstanceProfileName }),
    iam("DeleteInstanceProfile", { InstanceProfileName }),
  ];
}

function withoutRole(RoleName: string, PolicyArn: string | undefined): readonly CleaningCall[] {
  const detach = PolicyArn === undefined ? [] : [iam("DetachRolePolicy", { RoleName, PolicyArn })];
  return [...detach, iam("DeleteRole", { RoleName })];
}

function batch(operation: string, input: object): CleaningCall {
  return { service: "batch", operation, input };
}

function ec2(operation: string, input: object): CleaningCall {
  return { service: "ec2", operation, input };
}

function iam(operation: string, input: object): CleaningCall {
  return { service: "iam", operation, input };
}
