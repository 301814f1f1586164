import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../src/api/v1alpha1/kinds.ts";
import {
  type Cluster,
  clusterTag,
  clusterUidTag,
  ownerIn,
  purposeTag,
  type Tags,
} from "../../src/controllers/ownership/ownership.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import { tagsOf } from "../../src/simulator/ec2-state.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { closedSubnets } from "./generate/network.ts";

/** One thing in AWS, for comparing two accounts. */
export interface Line {
  /** `Kind namespace/name` of the object that owns it, there or not. */
  readonly owner: string;
  readonly text: string;
}

/** What the operator has made in the network of an account; see `account.ts`. */

/** Endpoints and their group belong to the cluster, and to all environments that request any. */
export const everybody = "everybody's";

/** Names in the place of ids that chance made. */
export function groupNames({ truth }: SimulatedAws, clusterName: string): ReadonlyMap<string, string> {
  return new Map(
    truth
      .securityGroups()
      .filter((one) => tagsOf(one.Tags)[clusterTag] === clusterName)
      .map(({ GroupId = "", GroupName = "" }) => [GroupId, GroupName]),
  );
}

/**
 * What an object of a lost cluster asked for no more, and had not removed yet: its note went with the cluster, and
 * nothing points to it. Whatever is asked for is taken over, and bears the new cluster's identity.
 */
export function leftByLostCluster(tags: Tags, { takeOverUid }: Cluster): boolean {
  return takeOverUid !== undefined && tags[clusterUidTag] === takeOverUid;
}

export function networkLines(aws: SimulatedAws, store: MemoryStore, cluster: Cluster): readonly Line[] {
  const { name: clusterName } = cluster;
  const { truth } = aws;
  const names = groupNames(aws, clusterName);
  const environments = truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  // A group of an environment that was taken from us stays while that has it (promise 3).
  const strangersUse = ({ GroupId = "" }: SecurityGroup): boolean => {
    const users = environments.filter(({ computeResources }) => computeResources?.securityGroupIds?.includes(GroupId));
    return users.length > 0 && users.every(({ tags }) => ownerIn(tags)?.cluster !== clusterName);
  };
  // Who is there without having asked for endpoints goes on by those that there once were.
  const kept = environments.some(
    ({ tags, computeResources }) =>
      computeResources?.subnets?.some((id) => closedSubnets.includes(id)) && !asksForAny(store, tags),
  );
  const groups = truth
    .securityGroups()
    .filter(({ GroupId = "" }) => names.has(GroupId))
    .filter((one) => !leftByLostCluster(tagsOf(one.Tags), cluster))
    // That of the endpoints is on no environment, though in a fresh account its id may be another's that is.
    .filter((one) => (ownerIn(tagsOf(one.Tags)) === undefined ? !kept : !strangersUse(one)))
    .map((one): Line => {
      const owner = ownerIn(tagsOf(one.Tags));
      return {
        owner: owner === undefined ? everybody : `BatchComputeEnvironment ${owner.namespace}/${owner.name}`,
        // In addition to the needs of the environments, others may allow further access to the endpoints.
        text: `security group ${one.GroupName} in ${one.VpcId}: ${rulesOf(one, names)
          .filter((rule) => owner !== undefined || rule.includes(" 443-443 "))
          .join("; ")}`,
      };
    });
  const endpoints = truth
    .vpcEndpoints()
    .filter(() => !kept)
    .filter((one) => !leftByLostCluster(tagsOf(one.Tags), cluster))
    .filter((one) => tagsOf(one.Tags)[clusterTag] === clusterName && tagsOf(one.Tags)[purposeTag] !== undefined)
    .map(
      ({ VpcId, ServiceName, State }): Line => ({
        owner: everybody,
        text: `endpoint ${ServiceName} in ${VpcId}, ${State}`,
      }),
    );
  return [...groups, ...endpoints];
}

function asksForAny(store: MemoryStore, tags: Tags | undefined): boolean {
  const owner = ownerIn(tags);
  const object = owner === undefined ? undefined : store.object(BatchComputeEnvironmentKind, owner);
  return (object?.spec as BatchComputeEnvironmentSpec | undefined)?.network?.vpcEndpoints === "Ensure";
}

function rulesOf({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup, names: ReadonlyMap<string, string>) {
  const reported =
    (direction: string) =>
    ({ IpProtocol, FromPort, ToPort, ...peers }: IpPermission): readonly string[] =>
      [
        ...(peers.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(peers.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
        ...(peers.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
        ...(peers.UserIdGroupPairs ?? []).map(({ GroupId = "" }) => names.get(GroupId) ?? GroupId),
      ].map((peer) => `${direction} ${IpProtocol} ${FromPort ?? ""}-${ToPort ?? ""} ${peer}`);
  return [...IpPermissions.flatMap(reported("from")), ...IpPermissionsEgress.flatMap(reported("to"))].sort();
}
