import type { Tag } from "@aws-sdk/client-ec2";
import { clusterTag } from "../../src/controllers/ownership/ownership.ts";
import { tagsOf } from "../../src/simulator/ec2-state.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { NetworkDoing } from "./story.ts";
import type { Done } from "./tool-done.ts";

const nothing: Done = { what: undefined };

/** What another hand does in the network of the account. */
export async function doInNetwork({ outside, truth }: SimulatedAws, doing: NetworkDoing, pick: number): Promise<Done> {
  const { ec2 } = outside;
  const one = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)];
  const ours = ({ Tags }: { readonly Tags?: Tag[] | undefined }): boolean => clusterTag in tagsOf(Tags);
  const group = one(truth.securityGroups().filter(ours));
  const tag = async (id: string, Key: string, Value: string): Promise<Done> => {
    if (pick % 2 === 0) await ec2.createTags({ Resources: [id], Tags: [{ Key, Value }] });
    else await ec2.deleteTags({ Resources: [id], Tags: [{ Key }] });
    return { what: `${pick % 2 === 0 ? "gives" : "takes"} the tag ${Key} ${pick % 2 === 0 ? "to" : "from"} ${id}` };
  };
  switch (doing) {
    case "tagSubnet":
      return await tag("subnet-22222222", "tier", "batch");
    case "tagGroup":
      return await tag("sg-22222222", "team", "batch");
    case "untagSubnets":
      await ec2.deleteTags({ Resources: ["subnet-11111111"], Tags: [{ Key: "tier" }] });
      return {
        what: "takes the tag tier from subnet-11111111",
        undo: async () => {
          await ec2.createTags({ Resources: ["subnet-11111111"], Tags: [{ Key: "tier", Value: "batch" }] });
          return true;
        },
      };
    case "deleteEndpoint": {
      const endpoint = one(truth.vpcEndpoints().filter(ours));
      if (endpoint?.VpcEndpointId === undefined) return nothing;
      await ec2.deleteVpcEndpoints({ VpcEndpointIds: [endpoint.VpcEndpointId] });
      return { what: `deletes ${endpoint.VpcEndpointId} of ${endpoint.ServiceName}` };
    }
    case "deleteGroup":
      if (group?.GroupId === undefined) return nothing;
      await ec2.deleteSecurityGroup({ GroupId: group.GroupId });
      return { what: `deletes ${group.GroupId}` };
    case "loosenGroup": {
      if (group?.GroupId === undefined) return nothing;
      const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: `10.${pick}.0.0/16` }] };
      await ec2.authorizeSecurityGroupIngress({ GroupId: group.GroupId, IpPermissions: [ssh] });
      return { what: `opens port 22 of ${group.GroupId}` };
    }
  }
}
