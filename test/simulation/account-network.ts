import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { BatchNetwork } from "../../src/api/v1alpha1/batch-network.ts";
import { BatchNetworkKind } from "../../src/api/v1alpha1/kinds.ts";
import { servicesOf } from "../../src/controllers/kinds/batch-network/spec.ts";
import {
  type Cluster,
  clusterTag,
  clusterUidTag,
  ownerIn,
  purposeTag,
  type Tags,
} from "../../src/controllers/ownership/ownership.ts";
import type { MemoryStore } from "../../src/kube/memory-store.ts";
import { shortName } from "../../src/network/needs.ts";
import { tagsOf } from "../../src/simulator/ec2-state.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { closedSubnets } from "./generate/network.ts";

/** One thing in AWS, for comparing two accounts. */
export interface Line {
  /** `Kind namespace/name` of the object that owns it, there or not. */
  readonly owner: string;
  readonly text: string;
  /** It stays although no object asks for it: whoever has it was taken from us (promise 3). */
  readonly mayStay?: boolean;
}

/** What the operator has made in the network of an account; see `account.ts`. */

/** Endpoints are of one network, and serve all that ask for them. */
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

/** Two networks that ask for the same at once may both make a group; one of them soon goes. */
export const uselessGroup = "a security group of endpoints that no endpoint has";

export function networkLines(aws: SimulatedAws, store: MemoryStore, { name: clusterName }: Cluster): readonly Line[] {
  const { truth } = aws;
  const names = groupNames(aws, clusterName);
  const environments = truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  const groups = truth
    .securityGroups()
    .filter(({ GroupId = "" }) => names.has(GroupId))
    .map((one) => ({ ...one, tags: tagsOf(one.Tags), rules: rulesOf(one, names).join("; ") }));
  const endpoints = truth
    .vpcEndpoints()
    .filter(({ Tags }) => tagsOf(Tags)[clusterTag] === clusterName && tagsOf(Tags)[purposeTag] !== undefined);
  const strangersUse = ({ GroupId = "" }: SecurityGroup): boolean => {
    const users = environments.filter(({ computeResources }) => computeResources?.securityGroupIds?.includes(GroupId));
    return users.length > 0 && users.every(({ tags }) => ownerIn(tags)?.cluster !== clusterName);
  };
  const made = groups
    .filter((one) => one.tags[purposeTag] === "network")
    .map((one): Line => {
      const owner = ownerIn(one.tags);
      return {
        owner: owner === undefined ? everybody : `BatchNetwork ${owner.namespace}/${owner.name}`,
        text: `security group ${one.GroupName} in ${one.VpcId}: ${one.rules}`,
        mayStay: strangersUse(one),
      };
    });
  const isUsed = ({ GroupId }: SecurityGroup): boolean =>
    endpoints.some(({ Groups = [] }) => Groups.some((one) => one.GroupId === GroupId));
  const useless = groups
    .filter((one) => one.tags[purposeTag] === "vpc-endpoints" && !isUsed(one))
    .map((): Line => ({ owner: everybody, text: uselessGroup }));
  const asked = servicesAskedFor(store);
  // Who runs in a closed subnet goes on by what there once was, whether a network still asks for it or not.
  const mayBeKept = environments.some(({ computeResources }) =>
    computeResources?.subnets?.some((id) => closedSubnets.includes(id)),
  );
  // In addition to what the operator lets in, others may allow further access to the endpoints.
  const letIn = (ids: readonly (string | undefined)[]): string =>
    groups
      .flatMap((one) => (ids.includes(one.GroupId) ? rulesOf(one, names) : []))
      .filter((rule) => rule.includes(" 443-443 "))
      .join("; ");
  const there = endpoints
    .filter(({ ServiceName = "" }) => asked.has(shortName(ServiceName)) || !mayBeKept)
    .map(({ VpcId, ServiceName, State, Groups = [] }): Line => {
      const rules = letIn(Groups.map(({ GroupId }) => GroupId));
      return { owner: everybody, text: `endpoint ${ServiceName} in ${VpcId}, ${State}: ${rules}` };
    });
  // Several networks may each have a gateway, for route tables of their own.
  const served = [...new Map(there.map((one) => [one.text, one])).values()];
  return [...made, ...useless, ...served];
}

/** Short names. Which network of several has made an endpoint that all use depends on who came first. */
function servicesAskedFor(store: MemoryStore): ReadonlySet<string> {
  const networks = store.objects(BatchNetworkKind) as readonly BatchNetwork[];
  const live = networks.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return new Set(live.flatMap(({ spec }) => servicesOf(spec)));
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
