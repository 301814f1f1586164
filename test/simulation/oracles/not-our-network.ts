import { clusterTag, clusterUidTag, retainedFromTag, type Tags } from "../../../src/controllers/ownership/ownership.ts";
import { tagsOf } from "../../../src/simulator/ec2-state.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite } from "./reading.ts";

/**
 * Promise 3, in the network: no security group, rule or endpoint without our ownership is changed or deleted. What
 * Retain left there may be taken back.
 */
export const notOurNetwork: OracleFactory = (watched) => ({
  name: "3 what is not ours in the network is not touched",
  onEffect(call, phase) {
    if (phase === "after" || !isOperatorWrite(call)) return undefined;
    const { truth } = watched.aws;
    const input = call.input as {
      readonly GroupId?: string;
      readonly VpcEndpointId?: string;
      readonly VpcEndpointIds?: readonly string[];
      readonly Resources?: readonly string[];
    };
    const ids = [input.GroupId, input.VpcEndpointId, ...(input.VpcEndpointIds ?? []), ...(input.Resources ?? [])];
    const strange = [
      ...truth.securityGroups().map((one) => ({ id: one.GroupId, tags: tagsOf(one.Tags) })),
      ...truth.vpcEndpoints().map((one) => ({ id: one.VpcEndpointId, tags: tagsOf(one.Tags) })),
    ].find(({ id, tags }) => ids.includes(id) && !isOurs(watched, tags, call.operation));
    if (strange === undefined || call.operation === "CreateVpcEndpoint") return undefined;
    return `${call.operation} wrote to ${strange.id}, whose tags are ${JSON.stringify(strange.tags)}`;
  },
});

function isOurs({ cluster }: Watched, tags: Tags, operation: string): boolean {
  const { name, uid, takeOverUid } = cluster();
  const back = operation === "CreateTags" || operation === "DeleteTags";
  if (back && tags[retainedFromTag]?.startsWith(`${name}/`) === true) return true;
  const written = tags[clusterUidTag];
  return tags[clusterTag] === name && (written === uid || (takeOverUid !== undefined && written === takeOverUid));
}
